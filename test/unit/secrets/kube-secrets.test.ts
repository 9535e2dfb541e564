import { describe, expect, it } from 'vitest';
import { KubeError, type KubeErrorKind } from '../../../src/kube/client/errors.ts';
import { createKubeSecrets } from '../../../src/secrets/kube-secrets.ts';
import { MANAGED_METADATA_ANNOTATION } from '../../../src/secrets/managed-metadata.ts';
import { connector } from '../../support/builders/connector.ts';

const refuse = async (): Promise<never> => {
  throw new Error('only reads are expected');
};
const refusing = { create: refuse, patch: refuse, delete: refuse };

it('registers every value of a Secret for redaction, except the constants of the connection Secret', async () => {
  const registered: string[] = [];
  const data = {
    type: 'open-connectors',
    element: 'infusionsoftcrm',
    'element-token': 'token-1234',
    'client-secret': 'client-secret-5678\n',
  };
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const secrets = createKubeSecrets({
    rest: {
      ...refusing,
      get: async () => ({
        metadata: { name: 'crm-connection', namespace: 'sales', resourceVersion: '1' },
        data: Object.fromEntries(encoded),
      }),
    },
    cached: () => undefined,
    register: (value) => registered.push(value),
  });
  await secrets.read('sales', 'crm-connection', new AbortController().signal);
  expect(registered.sort()).toEqual(['client-secret-5678', 'token-1234']);
});

describe('removal', () => {
  const removal = async (failure?: KubeErrorKind) => {
    const deleted: unknown[] = [];
    const secrets = createKubeSecrets({
      rest: {
        ...refusing,
        get: refuse,
        delete: async (path, options) => {
          deleted.push([path.name, options?.preconditions]);
          if (failure !== undefined) {
            throw new KubeError(failure, 'refused');
          }
        },
      },
      cached: () => undefined,
      register: () => undefined,
    });
    const result = await secrets.remove('sales', 'crm-consent', '7', new AbortController().signal);
    return { result, deleted };
  };

  it('deletes the version that was observed', async () => {
    expect(await removal()).toEqual({
      result: 'removed',
      deleted: [['crm-consent', { resourceVersion: '7' }]],
    });
  });

  it.each([
    ['not-found', 'absent'],
    ['conflict', 'conflict'],
  ] as const)('returns a refusal as %s as the result %s', async (failure, result) => {
    expect((await removal(failure)).result).toBe(result);
  });

  it('throws every other failure', async () => {
    await expect(removal('forbidden')).rejects.toThrow('refused');
  });
});

it('updates labels and annotations in one patch with the data, and leaves those of others alone', async () => {
  const patches: unknown[] = [];
  const secrets = createKubeSecrets({
    rest: {
      ...refusing,
      get: refuse,
      patch: async (_path, patch) => {
        patches.push(patch);
        return { metadata: { resourceVersion: '2' } };
      },
    },
    cached: () => undefined,
    register: () => undefined,
  });
  const subject = connector();
  const data = { uri: 'https://x.example' };
  const secret = { owner: subject, name: 'crm-connection', type: 'x', data };
  const metadata = {
    labels: { a: '1' },
    annotations: { b: '2' },
    removable: { labels: ['a'], annotations: ['b'] },
  };
  const current = {
    labels: { old: 'x', foreign: 'y' },
    annotations: {
      'foreign/note': 'z',
      [MANAGED_METADATA_ANNOTATION]: '{"labels":["old"],"annotations":[]}',
    },
  };
  const { signal } = new AbortController();
  await secrets.update({ ...secret, metadata }, { resourceVersion: '1', metadata: current }, signal);
  await secrets.update(secret, { resourceVersion: '1' }, signal);
  const test = { op: 'test', path: '/metadata/resourceVersion', value: '1' };
  const rest = [
    { op: 'add', path: '/data', value: { uri: Buffer.from(data.uri).toString('base64') } },
    expect.objectContaining({ path: '/metadata/ownerReferences' }),
  ];
  expect(patches).toEqual([
    [
      test,
      { op: 'add', path: '/metadata/labels', value: { foreign: 'y', a: '1' } },
      {
        op: 'add',
        path: '/metadata/annotations',
        value: {
          'foreign/note': 'z',
          b: '2',
          [MANAGED_METADATA_ANNOTATION]: '{"labels":["a"],"annotations":["b"]}',
        },
      },
      ...rest,
    ],
    [test, ...rest],
  ]);
});
