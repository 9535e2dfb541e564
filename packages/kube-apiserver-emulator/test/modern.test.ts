import { describe, expect, test } from 'vitest';
import { elements, type Json } from './support/client.ts';
import { servers } from './support/server.ts';
import { definitionsPath, widget, widgetDefinition, widgetsPath } from './support/widgets.ts';

/** What servers do that are younger than the real one at hand: CEL, selectable fields, field validation, warnings. */
const start = servers();
const widgets = widgetsPath('default');

function definition(specSchema: object, version: object = {}): object {
  return {
    ...widgetDefinition,
    spec: {
      ...widgetDefinition.spec,
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: { type: 'object', ...specSchema },
                status: { type: 'object', properties: { id: { type: 'integer' } } },
              },
            },
          },
          ...version,
        },
      ],
    },
  };
}

function warnings(reply: { readonly headers: { get(name: string): string | null } }): string {
  return reply.headers.get('warning') ?? '';
}

describe('rules', () => {
  const properties = { size: { type: 'integer' }, zone: { type: 'string', maxLength: 10 } };
  const rules = [
    { rule: '!has(self.size) || self.size < 10', message: 'too big', fieldPath: '.size' },
    { rule: 'has(self.zone) == has(oldSelf.zone)', message: 'zone cannot come or go' },
  ];

  test('accept an unchanged invalid value on update, and refuse the same value as a change', async () => {
    const { client } = await start();
    await client.post(definitionsPath, definition({ properties }));
    await client.post(widgets, widget('a', { size: 11 }));
    const path = `${definitionsPath}/${widgetDefinition.metadata.name}`;
    const stricter = definition({ properties, 'x-kubernetes-validations': rules });
    expect((await client.mergePatch(path, stricter)).status).toBe(200);
    const label = { metadata: { labels: { kept: 'yes' }, finalizers: [] } };
    expect((await client.mergePatch(`${widgets}/a`, label)).status).toBe(200);
    expect((await client.mergePatch(`${widgets}/a`, { spec: { size: 12 } })).status).toBe(422);
    expect((await client.delete(`${widgets}/a`)).status).toBe(200);
  });

  test('are checked on create and update, transition rules on update only', async () => {
    const { client } = await start();
    await client.post(definitionsPath, definition({ properties, 'x-kubernetes-validations': rules }));
    const refused = await client.post(widgets, widget('a', { size: 11 }));
    expect(refused).toMatchObject({ status: 422, body: { reason: 'Invalid' } });
    expect(elements(refused.body['details']?.['causes'])).toContainEqual(
      expect.objectContaining({ field: 'spec.size', message: expect.stringContaining('too big') }),
    );
    expect((await client.post(widgets, widget('a', { size: 1, zone: 'x' }))).status).toBe(201);
    expect((await client.mergePatch(`${widgets}/a`, { spec: { size: 2 } })).status).toBe(200);
    const gone = await client.mergePatch(`${widgets}/a`, { spec: { zone: null } });
    expect(gone.status).toBe(422);
    expect(`${gone.body['message']}`).toContain('zone cannot come or go');
  });

  test('that do not compile make the definition invalid', async () => {
    const { client } = await start();
    const broken = { properties, 'x-kubernetes-validations': [{ rule: 'self.size <' }] };
    expect((await client.post(definitionsPath, definition(broken))).status).toBe(422);
  });
});

describe('selectable fields', () => {
  const version = { selectableFields: [{ jsonPath: '.spec.zone' }, { jsonPath: '.status.id' }] };
  const specSchema = {
    properties: { zone: { type: 'string' }, list: { type: 'array', items: { type: 'string' } } },
  };

  test('select in lists and watches', async () => {
    const { client } = await start();
    await client.post(definitionsPath, definition(specSchema, version));
    await client.post(widgets, widget('a', { zone: 'x' }));
    await client.post(widgets, widget('b', { zone: 'y' }));
    await client.mergePatch(`${widgets}/b/status`, { status: { id: 7 } });
    const names = async (selector: string): Promise<Json[]> => {
      const { body } = await client.get(`${widgets}?fieldSelector=${encodeURIComponent(selector)}`);
      return elements(body['items']).map((item) => item['metadata']?.['name'] as Json);
    };
    expect(await names('spec.zone=x')).toEqual(['a']);
    expect(await names('status.id=7')).toEqual(['b']);
    expect(await names('spec.zone!=x,metadata.namespace=default')).toEqual(['b']);
    const watch = await client.watch(`${widgets}?watch=1&fieldSelector=spec.zone%3Dx`);
    expect((await watch.next()).object['metadata']?.['name']).toBe('a');
    await client.mergePatch(`${widgets}/a`, { spec: { zone: 'z' } });
    expect((await watch.next()).type).toBe('DELETED');
    watch.close();
  });

  test.each(['.metadata.labels', '.spec.list', '.spec.nothing', '.spec.list[0]'])(
    '%s cannot be one',
    async (jsonPath) => {
      const { client } = await start();
      const wrong = definition(specSchema, { selectableFields: [{ jsonPath }] });
      expect((await client.post(definitionsPath, wrong)).status).toBe(422);
    },
  );
});

describe('unknown fields', () => {
  test('are dropped with a warning by default', async () => {
    const { client } = await start();
    await client.post(definitionsPath, widgetDefinition);
    const reply = await client.post(widgets, widget('a', { size: 1, typo: 1 }, { typo: 1 }));
    expect(reply.status).toBe(201);
    expect(warnings(reply)).toBe(
      '299 - "unknown field \\"metadata.typo\\"", 299 - "unknown field \\"spec.typo\\""',
    );
    const quiet = await client.post(`${widgets}?fieldValidation=Ignore`, widget('b', { size: 1, typo: 1 }));
    expect({ status: quiet.status, warnings: warnings(quiet) }).toEqual({ status: 201, warnings: '' });
  });

  test('are refused by Strict', async () => {
    const { client } = await start();
    await client.post(definitionsPath, widgetDefinition);
    expect(
      await client.post(`${widgets}?fieldValidation=Strict`, widget('a', { size: 1, typo: 1 })),
    ).toMatchObject({
      status: 400,
      body: {
        message:
          'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.typo"',
      },
    });
    const secrets = '/api/v1/namespaces/default/secrets';
    expect(
      (await client.post(`${secrets}?fieldValidation=Strict`, { metadata: { name: 'a' }, typo: 1 })).status,
    ).toBe(400);
    await client.post(widgets, widget('a'));
    const patch = await client.request(
      'PATCH',
      `${widgets}/a?fieldValidation=Strict`,
      { spec: { typo: 1 } },
      { contentType: 'application/merge-patch+json' },
    );
    expect(patch.status).toBe(422);
  });

  test('an unknown level is 422', async () => {
    const { client } = await start();
    const path = '/api/v1/namespaces/default/secrets?fieldValidation=Sometimes';
    expect((await client.post(path, { metadata: { name: 'a' } })).status).toBe(422);
  });
});

test('a finalizer without a path gets a warning', async () => {
  const { client } = await start();
  await client.post(definitionsPath, widgetDefinition);
  const reply = await client.post(widgets, widget('a', { size: 1 }, { finalizers: ['example.com'] }));
  expect(reply.status).toBe(201);
  expect(warnings(reply)).toBe(
    '299 - "metadata.finalizers: \\"example.com\\": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers"',
  );
  const good = await client.post(widgets, widget('b', { size: 1 }, { finalizers: ['example.com/x'] }));
  expect(warnings(good)).toBe('');
});

test('events.k8s.io refuses changes except for the series', async () => {
  const { client } = await start();
  const events = '/apis/events.k8s.io/v1/namespaces/default/events';
  await client.post(events, {
    metadata: { name: 'e' },
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'example.com/c',
    reportingInstance: 'c-0',
    action: 'A',
    reason: 'R',
    type: 'Normal',
    regarding: { kind: 'Widget', namespace: 'default', name: 'a' },
  });
  expect((await client.mergePatch(`${events}/e`, { note: 'other' })).status).toBe(422);
  expect((await client.mergePatch(`${events}/e`, { series: { count: 1 } })).status).toBe(422);
});

describe('versions', () => {
  const version = (name: string, storage: boolean, defaults: object = {}) => ({
    name,
    served: true,
    storage,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: { spec: { type: 'object', properties: { mode: { type: 'string', ...defaults } } } },
      },
    },
  });

  test('show the same objects with their own apiVersion', async () => {
    const { client } = await start();
    const versions = [version('v1beta1', false), version('v1', true)];
    await client.post(definitionsPath, { ...widgetDefinition, spec: { ...widgetDefinition.spec, versions } });
    const group = await client.get('/apis/example.com');
    expect(elements(group.body['versions']).map((one) => one['version'])).toEqual(['v1', 'v1beta1']);
    const older = widgets.replace('/v1/', '/v1beta1/');
    const body = { ...widget('a', { mode: 'x' }), apiVersion: 'example.com/v1beta1' };
    expect((await client.post(older, body)).body).toMatchObject({ apiVersion: 'example.com/v1beta1' });
    expect((await client.get(`${widgets}/a`)).body).toMatchObject({
      apiVersion: 'example.com/v1',
      spec: { mode: 'x' },
    });
    const patched = await client.mergePatch(`${older}/a`, { spec: { mode: 'y' } });
    expect(patched.body).toMatchObject({ apiVersion: 'example.com/v1beta1', metadata: { generation: 2 } });
  });

  test('have warnings if deprecated', async () => {
    const { client } = await start();
    const old = { ...version('v1', true), deprecated: true, deprecationWarning: 'use something else' };
    await client.post(definitionsPath, {
      ...widgetDefinition,
      spec: { ...widgetDefinition.spec, versions: [old] },
    });
    expect(warnings(await client.post(widgets, widget('a', {})))).toBe('299 - "use something else"');
  });

  test('a new default applies to stored objects', async () => {
    const { client } = await start();
    const spec = (defaults: object) => ({
      spec: { ...widgetDefinition.spec, versions: [version('v1', true, defaults)] },
    });
    await client.post(definitionsPath, { ...widgetDefinition, ...spec({}) });
    const before = await client.post(widgets, widget('a', {}));
    expect(before.body['spec']).toEqual({});
    const changed = await client.mergePatch(
      `${definitionsPath}/widgets.example.com`,
      spec({ default: 'slow' }),
    );
    expect(changed.body['metadata']?.['generation']).toBe(2);
    const after = await client.get(`${widgets}/a`);
    expect(after.body).toMatchObject({ spec: { mode: 'slow' } });
    expect(after.body['metadata']).toEqual(before.body['metadata']);
  });

  test('a changed definition ends the watches of its objects', async () => {
    const { client } = await start();
    await client.post(definitionsPath, widgetDefinition);
    const watch = await client.watch(`${widgets}?watch=1`);
    await client.mergePatch(`${definitionsPath}/widgets.example.com`, {
      spec: { names: { categories: ['others'] } },
    });
    expect(await watch.rest()).toEqual([]);
  });
});

test('OpenAPI v2 and v3 have the schema of custom resources', async () => {
  const { client } = await start();
  await client.post(definitionsPath, widgetDefinition);
  const older = await client.get('/openapi/v2');
  const schema = { properties: { spec: { properties: { size: { type: 'integer' } } } } };
  expect(older.body['definitions']?.['com.example.v1.Widget']).toMatchObject(schema);
  const index = await client.get('/openapi/v3');
  const path = index.body['paths']?.['apis/example.com/v1']?.['serverRelativeURL'];
  const newer = await client.get(`${path}`);
  expect(newer.body['components']?.['schemas']?.['com.example.v1.Widget']).toMatchObject(schema);
});
