import { expect, test } from 'vitest';
import type { Client, Json } from '../support/client.ts';

export function updateSuite(client: () => Client): void {
  async function configMap(data: object = { k: 'v' }): Promise<{ path: string; object: Json }> {
    const collection = `/api/v1/namespaces/${await client().namespace()}/configmaps`;
    const { body } = await client().post(collection, { metadata: { name: 'a' }, data });
    return { path: `${collection}/a`, object: body };
  }

  test('a write that changes nothing keeps the resourceVersion', async () => {
    const { path, object } = await configMap();
    const { status, body } = await client().put(path, object);
    expect(status).toBe(200);
    expect(body['metadata']?.['resourceVersion']).toBe(object['metadata']?.['resourceVersion']);
  });

  test('a write that changes something gets a higher one', async () => {
    const { path, object } = await configMap();
    const { body } = await client().put(path, { ...object, data: { k: 'w' } });
    expect(Number(body['metadata']?.['resourceVersion'])).toBeGreaterThan(
      Number(object['metadata']?.['resourceVersion']),
    );
  });

  test('an old resourceVersion is 409 Conflict', async () => {
    const { path, object } = await configMap();
    await client().put(path, { ...object, data: { k: 'w' } });
    expect(await client().put(path, { ...object, data: { k: 'x' } })).toMatchObject({
      status: 409,
      body: {
        reason: 'Conflict',
        message:
          'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
        details: { name: 'a', kind: 'configmaps' },
      },
    });
  });

  test('without resourceVersion a ConfigMap is overwritten, keeping uid and creation time', async () => {
    const { path, object } = await configMap();
    const { status, body } = await client().put(path, { metadata: { name: 'a' }, data: { k: 'w' } });
    expect(status).toBe(200);
    expect(body['metadata']?.['uid']).toBe(object['metadata']?.['uid']);
    expect(body['metadata']?.['creationTimestamp']).toBe(object['metadata']?.['creationTimestamp']);
  });

  test('another uid is 409 Conflict', async () => {
    const { path } = await configMap();
    const { status, body } = await client().put(path, { metadata: { name: 'a', uid: 'other' } });
    expect({ status, reason: body['reason'] }).toEqual({ status: 409, reason: 'Conflict' });
    expect(body['message']).toContain('Precondition failed: UID in precondition: other');
  });

  test('another name than in the path is 400', async () => {
    const { path } = await configMap();
    expect(await client().put(path, { metadata: { name: 'b' } })).toMatchObject({
      status: 400,
      body: { message: 'the name of the object (b) does not match the name on the URL (a)' },
    });
  });

  test('an object that is not there is 404', async () => {
    const { path } = await configMap();
    const gone = path.replace(/a$/, 'b');
    expect(await client().put(gone, { metadata: { name: 'b' } })).toMatchObject({
      status: 404,
      body: { message: 'configmaps "b" not found', details: { name: 'b', kind: 'configmaps' } },
    });
  });

  test('a dry run changes nothing', async () => {
    const { path } = await configMap();
    const { body } = await client().put(`${path}?dryRun=All`, { metadata: { name: 'a' }, data: { k: 'w' } });
    expect(body['data']).toEqual({ k: 'w' });
    expect((await client().get(path)).body['data']).toEqual({ k: 'v' });
  });

  test('finalizers can go but not come while an object is being deleted', async () => {
    const { path } = await configMap();
    await client().mergePatch(path, { metadata: { finalizers: ['example.com/a', 'example.com/b'] } });
    await client().delete(path);
    expect(await client().mergePatch(path, { metadata: { finalizers: ['example.com/c'] } })).toMatchObject({
      status: 422,
      body: {
        message:
          'ConfigMap "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/c"}',
      },
    });
    const { status, body } = await client().mergePatch(path, { metadata: { finalizers: ['example.com/b'] } });
    expect({ status, finalizers: body['metadata']?.['finalizers'] }).toEqual({
      status: 200,
      finalizers: ['example.com/b'],
    });
  });
}
