import { timeLimit } from 'test-kit/time-limit.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { ownersIn } from './support/gadgets.ts';
import { canRunKubectl, kubectlBench } from './support/kubectl.ts';
import { installWidgets, widget, widgetsPath } from './support/widgets.ts';

describe.skipIf(!canRunKubectl)(
  'kubectl apply --server-side (needs kubectl)',
  { timeout: timeLimit(60_000) },
  () => {
    const bench = kubectlBench();
    let namespace: string;
    beforeAll(async () => {
      await installWidgets(bench.client);
      namespace = await bench.client.namespace();
    });
    const apply = (object: object, ...more: readonly string[]) =>
      bench.run(['apply', '--server-side', '-n', namespace, '-f', '-', ...more], object);
    const read = async (name: string) => (await bench.client.get(`${widgetsPath(namespace)}/${name}`)).body;
    const map = (name: string, data: object): object => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data,
    });

    test('creates and updates, and removes fields that are no longer applied', async () => {
      expect((await apply(widget('a', { size: 1 }, { labels: { x: 'y' } }))).stdout).toBe(
        'widget.example.com/a serverside-applied\n',
      );
      expect(ownersIn(await read('a'))).toMatchObject({
        'Apply by kubectl': { 'f:metadata': { 'f:labels': { 'f:x': {} } }, 'f:spec': { 'f:size': {} } },
      });
      await apply(widget('a', { size: 2 }));
      expect(await read('a')).toMatchObject({ metadata: { generation: 2 }, spec: { size: 2, mode: 'fast' } });
      expect((await read('a'))['metadata']).not.toHaveProperty('labels');
    });

    test('reports conflicts with other managers and how to resolve them', async () => {
      await apply(widget('b', { size: 1 }));
      await bench.client.mergePatch(`${widgetsPath(namespace)}/b?fieldManager=operator`, {
        spec: { size: 3 },
      });
      const { code, stderr } = await apply(widget('b', { size: 2 }));
      expect(code).toBe(1);
      expect(stderr).toContain(
        'error: Apply failed with 1 conflict: conflict with "operator" using example.com/v1: .spec.size\n',
      );
      expect(stderr).toContain('--force-conflicts');
      expect((await apply(widget('b', { size: 2 }), '--force-conflicts')).code).toBe(0);
      expect(await read('b')).toMatchObject({ spec: { size: 2 } });
    });

    test('several managers share an object', async () => {
      await apply(map('shared', { a: '1' }));
      await apply(map('shared', { b: '1' }), '--field-manager=other');
      const path = `/api/v1/namespaces/${namespace}/configmaps/shared`;
      expect((await bench.client.get(path)).body['data']).toEqual({ a: '1', b: '1' });
      await apply(map('shared', {}), '--field-manager=other');
      expect((await bench.client.get(path)).body['data']).toEqual({ a: '1' });
    });

    test('migrates from client-side apply', async () => {
      const clientSide = ['apply', '-n', namespace, '-f', '-'];
      await bench.ok(clientSide, map('moved', { a: '1', b: '1' }));
      const { code, stderr } = await apply(map('moved', { a: '2' }));
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { body } = await bench.client.get(`/api/v1/namespaces/${namespace}/configmaps/moved`);
      expect(body['data']).toEqual({ a: '2' });
      // kubectl keeps the annotation of the older way under a name of its own.
      expect(Object.keys(ownersIn(body)).sort()).toEqual([
        'Apply by kubectl',
        'Apply by kubectl-last-applied',
      ]);
    });

    test('can be tried out on the server', async () => {
      expect((await apply(widget('dry', { size: 1 }), '--dry-run=server')).stdout).toBe(
        'widget.example.com/dry serverside-applied (server dry run)\n',
      );
      expect((await bench.client.get(`${widgetsPath(namespace)}/dry`)).status).toBe(404);
    });

    test('refuses a field that is not declared', async () => {
      const { code, stderr } = await apply(widget('typo', { size: 1, typo: 1 }));
      expect(code).toBe(1);
      expect(stderr).toContain('.spec.typo: field not declared in schema');
    });

    test('applies a Secret, a Namespace and a definition', async () => {
      const objects = [
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { k: 'v' } },
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `${namespace}-b` } },
      ];
      for (const object of objects) {
        expect((await apply(object)).stdout).toContain('serverside-applied');
      }
      const { body } = await bench.client.get(`/api/v1/namespaces/${namespace}/secrets/s`);
      expect(body['data']).toEqual({ k: 'dg==' });
    });

    test('diff shows changes only', async () => {
      await apply(widget('d', { size: 1 }));
      const diff = (spec: object, ...more: readonly string[]) =>
        bench.run(['diff', '-n', namespace, '-f', '-', ...more], widget('d', spec));
      const changed = await diff({ size: 2 }, '--server-side');
      expect(changed.code).toBe(1);
      expect(changed.stdout).toContain('-  size: 1\n+  size: 2\n');
      expect((await diff({ size: 1 }, '--server-side')).code).toBe(0);
      expect((await read('d'))['spec']).toMatchObject({ size: 1 });
    });

    test('--show-managed-fields shows managers and fields', async () => {
      await apply(widget('shown', { size: 1 }));
      const get = (...more: readonly string[]) =>
        bench.ok(['get', 'widget', 'shown', '-n', namespace, '-o', 'yaml', ...more]);
      expect(await get()).not.toContain('managedFields');
      expect(await get('--show-managed-fields')).toContain('manager: kubectl');
    });
  },
);
