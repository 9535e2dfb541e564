import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, elements, type Json, type Reply } from '../support/client.ts';
import { gadget, installGadgets, ownersIn } from '../support/gadgets.ts';

/** What is not applied: conflicts, and what cannot be applied at all. */
export function applyRefusalSuite(client: () => Client): void {
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
  const versionOf = (body: Json) => body['metadata']?.['resourceVersion'];

  describe('a conflict', () => {
    test('over one field names it and its owner', async () => {
      const name = newName();
      await apply('one', name, { size: 1 });
      expect(await apply('two', name, { size: 2 })).toMatchObject({
        status: 409,
        body: {
          reason: 'Conflict',
          message: 'Apply failed with 1 conflict: conflict with "one": .spec.size',
          details: {
            causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.spec.size' }],
          },
        },
      });
    });

    test('over several lists them, those of a level before those below', async () => {
      const name = newName();
      const path = gadgets(name).replace(/\/g\d+$/, '');
      const spec = { size: 1, list: ['a'], map: { x: '1' }, pairs: [{ name: 'n', value: 'v' }] };
      await client().post(`${path}?fieldManager=old`, gadget(name, spec, { labels: { a: 'b' } }));
      const other = { size: 2, list: ['b'], map: { x: '2' }, pairs: [{ name: 'n', value: 'w' }] };
      const { status, body } = await apply('two', name, other, { labels: { a: 'c' } });
      expect(status).toBe(409);
      expect(body['message']).toBe(
        [
          'Apply failed with 5 conflicts: conflicts with "old" using example.com/v1:',
          '- .metadata.labels.a',
          '- .spec.list',
          '- .spec.size',
          '- .spec.map.x',
          '- .spec.pairs[name="n"].value',
        ].join('\n'),
      );
      expect(elements(body['details']?.['causes'])).toHaveLength(5);
    });

    test('changes nothing; force takes the fields over', async () => {
      const name = newName();
      const { body: before } = await apply('one', name, { size: 1, map: { x: '1' } });
      await apply('two', name, { size: 2 });
      expect(versionOf((await client().get(gadgets(name))).body)).toBe(versionOf(before));
      const { status, body } = await apply('two', name, { size: 2 }, {}, '&force=true');
      expect({ status, spec: body['spec'] }).toEqual({
        status: 200,
        spec: { size: 2, mode: 'fast', map: { x: '1' } },
      });
      expect(ownersIn(body)).toEqual({
        'Apply by one': { 'f:spec': { 'f:map': { 'f:x': {} } } },
        'Apply by two': { 'f:spec': { 'f:size': {} } },
      });
    });

    test('does not occur for an equal value: both own it', async () => {
      const name = newName();
      await apply('one', name, { size: 1 });
      const { status, body } = await apply('two', name, { size: 1 });
      expect(status).toBe(200);
      expect(ownersIn(body)).toEqual({
        'Apply by one': { 'f:spec': { 'f:size': {} } },
        'Apply by two': { 'f:spec': { 'f:size': {} } },
      });
    });

    test('does not occur with the same manager, nor over its ordinary writes', async () => {
      const name = newName();
      await apply('one', name, { size: 1 });
      expect((await apply('one', name, { size: 2 })).status).toBe(200);
      await client().mergePatch(`${gadgets(name)}?fieldManager=one`, { spec: { size: 3 } });
      expect((await apply('one', name, { size: 4 })).body['message']).toBe(
        'Apply failed with 1 conflict: conflict with "one" using example.com/v1: .spec.size',
      );
    });
  });

  describe('is refused', () => {
    test('without a manager', async () => {
      const { status, body } = await client().apply(gadgets('no'), gadget('no'), '');
      expect({ status, message: body['message'] }).toEqual({
        status: 422,
        message:
          'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      });
    });

    test('force, in any other patch', async () => {
      const { status, body } = await client().mergePatch(`${gadgets('no')}?force=true`, {});
      expect(status).toBe(422);
      expect(body['message']).toContain('force: Forbidden: may not be specified for non-apply patch');
    });

    test.each<[string, object, number, string]>([
      ['an unknown field', { spec: { typo: 1 } }, 500, '.spec.typo: field not declared in schema'],
      ['a wrong type', { spec: { size: 'x' } }, 500, '.spec.size: expected numeric (int or float)'],
      ['an element twice', { spec: { set: ['a', 'a'] } }, 500, '.spec.set: duplicate entries for key [="a"]'],
      [
        'an element without its key',
        { spec: { pairs: [{ value: 'a' }] } },
        500,
        '.spec.pairs: element 0: associative list with keys has an element that omits',
      ],
      [
        'managedFields',
        {
          metadata: {
            name: 'no',
            managedFields: [{ manager: 'x', operation: 'Apply', fieldsType: 'FieldsV1', fieldsV1: {} }],
          },
        },
        400,
        'metadata.managedFields must be nil',
      ],
      ['another name', { metadata: { name: 'other' } }, 400, 'the name of the object'],
      ['no name', { metadata: {} }, 400, 'name must be provided'],
      ['a uid of what is not there', { metadata: { name: 'no', uid: 'u' } }, 409, 'uid mismatch'],
    ])('%s', async (_, change, code, words) => {
      const { status, body } = await client().apply(gadgets('no'), {
        ...gadget('no', { size: 1 }),
        ...change,
      });
      expect({ status, message: body['message'] }).toEqual({
        status: code,
        message: expect.stringContaining(words),
      });
    });

    test('a version that is not the present one', async () => {
      const name = newName();
      await apply('one', name, { size: 1 });
      expect((await apply('one', name, { size: 1 }, { resourceVersion: '1' })).status).toBe(409);
    });

    test('a body that is no object', async () => {
      const { status, body } = await client().apply(gadgets('no'), [1]);
      expect(status).toBe(400);
      expect(body['message']).toContain('error decoding YAML');
    });

    test('an unknown field of a built-in type', async () => {
      const { status, body } = await client().apply(core('secrets/no'), {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'no' },
        typo: 1,
      });
      expect(status).toBe(500);
      expect(body['message']).toContain('.typo: field not declared in schema');
    });
  });
}
