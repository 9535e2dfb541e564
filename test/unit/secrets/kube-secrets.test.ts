import { expect, it } from 'vitest';
import { createKubeSecrets } from '../../../src/secrets/kube-secrets.ts';

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
