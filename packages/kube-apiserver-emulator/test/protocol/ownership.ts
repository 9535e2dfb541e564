import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, elements } from '../support/client.ts';
import { gadget, installGadgets, ownersIn } from '../support/gadgets.ts';

/** Who wrote what, without server-side apply. */
export function ownershipSuite(client: () => Client): void {
  let namespace: string;
  beforeAll(async () => {
    await installGadgets(client());
    namespace = await client().namespace();
  });
  const gadgets = (name = ''): string =>
    `/apis/example.com/v1/namespaces/${namespace}/gadgets${name === '' ? '' : `/${name}`}`;
  const core = (path: string): string => `/api/v1/namespaces/${namespace}/${path}`;
  const by = 'fieldManager=tests';

  test('a new object belongs to its creator', async () => {
    const spec = {
      size: 1,
      map: { x: '1' },
      atomicMap: { k: 'v' },
      list: ['a'],
      set: ['a'],
      pairs: [{ name: 'n', value: 'v' }],
      free: { q: [1] },
      nested: { a: '1' },
    };
    const metadata = { labels: { a: 'b' }, finalizers: ['example.com/f'] };
    const { body } = await client().post(`${gadgets()}?${by}`, gadget('new', spec, metadata));
    const [entry, ...others] = elements(body['metadata']?.['managedFields']);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      manager: 'tests',
      operation: 'Update',
      apiVersion: 'example.com/v1',
      fieldsType: 'FieldsV1',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    expect(entry?.['fieldsV1']).toEqual({
      'f:metadata': {
        'f:labels': { '.': {}, 'f:a': {} },
        'f:finalizers': { '.': {}, 'v:"example.com/f"': {} },
      },
      'f:spec': {
        '.': {},
        'f:size': {},
        'f:mode': {},
        'f:map': { '.': {}, 'f:x': {} },
        'f:atomicMap': {},
        'f:list': {},
        'f:set': { '.': {}, 'v:"a"': {} },
        'f:pairs': { '.': {}, 'k:{"name":"n"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
        'f:free': { '.': {}, 'f:q': {} },
        'f:nested': { '.': {}, 'f:a': {} },
      },
    });
    await client().mergePatch(gadgets('new'), { metadata: { finalizers: null } });
  });

  test('the user agent is the default manager', async () => {
    await client().request('POST', gadgets(), gadget('agent', { size: 1 }), {
      headers: { 'user-agent': 'some-tool/v1.2 (linux) x' },
    });
    expect(Object.keys(ownersIn((await client().get(gadgets('agent'))).body))).toEqual([
      'Update by some-tool',
    ]);
  });

  test('a change takes over the changed fields only', async () => {
    await client().post(
      `${gadgets()}?fieldManager=one`,
      gadget('change', { size: 1, map: { x: '1', y: '1' } }),
    );
    const { body } = await client().request(
      'PATCH',
      `${gadgets('change')}?fieldManager=two`,
      { spec: { size: 2, map: { x: null, z: '1' } } },
      { contentType: 'application/merge-patch+json' },
    );
    expect(ownersIn(body)).toEqual({
      'Update by one': { 'f:spec': { '.': {}, 'f:mode': {}, 'f:map': { '.': {}, 'f:y': {} } } },
      'Update by two': { 'f:spec': { 'f:size': {}, 'f:map': { 'f:z': {} } } },
    });
  });

  test('a write without changes gives no ownership', async () => {
    const { body: before } = await client().post(
      `${gadgets()}?fieldManager=one`,
      gadget('same', { size: 1 }),
    );
    const { body } = await client().request(
      'PATCH',
      `${gadgets('same')}?fieldManager=two`,
      { spec: { size: 1 } },
      { contentType: 'application/merge-patch+json' },
    );
    expect(body['metadata']).toEqual(before['metadata']);
  });

  test('a write to status is owned too', async () => {
    await client().post(`${gadgets()}?fieldManager=one`, gadget('status', { size: 1 }));
    const { body } = await client().request(
      'PATCH',
      `${gadgets('status')}/status?fieldManager=two`,
      { status: { phase: 'x', conditions: [{ type: 'Ready', status: 'True' }] } },
      { contentType: 'application/merge-patch+json' },
    );
    expect(ownersIn(body)['Update by two']).toEqual({
      'f:status': {
        '.': {},
        'f:phase': {},
        'f:conditions': { '.': {}, 'k:{"type":"Ready"}': { '.': {}, 'f:status': {}, 'f:type': {} } },
      },
    });
  });

  test('a client can omit or reset managedFields, but not empty them', async () => {
    const { body: made } = await client().post(`${gadgets()}?${by}`, gadget('list', { size: 1 }));
    const owners = ownersIn(made);
    const { managedFields: _left, ...metadata } = made['metadata'] ?? {};
    const put = await client().put(`${gadgets('list')}?${by}`, { ...made, metadata });
    expect(ownersIn(put.body)).toEqual(owners);
    const emptied = await client().mergePatch(gadgets('list'), { metadata: { managedFields: [] } });
    expect(ownersIn(emptied.body)).toEqual(owners);
    const forgotten = await client().mergePatch(gadgets('list'), { metadata: { managedFields: [{}] } });
    expect(forgotten.body['metadata']).not.toHaveProperty('managedFields');
  });

  describe('built-in types', () => {
    test('a Secret: stringData is owned as data', async () => {
      const { body } = await client().post(`${core('secrets')}?${by}`, {
        metadata: { name: 's', labels: { x: '1' } },
        stringData: { a: '1' },
      });
      expect(ownersIn(body)).toEqual({
        'Update by tests': {
          'f:metadata': { 'f:labels': { '.': {}, 'f:x': {} } },
          'f:data': { '.': {}, 'f:a': {} },
          'f:type': {},
        },
      });
    });

    test('a ConfigMap: what a replacement leaves out is nobody’s', async () => {
      await client().post(`${core('configmaps')}?fieldManager=one`, {
        metadata: { name: 'c' },
        data: { a: '1' },
      });
      const { body } = await client().put(`${core('configmaps/c')}?fieldManager=two`, {
        metadata: { name: 'c' },
        data: { b: '1' },
      });
      expect(ownersIn(body)).toEqual({
        'Update by one': { 'f:data': {} },
        'Update by two': { 'f:data': { 'f:b': {} } },
      });
    });

    test('a Lease', async () => {
      const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
      const { body } = await client().post(`${leases}?${by}`, {
        metadata: { name: 'l' },
        spec: { holderIdentity: 'x', leaseDurationSeconds: 15 },
      });
      expect(ownersIn(body)).toEqual({
        'Update by tests': { 'f:spec': { 'f:holderIdentity': {}, 'f:leaseDurationSeconds': {} } },
      });
    });

    test('a definition: the server owns its fields', async () => {
      const { body } = await client().get(
        '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.example.com',
      );
      expect(ownersIn(body)['Update by kube-apiserver']).toMatchObject({
        'f:status': { 'f:acceptedNames': { 'f:kind': {}, 'f:plural': {} } },
      });
    });
  });

  describe('options', () => {
    test.each([
      ['fieldManager=', 'x'.repeat(129), 'Too long: must have at most 128 bytes'],
      ['fieldManager=', 'a%01', 'invalid character U+0001 (at position 1)'],
    ])('%s', async (option, value, words) => {
      const { status, body } = await client().post(`${gadgets()}?${option}${value}`, gadget('no'));
      expect(status).toBe(422);
      expect(body['message']).toContain(`CreateOptions.meta.k8s.io "" is invalid: fieldManager: `);
      expect(body['message']).toContain(words);
    });
  });
}
