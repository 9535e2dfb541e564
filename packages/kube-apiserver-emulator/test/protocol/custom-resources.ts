import { timeLimit } from 'test-kit/time-limit.ts';
import { describe, expect, test } from 'vitest';
import { type Client, elements, type Json } from '../support/client.ts';
import { definitionsPath, widget, widgetDefinition, widgetsPath } from '../support/widgets.ts';

export function customResourceSuite(client: () => Client): void {
  async function created(spec: object = { size: 1 }): Promise<{ path: string; object: Json }> {
    const collection = widgetsPath(await client().namespace());
    const { status, body } = await client().post(collection, widget('a', spec));
    expect(status).toBe(201);
    return { path: `${collection}/a`, object: body };
  }

  test('unknown fields are dropped and defaults applied, also in status', async () => {
    const { object } = await created({ size: 2, unknown: 1 });
    expect(object).toMatchObject({
      metadata: { generation: 1 },
      spec: { size: 2, mode: 'fast' },
      status: { observedGeneration: -1 },
    });
    expect(object['spec']).not.toHaveProperty('unknown');
  });

  test('status in a create is dropped', async () => {
    const collection = widgetsPath(await client().namespace());
    const body = { ...widget('a'), status: { observedGeneration: 5 } };
    expect((await client().post(collection, body)).body['status']).toEqual({ observedGeneration: -1 });
  });

  test('the schema is checked', async () => {
    const collection = widgetsPath(await client().namespace());
    const { status, body } = await client().post(collection, widget('a', { size: 0, mode: 5 }));
    expect(status).toBe(422);
    expect(body).toMatchObject({
      reason: 'Invalid',
      details: { name: 'a', group: 'example.com', kind: 'Widget' },
    });
    expect(body['message']).toContain('Widget.example.com "a" is invalid: ');
    expect(body['message']).toContain(
      'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    );
    const fields = elements(body['details']?.['causes']).map((cause: Json) => cause['field']);
    expect(fields).toEqual(expect.arrayContaining(['spec.size', 'spec.mode']));
  });

  test('the error names a missing required field', async () => {
    const collection = widgetsPath(await client().namespace());
    const { status, body } = await client().post(collection, {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'a' },
    });
    expect(status).toBe(422);
    expect(body['details']?.['causes']).toContainEqual({
      reason: 'FieldValueRequired',
      message: 'Required value',
      field: 'spec',
    });
  });

  test('a body needs kind and version', async () => {
    const collection = widgetsPath(await client().namespace());
    expect((await client().post(collection, { metadata: { name: 'a' } })).status).toBe(400);
    expect(await client().post(collection, { ...widget('a'), apiVersion: 'example.com/v2' })).toMatchObject({
      status: 400,
      body: {
        message:
          'the API version in the data (example.com/v2) does not match the expected API version (example.com/v1)',
      },
    });
    expect(await client().post(collection, { ...widget('a'), kind: 'Gadget' })).toMatchObject({
      status: 422,
      body: { message: 'Gadget.example.com "a" is invalid: kind: Invalid value: "Gadget": must be Widget' },
    });
  });

  test('the first write after the create stores the defaults', async () => {
    const { path, object } = await created();
    const first = await client().put(path, object);
    expect(version(first.body)).not.toBe(version(object));
    expect(version((await client().put(path, first.body)).body)).toBe(version(first.body));
  });

  test('an update needs the resourceVersion', async () => {
    const { path } = await created();
    const { status, body } = await client().put(path, widget('a'));
    expect(status).toBe(422);
    // The value is 0x0 in Kubernetes 1.20 and 0 in 1.36.
    expect(body['message']).toMatch(
      /^widgets\.example\.com "a" is invalid: metadata\.resourceVersion: Invalid value: 0(x0)?: must be specified for an update$/,
    );
  });

  describe('generation and status', () => {
    test('rises with spec only', async () => {
      const { path } = await created();
      const generations = [
        await client().mergePatch(path, { metadata: { labels: { a: '1' } } }),
        await client().mergePatch(path, { status: { observedGeneration: 1 } }),
        await client().mergePatch(`${path}/status`, { status: { observedGeneration: 1 } }),
        await client().mergePatch(path, { spec: { size: 2 } }),
        await client().mergePatch(path, { metadata: { generation: 9 } }),
      ].map(({ body }) => body['metadata']?.['generation']);
      expect(generations).toEqual([1, 1, 1, 2, 2]);
    });

    test('a write to the object does not change status', async () => {
      const { path, object } = await created();
      const { body } = await client().put(path, {
        ...object,
        spec: { size: 2 },
        status: { observedGeneration: 5 },
      });
      expect(body).toMatchObject({ spec: { size: 2 }, status: { observedGeneration: -1 } });
    });

    test('a write to status changes nothing else', async () => {
      const { path, object } = await created();
      const { status, body } = await client().put(`${path}/status`, {
        ...object,
        metadata: { ...object['metadata'], labels: { a: '1' }, finalizers: ['example.com/x'] },
        spec: { size: 9 },
        status: { observedGeneration: 2 },
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({ spec: { size: 1 }, status: { observedGeneration: 2 } });
      expect(body['metadata']).not.toHaveProperty('labels');
      expect(body['metadata']).not.toHaveProperty('finalizers');
      expect(version((await client().get(path)).body)).toBe(version(body));
    });

    test('an old resourceVersion is a conflict there too', async () => {
      const { path, object } = await created();
      await client().mergePatch(path, { spec: { size: 2 } });
      const { status } = await client().put(`${path}/status`, {
        ...object,
        status: { observedGeneration: 2 },
      });
      expect(status).toBe(409);
      const patched = await client().mergePatch(`${path}/status`, {
        metadata: { resourceVersion: version(object) },
        status: { observedGeneration: 2 },
      });
      expect(patched.status).toBe(409);
    });

    test('an unchanged status writes nothing', async () => {
      const { path } = await created();
      const first = await client().mergePatch(`${path}/status`, { status: { observedGeneration: 2 } });
      const second = await client().mergePatch(`${path}/status`, { status: { observedGeneration: 2 } });
      expect(version(second.body)).toBe(version(first.body));
    });

    test('can be read by itself', async () => {
      const { path } = await created();
      expect((await client().get(`${path}/status`)).body).toMatchObject({ kind: 'Widget' });
    });
  });

  test('an unknown subresource is 404', async () => {
    const { path } = await created();
    expect((await client().get(`${path}/scale`)).status).toBe(404);
  });

  describe('definitions', () => {
    const definition = (plural: string, kind: string, change: object = {}) => ({
      ...widgetDefinition,
      metadata: { name: `${plural}.example.com` },
      spec: { ...widgetDefinition.spec, names: { plural, kind }, ...change },
    });

    test('become Established and show the accepted names', async () => {
      const { body } = await client().get(`${definitionsPath}/widgets.example.com`);
      expect(body['status']).toMatchObject({
        acceptedNames: {
          plural: 'widgets',
          singular: 'widget',
          kind: 'Widget',
          listKind: 'WidgetList',
          shortNames: ['wd'],
        },
        storedVersions: ['v1'],
        conditions: [
          { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' },
          { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
        ],
      });
    });

    test('need a name of plural and group', async () => {
      const wrong = { ...definition('gizmos', 'Gizmo'), metadata: { name: 'gizmos' } };
      expect(await client().post(definitionsPath, wrong)).toMatchObject({
        status: 422,
        body: {
          message:
            'CustomResourceDefinition.apiextensions.k8s.io "gizmos" is invalid: metadata.name: Invalid value: "gizmos": must be spec.names.plural+"."+spec.group',
        },
      });
    });

    const schemaWith = (spec: object) => ({
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
        },
      ],
    });
    test.each<[string, object]>([
      ['a property without a type', schemaWith({ properties: { a: { maxLength: 1 } } })],
      ['an array without items', schemaWith({ type: 'array' })],
      [
        'additionalProperties beside properties',
        schemaWith({ type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false }),
      ],
      [
        'a pattern that Go cannot compile',
        schemaWith({ type: 'object', properties: { a: { type: 'string', pattern: '(?=x)' } } }),
      ],
      [
        'a default of another type',
        schemaWith({ type: 'object', properties: { a: { type: 'string', default: 5 } } }),
      ],
      ['uniqueItems', schemaWith({ type: 'array', uniqueItems: true, items: { type: 'string' } })],
      [
        'a type inside anyOf',
        schemaWith({ type: 'object', properties: { a: { type: 'string', anyOf: [{ type: 'string' }] } } }),
      ],
      ['no schema', { versions: [{ name: 'v1', served: true, storage: true }] }],
      [
        'no storage version',
        { versions: [{ ...schemaWith({ type: 'object' }).versions[0], storage: false }] },
      ],
      ['an unknown scope', { scope: 'Everywhere' }],
    ])('%s is 422', async (_, change) => {
      const { status, body } = await client().post(definitionsPath, definition('gizmos', 'Gizmo', change));
      expect({ status, reason: body['reason'] }).toEqual({ status: 422, reason: 'Invalid' });
    });

    test('cannot use an existing kind', async () => {
      await client().post(definitionsPath, definition('copies', 'Widget'));
      await expect
        .poll(async () => (await client().get(`${definitionsPath}/copies.example.com`)).body['status'])
        .toMatchObject({
          conditions: [
            { type: 'NamesAccepted', status: 'False', reason: 'ListKindConflict' },
            { type: 'Established', status: 'False', reason: 'NotAccepted' },
          ],
        });
      await client().delete(`${definitionsPath}/copies.example.com`);
    });

    test(
      'that go take their objects with them, and wait for finalizers',
      async () => {
        await client().post(definitionsPath, definition('gadgets', 'Gadget'));
        const gadgets = '/apis/example.com/v1/namespaces/default/gadgets';
        await expect.poll(async () => (await client().get(gadgets)).status).toBe(200);
        const gadget = { ...widget('a', { size: 1 }, { finalizers: ['example.com/x'] }), kind: 'Gadget' };
        expect((await client().post(gadgets, gadget)).status).toBe(201);
        const { body } = await client().delete(`${definitionsPath}/gadgets.example.com`);
        expect(body['metadata']).toMatchObject({
          deletionTimestamp: expect.any(String),
          finalizers: ['customresourcecleanup.apiextensions.k8s.io'],
        });
        await expect
          .poll(async () => (await client().get(`${gadgets}/a`)).body['metadata'])
          .toHaveProperty('deletionTimestamp');
        expect(await client().post(gadgets, { ...gadget, metadata: { name: 'b' } })).toMatchObject({
          status: 405,
          body: { message: 'create not allowed while custom resource definition is terminating' },
        });
        await client().mergePatch(`${gadgets}/a`, { metadata: { finalizers: [] } });
        await expect
          .poll(async () => (await client().get(`${definitionsPath}/gadgets.example.com`)).status, {
            timeout: timeLimit(30_000),
          })
          .toBe(404);
        await expect.poll(async () => (await client().get(gadgets)).status).toBe(404);
      },
      timeLimit(70_000),
    );
  });
}

function version(object: Json): string {
  return `${object['metadata']?.['resourceVersion']}`;
}
