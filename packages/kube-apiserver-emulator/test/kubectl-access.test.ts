import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { timeLimit } from 'test-kit/time-limit.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { canRunKubectl, kubectlBench } from './support/kubectl.ts';
import { definitionsPath } from './support/widgets.ts';

const repository = join(import.meta.dirname, '..', '..', '..');

describe.skipIf(!canRunKubectl)(
  'kubectl on the kinds of this repository (needs kubectl)',
  { timeout: timeLimit(60_000) },
  () => {
    const bench = kubectlBench();
    let namespace: string;
    beforeAll(async () => {
      for (const plural of ['infusionsoftconnectors', 'openconnectorsaccounts']) {
        const file = join(repository, 'crds', `openconnectors.dev_${plural}.yaml`);
        const crd = parse(await readFile(file, 'utf8'));
        expect((await bench.client.post(definitionsPath, crd)).status).toBe(201);
      }
      namespace = await bench.client.namespace();
    });

    describe('explain', () => {
      test.each([
        ['ifc', 'InfusionsoftConnector'],
        ['oca', 'OpenConnectorsAccount'],
      ])('%s', async (name, kind) => {
        const text = await bench.ok(['explain', name]);
        expect(text).toMatch(new RegExp(`^KIND: +${kind}$`, 'm'));
        expect(text).toMatch(/^GROUP: +openconnectors.dev$/m);
        expect(text).toMatch(/^VERSION: +v1beta1$/m);
        for (const field of ['apiVersion', 'kind', 'metadata', 'spec', 'status']) {
          expect(text).toMatch(new RegExp(`^  ${field}\\t<`, 'm'));
        }
      });

      test('a field, with its type and what it is for', async () => {
        const text = await bench.ok(['explain', 'infusionsoftconnector.spec.deletionPolicy']);
        expect(text).toMatch(/^FIELD: deletionPolicy <string>$/m);
        expect(text).toMatch(/^ENUM:\n {4}Delete\n {4}Orphan$/m);
        expect(text).toMatch(/^DESCRIPTION:\n {4}\S/m);
        expect(await bench.ok(['explain', 'ifc.status.conditions'])).toContain('<[]Object>');
      });

      test.each([
        [
          'ifc',
          ['spec', 'oauth', 'clientSecretRef', 'connectionSecretRef', 'conditions', 'lastTransitionTime'],
        ],
        [
          'oca',
          ['spec', 'baseUrl', 'credentialsSecretRef', 'requestsPerSecond', 'conditions', 'throttledUntil'],
        ],
      ])('%s recursively', async (name, fields) => {
        const text = await bench.ok(['explain', name, '--recursive']);
        for (const field of fields) {
          expect(text).toMatch(new RegExp(`^ +${field}\\t<`, 'm'));
        }
      });

      test('an unknown field', async () => {
        const { code, stderr } = await bench.run(['explain', 'ifc.spec.nothing']);
        expect(code).toBe(1);
        expect(stderr).toContain('field "nothing" does not exist');
      });
    });

    test('api-resources', async () => {
      const rows = (await bench.ok(['api-resources', '--api-group=openconnectors.dev', '--no-headers']))
        .trimEnd()
        .split('\n')
        .map((line) => line.trim().split(/\s+/));
      expect(rows).toEqual([
        ['infusionsoftconnectors', 'ifc', 'openconnectors.dev/v1beta1', 'true', 'InfusionsoftConnector'],
        ['openconnectorsaccounts', 'oca', 'openconnectors.dev/v1beta1', 'true', 'OpenConnectorsAccount'],
      ]);
      expect(await bench.ok(['api-resources', '--verbs=create', '-o', 'name'])).toContain(
        'selfsubjectaccessreviews.authorization.k8s.io',
      );
    });

    describe('authorization', () => {
      const can = async (...args: readonly string[]): Promise<string> =>
        (await bench.run(['auth', 'can-i', '-n', namespace, ...args])).stdout.trim();
      const robot = (): string => `--as=system:serviceaccount:${namespace}:robot`;
      beforeAll(async () => {
        const create = (...args: readonly string[]) => bench.ok(['create', '-n', namespace, ...args]);
        await create('serviceaccount', 'robot');
        await create('role', 'reader', '--verb=get,list', '--resource=secrets,ifc', '--resource-name=mine');
        await create('rolebinding', 'reader', '--role=reader', `--serviceaccount=${namespace}:robot`);
        await create(
          'clusterrole',
          `status-${namespace}`,
          '--verb=patch',
          '--resource=infusionsoftconnectors/status',
        );
        await create(
          'clusterrolebinding',
          `status-${namespace}`,
          `--clusterrole=status-${namespace}`,
          `--serviceaccount=${namespace}:robot`,
        );
      });

      test('auth can-i', async () => {
        expect(await can('delete', 'ifc')).toBe('yes');
        expect(await can('*', '*')).toBe('yes');
        expect(await can('get', 'secret/mine', robot())).toBe('yes');
        expect(await can('get', 'secret/other', robot())).toBe('no');
        expect(await can('list', 'ifc', robot())).toBe('no');
        expect(await can('patch', 'ifc', '--subresource=status', robot())).toBe('yes');
        expect(await can('patch', 'ifc', robot())).toBe('no');
        expect(await can('get', '/version', robot())).toBe('yes');
        expect(await can('get', '/metrics', robot())).toBe('no');
      });

      test('auth can-i --list', async () => {
        const text = await can('--list', robot());
        expect(text).toMatch(/^secrets +\[\] +\[mine\] +\[get list\]$/m);
        expect(text).toMatch(/^infusionsoftconnectors.openconnectors.dev\/status +\[\] +\[\] +\[patch\]$/m);
        expect(await can('--list')).toMatch(/^\*\.\* +\[\] +\[\] +\[\*\]$/m);
      });

      test('auth whoami', async () => {
        const text = await bench.ok(['auth', 'whoami', robot()]);
        expect(text).toContain(`system:serviceaccount:${namespace}:robot`);
        expect(text).toContain(`system:serviceaccounts:${namespace}`);
      });

      test('create token returns a valid token', async () => {
        const token = (await bench.ok(['create', 'token', 'robot', '-n', namespace])).trim();
        const client = bench.client.as(token);
        expect((await client.get(`/api/v1/namespaces/${namespace}/secrets/mine`)).status).toBe(404);
        expect((await client.get(`/api/v1/namespaces/${namespace}/secrets/other`)).status).toBe(403);
      });

      test('a denial in kubectl', async () => {
        const { code, stderr } = await bench.run(['get', 'ifc', '-n', namespace, robot()]);
        expect({ code, stderr }).toEqual({
          code: 1,
          stderr: `Error from server (Forbidden): infusionsoftconnectors.openconnectors.dev is forbidden: User "system:serviceaccount:${namespace}:robot" cannot list resource "infusionsoftconnectors" in API group "openconnectors.dev" in the namespace "${namespace}"\n`,
        });
      });

      test('get and describe show roles and bindings', async () => {
        expect(await bench.ok(['get', 'rolebinding', 'reader', '-n', namespace])).toMatch(
          /reader +Role\/reader/,
        );
        const text = await bench.ok(['describe', 'role', 'reader', '-n', namespace]);
        expect(text).toMatch(/secrets +\[\] +\[mine\] +\[get list\]/);
        expect(await bench.ok(['describe', 'rolebinding', 'reader', '-n', namespace])).toContain('robot');
      });
    });

    test('aggregated cluster roles get the rules of the selected roles', async () => {
      await bench.ok(['apply', '-f', join(repository, 'deploy/overlays/cluster/user-roles.yaml')]);
      await bench.ok([
        'create',
        'rolebinding',
        'looker',
        '-n',
        namespace,
        '--clusterrole=view',
        '--user=looker',
      ]);
      const list = (): Promise<string> =>
        bench
          .run(['auth', 'can-i', 'list', 'ifc', '-n', namespace, '--as=looker'])
          .then(({ stdout }) => stdout.trim());
      await expect.poll(list).toBe('yes');
      await bench.ok(['delete', 'clusterrole', 'openconnectors-view']);
      await expect.poll(list).toBe('no');
    });
  },
);
