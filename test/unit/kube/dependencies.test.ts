import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const lockfileSchema = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), dev: z.boolean().optional() })),
});

async function installed(name: string) {
  const text = await readFile(new URL('../../../package-lock.json', import.meta.url), 'utf8');
  const { packages } = lockfileSchema.parse(JSON.parse(text));
  return Object.entries(packages)
    .filter(([path, { dev }]) => path.endsWith(`node_modules/${name}`) && dev !== true)
    .map(([path, { version }]) => ({ path, version }));
}

describe('the lockfile', () => {
  test('has one copy of the Kubernetes client, of the version that everything was tested with', async () => {
    expect(await installed('@kubernetes/client-node')).toEqual([
      { path: 'node_modules/@kubernetes/client-node', version: '2.0.1' },
    ]);
  });

  test('has one copy of undici, as a pool of one copy cannot serve the other, and none that leaks HTTP/2 sessions', async () => {
    const copies = await installed('undici');
    expect(copies).toHaveLength(1);
    const [major, minor] = (copies[0]?.version ?? '').split('.').map(Number);
    expect([major, (minor ?? 0) >= 12]).toEqual([8, true]);
  });

  test('pins the library exactly, as its insides are overridden', async () => {
    expect(await installed('@dot-i/k8s-operator')).toEqual([
      { path: 'node_modules/@dot-i/k8s-operator', version: '1.3.9' },
    ]);
  });

  test.each(['request', 'tough-cookie', 'jsonpath-plus', 'form-data'])(
    'does not bring in a vulnerable %s with the library',
    async (name) => {
      const copies = await installed(name);
      if (name === 'request' || name === 'tough-cookie') {
        expect(copies).toEqual([]);
      }
      const old = copies.filter(
        ({ version }) => Number((version ?? '0').split('.')[0]) < (name === 'jsonpath-plus' ? 10 : 4),
      );
      expect(old).toEqual([]);
    },
  );
});

test('the library runs on that one copy', () => {
  const require = createRequire(import.meta.url);
  const fromLibrary = createRequire(require.resolve('@dot-i/k8s-operator'));
  const client = fromLibrary('@kubernetes/client-node') as { readonly KubeConfig: unknown };
  expect(client.KubeConfig).toBe(KubeConfig);
});
