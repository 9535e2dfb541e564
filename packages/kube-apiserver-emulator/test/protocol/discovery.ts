import { expect, test } from 'vitest';
import type { Client } from '../support/client.ts';

export function discoverySuite(client: () => Client): void {
  test('the core group lists its resources', async () => {
    const { status, body } = await client().get('/api/v1');
    expect(status).toBe(200);
    expect(body).toMatchObject({ kind: 'APIResourceList', groupVersion: 'v1' });
    expect(body['resources']).toContainEqual(
      expect.objectContaining({ name: 'secrets', namespaced: true, kind: 'Secret' }),
    );
  });

  test('a group names its versions', async () => {
    const { body } = await client().get('/apis/example.com');
    expect(body).toEqual({
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'example.com',
      versions: [{ groupVersion: 'example.com/v1', version: 'v1' }],
      preferredVersion: { groupVersion: 'example.com/v1', version: 'v1' },
    });
  });

  test('a custom resource is listed with its short names, categories and status', async () => {
    const { body } = await client().get('/apis/example.com/v1');
    expect(body['resources']).toEqual([
      expect.objectContaining({
        name: 'widgets',
        singularName: 'widget',
        namespaced: true,
        kind: 'Widget',
        shortNames: ['wd'],
        categories: ['things'],
      }),
      expect.objectContaining({ name: 'widgets/status', kind: 'Widget', verbs: ['get', 'patch', 'update'] }),
    ]);
  });

  test('an unknown group is plain text, not a Status', async () => {
    for (const path of ['/apis/nobody.example.com', '/apis/nobody.example.com/v1/things']) {
      const { status, body } = await client().get(path);
      expect({ status, body }).toEqual({ status: 404, body: '404 page not found\n' });
    }
  });

  test('a resource that a built-in group does not have is a Status', async () => {
    const { status, body } = await client().get('/api/v1/namespaces/default/nothings');
    expect(status).toBe(404);
    expect(body).toMatchObject({ kind: 'Status', reason: 'NotFound', code: 404 });
  });

  test('a verb that a resource does not have is 405', async () => {
    const { status, body } = await client().delete('/api/v1/namespaces');
    expect(status).toBe(405);
    expect(body).toMatchObject({ kind: 'Status', reason: 'MethodNotAllowed' });
  });

  test('a wrong token is 401, on a public path too', async () => {
    for (const path of ['/api/v1/secrets', '/healthz']) {
      const { status, body } = await client().get(path, { headers: { authorization: 'Bearer wrong' } });
      expect({ status, body }).toEqual({
        status: 401,
        body: {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: 'Unauthorized',
          reason: 'Unauthorized',
          code: 401,
        },
      });
    }
  });

  test('health and version answer', async () => {
    for (const path of ['/healthz', '/readyz', '/livez']) {
      expect((await client().get(path)).body).toBe('ok');
    }
    expect((await client().get('/version')).body).toMatchObject({ major: '1' });
  });

  test('OpenAPI v2 describes the types', async () => {
    const { body } = await client().get('/openapi/v2');
    expect(body['definitions']?.['io.k8s.api.core.v1.Secret']).toMatchObject({
      type: 'object',
      properties: { type: { type: 'string' }, immutable: { type: 'boolean' } },
      'x-kubernetes-group-version-kind': [{ group: '', kind: 'Secret', version: 'v1' }],
    });
    expect(
      body['definitions']?.['io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta']?.['properties'],
    ).toMatchObject({
      finalizers: { type: 'array', 'x-kubernetes-patch-strategy': 'merge' },
      ownerReferences: { 'x-kubernetes-patch-merge-key': 'uid', 'x-kubernetes-patch-strategy': 'merge' },
    });
  });
}
