import { describe, expect, test } from 'vitest';
import { type Client, elements, type Json } from '../support/client.ts';

export function builtinSuite(client: () => Client): void {
  const collection = async (resource: string, root = '/api/v1'): Promise<string> =>
    `${root}/namespaces/${await client().namespace()}/${resource}`;

  describe('Secrets', () => {
    test('stringData is merged into data and is write-only', async () => {
      const { body } = await client().post(await collection('secrets'), {
        metadata: { name: 'a' },
        data: { a: 'YQ==', b: 'YQ==' },
        stringData: { b: 'b' },
      });
      expect(body).toMatchObject({ data: { a: 'YQ==', b: 'Yg==' }, type: 'Opaque' });
      expect(body).not.toHaveProperty('stringData');
    });

    test.each([
      ['data that is no base64', { data: { a: 'x!' } }, 400],
      ['data that is no string', { data: { a: 5 } }, 400],
      ['a key with a space', { data: { 'a b': 'YQ==' } }, 422],
      ['more than 1 MiB', { data: { a: 'A'.repeat(1_400_000) } }, 422],
      ['a TLS Secret without its keys', { type: 'kubernetes.io/tls' }, 422],
    ])('%s', async (_, secret, status) => {
      const path = await collection('secrets');
      expect((await client().post(path, { metadata: { name: 'a' }, ...secret })).status).toBe(status);
    });

    test('the type is immutable, and all data of an immutable one', async () => {
      const path = await collection('secrets');
      await client().post(path, { metadata: { name: 'a' }, data: { a: 'YQ==' }, immutable: true });
      expect(await client().mergePatch(`${path}/a`, { type: 'other' })).toMatchObject({
        status: 422,
        body: { message: 'Secret "a" is invalid: type: Invalid value: "other": field is immutable' },
      });
      expect(await client().mergePatch(`${path}/a`, { data: { a: 'Yg==' } })).toMatchObject({
        status: 422,
        body: {
          message: 'Secret "a" is invalid: data: Forbidden: field is immutable when `immutable` is set',
        },
      });
      expect((await client().mergePatch(`${path}/a`, { immutable: false })).status).toBe(422);
      expect((await client().mergePatch(`${path}/a`, { metadata: { labels: { a: '1' } } })).status).toBe(200);
    });
  });

  test('a ConfigMap may not have one key in both halves', async () => {
    const path = await collection('configmaps');
    const { status, body } = await client().post(path, {
      metadata: { name: 'a' },
      data: { k: 'v' },
      binaryData: { k: 'AA==' },
    });
    expect({ status, message: body['message'] }).toEqual({
      status: 422,
      message:
        'ConfigMap "a" is invalid: data[k]: Invalid value: "k": duplicate of key present in binaryData',
    });
  });

  describe('Leases', () => {
    const root = '/apis/coordination.k8s.io/v1';
    const spec = {
      holderIdentity: 'me',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:00.123456Z',
      leaseTransitions: 0,
    };

    test('keep microseconds and zeros', async () => {
      const { status, body } = await client().post(await collection('leases', root), {
        metadata: { name: 'a' },
        spec,
      });
      expect({ status, spec: body['spec'] }).toEqual({ status: 201, spec });
    });

    test.each(['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.123Z', '2026-01-01T00:00:00.1234567Z', 'now'])(
      'refuse the time %s',
      async (renewTime) => {
        const path = await collection('leases', root);
        const { status } = await client().post(path, { metadata: { name: 'a' }, spec: { renewTime } });
        expect(status).toBe(400);
      },
    );

    test('refuse impossible numbers', async () => {
      const path = await collection('leases', root);
      const wrong = { leaseDurationSeconds: 0, leaseTransitions: -1 };
      expect(await client().post(path, { metadata: { name: 'a' }, spec: wrong })).toMatchObject({
        status: 422,
        body: {
          message:
            'Lease.coordination.k8s.io "a" is invalid: [spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0, spec.leaseTransitions: Invalid value: -1: must to greater or equal than 0]',
        },
      });
    });

    test('can be created by PUT, but not overwritten without a version', async () => {
      const path = `${await collection('leases', root)}/a`;
      expect((await client().put(path, { metadata: { name: 'a' }, spec })).status).toBe(201);
      expect((await client().put(path, { metadata: { name: 'a' }, spec })).status).toBe(422);
    });

    test('one of two concurrent take-overs fails', async () => {
      const path = await collection('leases', root);
      const { body } = await client().post(path, { metadata: { name: 'a' }, spec });
      const claim = (holderIdentity: string) =>
        client().put(`${path}/a`, { ...body, spec: { ...body['spec'], holderIdentity } });
      const statuses = (await Promise.all([claim('x'), claim('y')])).map(({ status }) => status);
      expect(statuses.toSorted()).toEqual([200, 409]);
    });
  });

  describe('Namespaces', () => {
    test('exist from the start', async () => {
      const { body } = await client().get('/api/v1/namespaces');
      const names = elements(body['items']).map((item: Json) => item['metadata']?.['name']);
      expect(names).toEqual(expect.arrayContaining(['default', 'kube-system']));
    });

    test('are Active and have the finalizer kubernetes', async () => {
      const { body } = await client().get(`/api/v1/namespaces/${await client().namespace()}`);
      expect(body).toMatchObject({
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Active' },
      });
    });

    test('are labels, not subdomains', async () => {
      expect((await client().post('/api/v1/namespaces', { metadata: { name: 'a.b' } })).status).toBe(422);
    });

    test('are deleted when finalize removes the last finalizer', async () => {
      const name = await client().namespace();
      const held = { metadata: { name: 'a', finalizers: ['example.com/x'] } };
      await client().post(`/api/v1/namespaces/${name}/configmaps`, held);
      await client().delete(`/api/v1/namespaces/${name}`);
      const { status } = await client().put(`/api/v1/namespaces/${name}/finalize`, {
        metadata: { name },
        spec: { finalizers: [] },
      });
      expect(status).toBe(200);
      expect((await client().get(`/api/v1/namespaces/${name}`)).status).toBe(404);
    });
  });
}
