import { describe, expect, test } from 'vitest';
import { type Client, elements } from '../support/client.ts';
import { widget, widgetsPath } from '../support/widgets.ts';

/** Of a kind that nobody serves: the garbage collector cannot tell that it is gone. */
const unknownOwner = { apiVersion: 'nobody.example.com/v1', kind: 'Owner' };

export function patchSuite(client: () => Client): void {
  async function secret(object: object = {}): Promise<string> {
    const collection = `/api/v1/namespaces/${await client().namespace()}/secrets`;
    const { status } = await client().post(collection, { metadata: { name: 'a' }, ...object });
    expect(status).toBe(201);
    return `${collection}/a`;
  }

  describe('JSON patch', () => {
    test('adds, replaces and removes', async () => {
      const path = await secret({ data: { a: 'YQ==', b: 'Yg==' } });
      const { status, body } = await client().jsonPatch(path, [
        { op: 'test', path: '/data/a', value: 'YQ==' },
        { op: 'replace', path: '/data/a', value: 'Yg==' },
        { op: 'remove', path: '/data/b' },
        { op: 'add', path: '/metadata/labels', value: { x: '1' } },
      ]);
      expect(status).toBe(200);
      expect(body).toMatchObject({ data: { a: 'Yg==' }, metadata: { labels: { x: '1' } } });
    });

    test.each([
      ['a test that fails', [{ op: 'test', path: '/data/a', value: 'x' }]],
      ['a path that is not there', [{ op: 'remove', path: '/data/nothing' }]],
      ['an unknown operation', [{ op: 'bad', path: '/data/a' }]],
      ['a parent that is not there', [{ op: 'add', path: '/metadata/labels/x', value: '1' }]],
    ])('%s is 422', async (_, patch) => {
      expect(await client().jsonPatch(await secret(), patch)).toMatchObject({
        status: 422,
        body: {
          reason: 'Invalid',
          message: 'the server rejected our request due to an error in our request',
        },
      });
    });

    test('an absent field can be replaced, and copied as null', async () => {
      const { status, body } = await client().jsonPatch(await secret({ data: { a: 'YQ==' } }), [
        { op: 'replace', path: '/metadata/labels', value: { x: '1' } },
        { op: 'copy', from: '/immutable', path: '/metadata/annotations' },
      ]);
      expect(status).toBe(200);
      expect(body['metadata']).toMatchObject({ labels: { x: '1' } });
      expect(body['metadata']).not.toHaveProperty('annotations');
    });

    test('an object is 400', async () => {
      expect((await client().jsonPatch(await secret(), { a: 1 })).status).toBe(400);
    });
  });

  describe('merge patch', () => {
    test('merges objects, removes by null, replaces lists', async () => {
      const path = await secret({
        metadata: { name: 'a', labels: { a: '1', b: '2' }, finalizers: ['example.com/a'] },
      });
      const { body } = await client().mergePatch(path, {
        metadata: { labels: { a: null, c: '3' }, finalizers: ['example.com/b'] },
      });
      expect(body['metadata']).toMatchObject({ labels: { b: '2', c: '3' }, finalizers: ['example.com/b'] });
      expect(body['metadata']?.['labels']).not.toHaveProperty('a');
    });

    test('a resourceVersion in it is a precondition', async () => {
      const { status, body } = await client().mergePatch(await secret(), {
        metadata: { resourceVersion: '1', labels: { a: '1' } },
      });
      expect({ status, reason: body['reason'] }).toEqual({ status: 409, reason: 'Conflict' });
    });

    test('name and uid cannot change', async () => {
      const path = await secret();
      expect((await client().mergePatch(path, { metadata: { name: 'b' } })).status).toBe(400);
      expect(await client().mergePatch(path, { metadata: { uid: 'b' } })).toMatchObject({
        status: 422,
        body: { message: 'Secret "a" is invalid: metadata.uid: Invalid value: "b": field is immutable' },
      });
    });

    test('a patch without changes keeps the resourceVersion', async () => {
      const path = await secret({ metadata: { name: 'a', labels: { a: '1' } } });
      const before = await client().get(path);
      const { body } = await client().mergePatch(path, { metadata: { labels: { a: '1' } } });
      expect(body['metadata']?.['resourceVersion']).toBe(before.body['metadata']?.['resourceVersion']);
    });

    test('an object that is not there is 404', async () => {
      const path = await secret();
      expect((await client().mergePatch(path.replace(/a$/, 'b'), {})).status).toBe(404);
    });
  });

  describe('strategic merge patch', () => {
    test('merges owner references by uid and finalizers as a set', async () => {
      const owner = (uid: string, name: string) => ({ ...unknownOwner, name, uid });
      const path = await secret({
        metadata: { name: 'a', ownerReferences: [owner('u1', 'one')], finalizers: ['example.com/a'] },
      });
      const { body } = await client().strategicPatch(path, {
        metadata: {
          ownerReferences: [{ uid: 'u1', name: 'uno' }, owner('u2', 'two')],
          finalizers: ['example.com/b'],
        },
      });
      expect(body['metadata']?.['ownerReferences']).toEqual([owner('u1', 'uno'), owner('u2', 'two')]);
      expect(body['metadata']?.['finalizers']).toEqual(['example.com/b', 'example.com/a']);
    });

    test('$patch: delete removes an item, $deleteFromPrimitiveList a scalar', async () => {
      const path = await secret({
        metadata: {
          name: 'a',
          ownerReferences: [{ ...unknownOwner, name: 'one', uid: 'u1' }],
          finalizers: ['example.com/a', 'example.com/b'],
        },
      });
      const { body } = await client().strategicPatch(path, {
        metadata: {
          ownerReferences: [{ uid: 'u1', $patch: 'delete' }],
          '$deleteFromPrimitiveList/finalizers': ['example.com/a'],
        },
      });
      expect(body['metadata']).not.toHaveProperty('ownerReferences');
      expect(body['metadata']?.['finalizers']).toEqual(['example.com/b']);
    });

    test('$patch: replace and $retainKeys limit the fields of a map', async () => {
      const path = await secret({
        metadata: { name: 'a', labels: { a: '1', b: '2' }, annotations: { a: '1', b: '2' } },
      });
      const { body } = await client().strategicPatch(path, {
        metadata: {
          labels: { $patch: 'replace', c: '3' },
          annotations: { $retainKeys: ['b', 'c'], c: '3' },
        },
      });
      expect(body['metadata']?.['labels']).toEqual({ c: '3' });
      expect(body['metadata']?.['annotations']).toEqual({ b: '2', c: '3' });
    });

    test('$setElementOrder orders what the patch names', async () => {
      const owner = (uid: string) => ({ ...unknownOwner, name: uid, uid });
      const path = await secret({
        metadata: { name: 'a', ownerReferences: [owner('u1'), owner('u2'), owner('u3')] },
      });
      const { body } = await client().strategicPatch(path, {
        metadata: {
          '$setElementOrder/ownerReferences': [{ uid: 'u3' }, { uid: 'u4' }, { uid: 'u1' }],
          ownerReferences: [owner('u4')],
        },
      });
      const uids = elements(body['metadata']?.['ownerReferences']).map((one) => one['uid']);
      expect(uids).toEqual(['u2', 'u3', 'u4', 'u1']);
    });

    test('an element without its merge key is refused', async () => {
      const path = await secret({
        metadata: {
          name: 'a',
          ownerReferences: [{ ...unknownOwner, name: 'one', uid: 'u1' }],
        },
      });
      const { status } = await client().strategicPatch(path, {
        metadata: { ownerReferences: [{ name: 'uno' }] },
      });
      expect(status).toBeGreaterThanOrEqual(400);
    });

    test('custom resources do not support it: 415', async () => {
      const collection = widgetsPath(await client().namespace());
      await client().post(collection, widget('a'));
      const { status, body } = await client().strategicPatch(`${collection}/a`, { spec: { size: 2 } });
      expect({ status, reason: body['reason'] }).toEqual({ status: 415, reason: 'UnsupportedMediaType' });
      expect(body['message']).toContain('application/json-patch+json, application/merge-patch+json');
    });
  });

  test('a patch that leads to a wrong type is 422', async () => {
    expect(await client().mergePatch(await secret(), { metadata: { labels: { a: 1 } } })).toMatchObject({
      status: 422,
      body: { details: { causes: [{ field: 'patch', reason: 'FieldValueInvalid' }] } },
    });
  });

  test('an ordinary media type is 415', async () => {
    const { status } = await client().request(
      'PATCH',
      await secret(),
      {},
      { contentType: 'application/json' },
    );
    expect(status).toBe(415);
  });
}
