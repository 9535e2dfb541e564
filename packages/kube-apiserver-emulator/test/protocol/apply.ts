import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, elements, type Reply } from '../support/client.ts';
import { gadget, installGadgets, ownersIn } from '../support/gadgets.ts';

/** Server-side apply. */
export function applySuite(client: () => Client): void {
  let namespace: string;
  let count = 0;
  beforeAll(async () => {
    await installGadgets(client());
    namespace = await client().namespace();
  });
  const core = (path: string): string => `/api/v1/namespaces/${namespace}/${path}`;
  const gadgets = (name: string): string => `/apis/example.com/v1/namespaces/${namespace}/gadgets/${name}`;
  const newName = (): string => `g${++count}`;
  const apply = (
    manager: string,
    name: string,
    spec?: object,
    metadata?: object,
    more = '',
  ): Promise<Reply> =>
    client().apply(gadgets(name), gadget(name, spec, metadata), `fieldManager=${manager}${more}`);
  const specOf = ({ body }: Reply) => body['spec'];

  describe('an object', () => {
    test('is created if it does not exist, and belongs to its manager as far as it was applied', async () => {
      const name = newName();
      const spec = { size: 1, map: { x: '1' }, set: ['a'], pairs: [{ name: 'n', value: 'v' }], list: ['a'] };
      const { status, body } = await apply('one', name, spec, { labels: { a: 'b' } });
      expect(status).toBe(201);
      expect(body).toMatchObject({ metadata: { generation: 1 }, spec: { size: 1, mode: 'fast' } });
      expect(ownersIn(body)).toEqual({
        'Apply by one': {
          'f:metadata': { 'f:labels': { 'f:a': {} } },
          'f:spec': {
            'f:size': {},
            'f:map': { 'f:x': {} },
            'f:set': { 'v:"a"': {} },
            'f:pairs': { 'k:{"name":"n"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
            'f:list': {},
          },
        },
      });
    });

    test('stays as it is when the same is applied again', async () => {
      const name = newName();
      const first = await apply('one', name, { size: 1 });
      const again = await apply('one', name, { size: 1 });
      expect(again.status).toBe(200);
      expect(again.body).toEqual(first.body);
    });

    test('gets a new generation only from a new spec', async () => {
      const name = newName();
      await apply('one', name, { size: 1 });
      const labeled = await apply('one', name, { size: 1 }, { labels: { a: 'b' } });
      expect(labeled.body['metadata']?.['generation']).toBe(1);
      expect((await apply('one', name, { size: 2 })).body['metadata']?.['generation']).toBe(2);
    });

    test('is not made nor changed by a dry run', async () => {
      const name = newName();
      expect((await apply('one', name, { size: 1 }, {}, '&dryRun=All')).status).toBe(201);
      expect((await client().get(gadgets(name))).status).toBe(404);
      const made = await apply('one', name, { size: 1 });
      const tried = await apply('one', name, { size: 2 }, {}, '&dryRun=All');
      expect(tried.body).toMatchObject({ metadata: { generation: 2 }, spec: { size: 2 } });
      expect((await client().get(gadgets(name))).body).toEqual(made.body);
    });
  });

  describe('what is not applied any more', () => {
    test('goes, where nobody else owns it', async () => {
      const name = newName();
      const spec = {
        size: 1,
        map: { x: '1', y: '1' },
        atomicMap: { k: 'v' },
        list: ['a'],
        set: ['a', 'b'],
        pairs: [{ name: 'n', value: 'v' }, { name: 'm' }],
        nested: { a: '1', b: '2' },
        free: { q: 1, r: 2 },
      };
      await apply('one', name, spec, { labels: { a: '1', b: '1' } });
      const less = {
        map: { y: '1' },
        set: ['b'],
        pairs: [{ name: 'n' }],
        nested: { a: '1' },
        free: { q: 1 },
      };
      const { body } = await apply('one', name, less, { labels: { b: '1' } });
      expect(body['spec']).toEqual({ ...less, mode: 'fast' });
      expect(body['metadata']?.['labels']).toEqual({ b: '1' });
      const nothing = await apply('one', name);
      expect(nothing.body).not.toHaveProperty('spec.map');
      expect(nothing.body['metadata']).not.toHaveProperty('labels');
    });

    test('stays where another manager wrote it too', async () => {
      const name = newName();
      await apply('one', name, { size: 1, map: { x: '1', y: '1' }, set: ['a', 'b'] });
      await apply('two', name, { size: 1, map: { x: '1' }, set: ['a'] });
      const { body } = await apply('one', name, {});
      expect(body['spec']).toEqual({ size: 1, mode: 'fast', map: { x: '1' }, set: ['a'] });
      expect(ownersIn(body)).toMatchObject({
        'Apply by two': { 'f:spec': { 'f:size': {}, 'f:map': { 'f:x': {} }, 'f:set': { 'v:"a"': {} } } },
      });
    });

    test('stays, where it was never applied', async () => {
      const name = newName();
      await client().post(gadgets(name).replace(/\/g\d+$/, ''), gadget(name, { size: 1, map: { x: '1' } }));
      await apply('one', name, { map: { y: '1' } });
      expect(specOf(await apply('one', name, { map: { z: '1' } }))).toEqual({
        size: 1,
        mode: 'fast',
        map: { x: '1', z: '1' },
      });
    });

    test('an element of a list with keys goes as a whole, or loses the fields of its manager', async () => {
      const name = newName();
      await apply('one', name, {
        pairs: [
          { name: 'n', value: 'v' },
          { name: 'm', value: 'v' },
        ],
      });
      await apply('two', name, { pairs: [{ name: 'n', other: 'o' }] });
      expect(specOf(await apply('one', name, {}))).toEqual({
        mode: 'fast',
        pairs: [{ name: 'n', other: 'o' }],
      });
    });
  });

  describe('lists', () => {
    test('with keys are merged by them, sets by value, others replaced', async () => {
      const name = newName();
      await apply('one', name, { pairs: [{ name: 'a', value: '1' }], set: ['a'], list: ['a'] });
      const spec = { pairs: [{ name: 'b' }], set: ['b'], list: ['b'] };
      expect(specOf(await apply('two', name, spec, {}, '&force=true'))).toEqual({
        mode: 'fast',
        pairs: [{ name: 'a', value: '1' }, { name: 'b' }],
        set: ['a', 'b'],
        list: ['b'],
      });
    });
  });

  describe('status', () => {
    const status = (name: string, value: object, manager: string): Promise<Reply> =>
      client().apply(
        `${gadgets(name)}/status`,
        gadget(name, undefined, {}, { status: value }),
        `fieldManager=${manager}`,
      );

    test('is applied at its own path, by several managers', async () => {
      const name = newName();
      await apply('one', name, { size: 1 });
      await status(name, { phase: 'x', conditions: [{ type: 'A', status: 'True' }] }, 'two');
      const { body } = await status(name, { conditions: [{ type: 'B', status: 'True' }] }, 'three');
      expect(body).toMatchObject({
        metadata: { generation: 1 },
        spec: { size: 1 },
        status: { phase: 'x', conditions: [{ type: 'A' }, { type: 'B' }] },
      });
      expect(ownersIn(body)['Apply by three']).toEqual({
        'f:status': { 'f:conditions': { 'k:{"type":"B"}': { '.': {}, 'f:status': {}, 'f:type': {} } } },
      });
      const less = await status(name, { phase: 'x' }, 'two');
      expect(less.body['status']).toEqual({ phase: 'x', conditions: [{ type: 'B', status: 'True' }] });
    });

    test('of an object that is not there is 404', async () => {
      expect((await status('nothing', { phase: 'x' }, 'one')).status).toBe(404);
    });
  });

  describe('built-in types', () => {
    const applyCore = (path: string, object: object, query?: string): Promise<Reply> =>
      client().apply(path, { apiVersion: 'v1', ...object }, query);

    test('a ConfigMap', async () => {
      const map = (data: object) => ({ kind: 'ConfigMap', metadata: { name: 'a' }, data });
      const path = core('configmaps/a');
      expect((await applyCore(path, map({ a: '1', b: '1' }))).status).toBe(201);
      await client().mergePatch(`${path}?fieldManager=other`, { data: { c: '1' } });
      expect((await applyCore(path, map({ b: '2' }))).body['data']).toEqual({ b: '2', c: '1' });
      expect((await applyCore(path, map({ c: '2' }))).status).toBe(409);
    });

    test('a Secret, in data and in clear', async () => {
      const path = core('secrets/a');
      const secret = (more: object) => ({ kind: 'Secret', metadata: { name: 'a' }, ...more });
      const made = await applyCore(path, secret({ stringData: { a: '1' } }));
      expect(made.body).toMatchObject({ data: { a: 'MQ==' }, type: 'Opaque' });
      expect(ownersIn(made.body)).toEqual({ 'Apply by tests': { 'f:stringData': { 'f:a': {} } } });
      // What was written in clear is owned under that name, so data does not go with it.
      const { body } = await applyCore(path, secret({ data: { b: 'Yg==' } }));
      expect(body['data']).toEqual({ a: 'MQ==', b: 'Yg==' });
    });

    test('finalizers are a set, and owner references a list with keys', async () => {
      const path = core('configmaps/refs');
      const owner = (uid: string) => ({ apiVersion: 'nobody.example.com/v1', kind: 'Owner', name: uid, uid });
      const map = (uid: string) => ({
        kind: 'ConfigMap',
        metadata: { name: 'refs', finalizers: [`example.com/${uid}`], ownerReferences: [owner(uid)] },
      });
      await applyCore(path, map('u1'), 'fieldManager=one');
      const { body } = await applyCore(path, map('u2'), 'fieldManager=two');
      expect(body['metadata']).toMatchObject({
        finalizers: ['example.com/u1', 'example.com/u2'],
        ownerReferences: [owner('u1'), owner('u2')],
      });
      const left = await applyCore(
        path,
        { kind: 'ConfigMap', metadata: { name: 'refs' } },
        'fieldManager=one',
      );
      expect(left.body['metadata']).toMatchObject({
        finalizers: ['example.com/u2'],
        ownerReferences: [owner('u2')],
      });
      await client().mergePatch(path, { metadata: { finalizers: null } });
    });

    test('a Namespace', async () => {
      const path = `/api/v1/namespaces/${namespace}-applied`;
      const object = (labels: object) => ({
        kind: 'Namespace',
        metadata: { name: `${namespace}-applied`, labels },
      });
      expect((await applyCore(path, object({ a: '1', b: '1' }))).status).toBe(201);
      const { status, body } = await applyCore(path, object({ b: '1' }));
      expect(status).toBe(200);
      expect(body).toMatchObject({
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Active' },
      });
      expect(body['metadata']?.['labels']).not.toHaveProperty('a');
      expect(body['metadata']?.['labels']).toHaveProperty('b');
    });

    test('a definition, which keeps the fields of the server', async () => {
      const name = 'applied.example.com';
      const definition = {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name },
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { plural: 'applied', singular: 'applied', kind: 'Applied', listKind: 'AppliedList' },
          versions: [
            { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
          ],
        },
      };
      const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
      expect((await client().apply(path, definition)).status).toBe(201);
      await expect
        .poll(async () => JSON.stringify((await client().get(path)).body['status']))
        .toContain('"Established"');
      const labeled = { ...definition, metadata: { name, labels: { a: 'b' } } };
      const { status, body } = await client().apply(path, labeled);
      expect(status).toBe(200);
      expect(body).toMatchObject({ metadata: { generation: 1 }, status: { storedVersions: ['v1'] } });
      expect(elements(body['status']?.['conditions']).length).toBeGreaterThan(1);
      await client().delete(path);
    });
  });

  test('fields from before tracking belong to before-first-apply', async () => {
    const name = newName();
    await client().post(gadgets(name).replace(/\/g\d+$/, ''), gadget(name, { size: 1 }));
    await client().mergePatch(gadgets(name), { metadata: { managedFields: [{}] } });
    const { body } = await apply('one', name, { size: 1 });
    expect(ownersIn(body)).toEqual({
      'Apply by one': { 'f:spec': { 'f:size': {} } },
      'Update by before-first-apply': { 'f:spec': { '.': {}, 'f:mode': {}, 'f:size': {} } },
    });
  });
}
