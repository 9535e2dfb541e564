import { createKubectl, hasKubectl, type Kubectl, kubectlProgram } from 'test-kit/kubectl.ts';
import { timeLimit } from 'test-kit/time-limit.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify as stringifyYaml } from 'yaml';
import { type ApiServer, startApiServer } from '../src/index.ts';
import { Client } from './support/client.ts';
import { widget, widgetDefinition, widgetsPath } from './support/widgets.ts';

const program = kubectlProgram();
const missing = !hasKubectl(program);

describe.skipIf(missing)('kubectl', { timeout: timeLimit(60_000) }, () => {
  let server: ApiServer;
  let client: Client;
  let kubectl: Kubectl;

  beforeAll(async () => {
    server = await startApiServer();
    client = new Client(server);
    kubectl = await createKubectl(program, server.kubeconfig);
    await ok(['apply', '-f', '-'], stringify(widgetDefinition));
    await ok(['wait', '--for=condition=Established', 'crd/widgets.example.com', '--timeout=60s']);
  });

  afterAll(async () => {
    await kubectl?.close();
    await client?.close();
    await server?.stop();
  });

  /** Runs kubectl and returns its output. Rejects if it fails. */
  async function ok(args: readonly string[], input = ''): Promise<string> {
    return (await kubectl.run(args, { input })).stdout;
  }

  /** As kubectl reads YAML, where a bare y is true. */
  const stringify = (object: object): string => stringifyYaml(object, { version: '1.1' });

  /** A namespace of its own for a test, with a widget in it. */
  async function withWidget(spec: object = { size: 3 }): Promise<string> {
    const namespace = await client.namespace();
    await client.post(widgetsPath(namespace), widget('w', spec, { labels: { a: 'b' } }));
    return namespace;
  }

  /** kubectl wait does not believe a status that is about an older generation. */
  const ready = {
    status: { observedGeneration: 1, conditions: [{ type: 'Ready', status: 'True' }] },
  };

  describe('apply', () => {
    test('creates, configures and leaves unchanged', async () => {
      const namespace = await client.namespace();
      const apply = (object: object) => ok(['apply', '-n', namespace, '-f', '-'], stringify(object));
      expect(await apply(widget('a', { size: 1 }))).toBe('widget.example.com/a created\n');
      expect(await apply(widget('a', { size: 1 }))).toBe('widget.example.com/a unchanged\n');
      expect(await apply(widget('a', { size: 2 }, { labels: { x: 'y' } }))).toBe(
        'widget.example.com/a configured\n',
      );
      const { body } = await client.get(`${widgetsPath(namespace)}/a`);
      expect(body).toMatchObject({ metadata: { generation: 2, labels: { x: 'y' } }, spec: { size: 2 } });
    });

    test('removes fields that are no longer applied', async () => {
      const namespace = await client.namespace();
      const apply = (data: object) => {
        const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data };
        return ok(['apply', '-n', namespace, '-f', '-'], stringify(map));
      };
      await apply({ a: '1', b: '2' });
      await client.mergePatch(`/api/v1/namespaces/${namespace}/configmaps/a`, { data: { c: '3' } });
      await apply({ a: '1' });
      const { body } = await client.get(`/api/v1/namespaces/${namespace}/configmaps/a`);
      expect(body['data']).toEqual({ a: '1', c: '3' });
    });

    test('validates fields of custom and of built-in types before it writes', async () => {
      const namespace = await client.namespace();
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, typo: {} };
      for (const object of [widget('a', { size: 1, typo: 1 }), secret]) {
        const { code, stderr } = await kubectl.run(['apply', '-n', namespace, '-f', '-'], {
          input: stringify(object),
          check: false,
        });
        expect(code).toBe(1);
        expect(stderr).toMatch(/unknown field "(spec\.)?typo"/);
      }
    });

    test('reports errors of the schema', async () => {
      const namespace = await client.namespace();
      const input = stringify(widget('a', { size: 0 }));
      const args = ['apply', '-n', namespace, '-f', '-'];
      const { code, stderr } = await kubectl.run(args, { input, check: false });
      expect(code).toBe(1);
      expect(stderr).toContain('spec.size in body should be greater than or equal to 1');
    });

    test('can be tried out on the server', async () => {
      const namespace = await client.namespace();
      const args = ['apply', '-n', namespace, '--dry-run=server', '-f', '-'];
      expect(await ok(args, stringify(widget('a')))).toContain('created (server dry run)');
      expect((await client.get(`${widgetsPath(namespace)}/a`)).status).toBe(404);
    });
  });

  describe('create', () => {
    test('a Secret', async () => {
      const namespace = await client.namespace();
      await ok(['create', '-n', namespace, 'secret', 'generic', 'a', '--from-literal=k=v']);
      const { body } = await client.get(`/api/v1/namespaces/${namespace}/secrets/a`);
      expect(body).toMatchObject({ data: { k: 'dg==' }, type: 'Opaque' });
    });

    test('a ConfigMap and a Namespace', async () => {
      const namespace = await client.namespace();
      await ok(['create', '-n', namespace, 'configmap', 'a', '--from-literal=k=v']);
      const { body } = await client.get(`/api/v1/namespaces/${namespace}/configmaps/a`);
      expect(body['data']).toEqual({ k: 'v' });
      expect(await ok(['create', 'namespace', `${namespace}-b`])).toContain('created');
    });
  });

  describe('get', () => {
    test('shows the columns of the definition, more of them when wide', async () => {
      const namespace = await withWidget();
      await client.mergePatch(`${widgetsPath(namespace)}/w/status`, ready);
      const narrow = await ok(['get', 'widgets', '-n', namespace]);
      expect(table(narrow)).toEqual([
        ['NAME', 'READY', 'AGE'],
        ['w', 'True', expect.any(String)],
      ]);
      const wide = await ok(['get', 'widgets', '-n', namespace, '-o', 'wide']);
      expect(table(wide)).toEqual([
        ['NAME', 'READY', 'SIZE', 'AGE'],
        ['w', 'True', '3', expect.any(String)],
      ]);
    });

    test.each(['wd', 'widget', 'widgets.example.com', 'things'])('finds the type as %s', async (name) => {
      const namespace = await withWidget();
      expect(await ok(['get', name, '-n', namespace, '-o', 'name'])).toBe('widget.example.com/w\n');
    });

    test('writes YAML and single fields', async () => {
      const namespace = await withWidget();
      const yaml = await ok(['get', 'wd', 'w', '-n', namespace, '-o', 'yaml']);
      expect(yaml).toContain('spec:\n  mode: fast\n  size: 3\n');
      expect(await ok(['get', 'wd', 'w', '-n', namespace, '-o', 'jsonpath={.spec.size}'])).toBe('3');
    });

    test('shows all namespaces, several types, and what a selector selects', async () => {
      const namespace = await withWidget();
      expect(await ok(['get', 'wd', '-A'])).toContain(namespace);
      const both = await ok(['get', 'wd,secrets', '-n', namespace, '-l', 'a=b', '-o', 'name']);
      expect(both).toBe('widget.example.com/w\n');
      expect(table(await ok(['get', 'ns', namespace]))[1]).toEqual([namespace, 'Active', expect.any(String)]);
    });

    test('-w shows changes', async () => {
      const namespace = await withWidget();
      const watching = kubectl.run(['get', 'wd', '-n', namespace, '-w'], { check: false });
      const watch = { verb: 'watch', resource: 'widgets', namespace };
      await expect.poll(() => server.faults.openWatches(watch)).toBe(1);
      await client.mergePatch(`${widgetsPath(namespace)}/w/status`, ready);
      server.faults.dropWatches(watch, 'end');
      expect(table((await watching).stdout)).toEqual([
        ['NAME', 'READY', 'AGE'],
        ['w', expect.any(String)],
        ['w', 'True', expect.any(String)],
      ]);
    });
  });

  test('describe shows an object and its events', async () => {
    const namespace = await withWidget();
    const { body } = await client.get(`${widgetsPath(namespace)}/w`);
    const reply = await client.post(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`, {
      metadata: { name: 'w.1' },
      eventTime: new Date().toISOString().replace('Z', '000Z'),
      reportingController: 'example.com/controller',
      reportingInstance: 'controller-0',
      action: 'Reconcile',
      reason: 'Adjusted',
      type: 'Normal',
      note: 'The widget was adjusted',
      regarding: {
        apiVersion: 'example.com/v1',
        kind: 'Widget',
        namespace,
        name: 'w',
        uid: body['metadata']?.['uid'],
      },
    });
    expect(reply.status).toBe(201);
    const text = await ok(['describe', 'wd', 'w', '-n', namespace]);
    expect(text).toMatch(/^Name: +w$/m);
    expect(text).toMatch(/Normal +Adjusted .*The widget was adjusted/);
    expect(await ok(['get', 'events', '-n', namespace])).toMatch(/Normal +Adjusted +widget\/w/);
  });

  test('describe supports the built-in types', async () => {
    const namespace = await client.namespace();
    const secret = { metadata: { name: 's' }, stringData: { k: 'value' } };
    await client.post(`/api/v1/namespaces/${namespace}/secrets`, secret);
    const text = await ok(['describe', 'secret', 's', '-n', namespace]);
    expect(text).toContain('k:  5 bytes');
    expect(await ok(['describe', 'ns', namespace])).toMatch(/Status: +Active/);
  });

  test('wait ends when a condition is met', async () => {
    const namespace = await withWidget();
    const waiting = ok(['wait', '-n', namespace, '--for=condition=Ready', 'wd/w', '--timeout=60s']);
    await expect.poll(() => server.ledger.count({ verb: 'watch', resource: 'widgets', namespace })).toBe(1);
    await client.mergePatch(`${widgetsPath(namespace)}/w/status`, ready);
    expect(await waiting).toBe('widget.example.com/w condition met\n');
  });

  test('patch, annotate and label change objects of both kinds', async () => {
    const namespace = await withWidget();
    await client.post(`/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: 's' } });
    const on = (...args: string[]) => ok([...args, '-n', namespace]);
    await on('patch', 'wd', 'w', '--type=merge', '-p', '{"spec":{"size":7}}');
    await on('patch', 'wd', 'w', '--type=json', '-p', '[{"op":"add","path":"/spec/mode","value":"x"}]');
    await on('patch', 'secret', 's', '-p', '{"stringData":{"k":"v"}}');
    for (const object of ['wd/w', 'secret/s']) {
      await on('annotate', object, 'example.com/a=1');
      await on('label', object, 'l=1');
      await on('label', object, 'l-');
    }
    expect((await client.get(`${widgetsPath(namespace)}/w`)).body).toMatchObject({
      spec: { size: 7, mode: 'x' },
      metadata: { annotations: { 'example.com/a': '1' }, labels: { a: 'b' } },
    });
    const secret = await client.get(`/api/v1/namespaces/${namespace}/secrets/s`);
    expect(secret.body).toMatchObject({ data: { k: 'dg==' } });
    expect(secret.body['metadata']).not.toHaveProperty('labels');
  });

  test('delete waits for finalizers', async () => {
    const namespace = await withWidget();
    const path = `${widgetsPath(namespace)}/w`;
    await client.mergePatch(path, { metadata: { finalizers: ['example.com/x'] } });
    const deleting = ok(['delete', 'wd', 'w', '-n', namespace]);
    await expect
      .poll(async () => (await client.get(path)).body['metadata'])
      .toHaveProperty('deletionTimestamp');
    await client.mergePatch(path, { metadata: { finalizers: null } });
    expect(await deleting).toContain('widget.example.com "w" deleted');
    expect((await client.get(path)).status).toBe(404);
  });

  test('delete removes a namespace with its content', async () => {
    const namespace = await withWidget();
    expect(await ok(['delete', 'ns', namespace, '--timeout=60s'])).toContain('deleted');
    expect((await client.get(`/api/v1/namespaces/${namespace}`)).status).toBe(404);
    expect((await client.get(`${widgetsPath(namespace)}/w`)).status).toBe(404);
  });

  test('delete of a missing object fails without --ignore-not-found', async () => {
    const { code, stderr } = await kubectl.run(['delete', 'wd', 'nothing'], { check: false });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'Error from server (NotFound): widgets.example.com "nothing" not found\n',
    });
    await ok(['delete', 'wd', 'nothing', '--ignore-not-found']);
  });

  test('api-resources lists everything', async () => {
    const rows = table(await ok(['api-resources'])).map(([name]) => name);
    expect(rows).toEqual(
      expect.arrayContaining(['configmaps', 'events', 'namespaces', 'secrets', 'leases', 'widgets']),
    );
  });
});

test.skipIf(!missing)('skips kubectl where it is not installed', (context) => {
  context.skip(`${program} cannot be run`);
});

function table(text: string): string[][] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/\s{2,}/));
}
