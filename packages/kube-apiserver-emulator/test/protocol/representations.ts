import { expect, test } from 'vitest';
import { type Client, elements, type Json } from '../support/client.ts';
import { widget, widgetsPath } from '../support/widgets.ts';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const metadata = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
const metadataList = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

export function representationSuite(client: () => Client): void {
  async function widgets(): Promise<string> {
    const collection = widgetsPath(await client().namespace());
    await client().post(collection, widget('a', { size: 3 }));
    await client().mergePatch(`${collection}/a/status`, {
      status: {
        conditions: [
          { type: 'Other', status: 'False' },
          { type: 'Ready', status: 'True' },
        ],
      },
    });
    return collection;
  }

  test('a Table of custom resources has the columns of the definition', async () => {
    const { body } = await client().get(await widgets(), { accept: table });
    expect(columns(body)).toEqual([
      ['Name', 'string', 'name', 0],
      ['Ready', 'string', '', 0],
      ['Size', 'integer', '', 1],
      ['Age', 'date', '', 0],
    ]);
    const [row] = elements(body['rows']);
    expect(row?.['cells']).toEqual(['a', 'True', 3, expect.stringMatching(/^\d+s$/)]);
    expect(row?.['object']).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'a' } });
  });

  test('includeObject selects the object of each row', async () => {
    const collection = await widgets();
    const whole = await client().get(`${collection}?includeObject=Object`, { accept: table });
    expect(whole.body['rows']?.[0]?.['object']).toMatchObject({ kind: 'Widget', spec: { size: 3 } });
    const none = await client().get(`${collection}?includeObject=None`, { accept: table });
    expect(none.body['rows']?.[0]?.['object'] ?? null).toBeNull();
  });

  test('missing values are null', async () => {
    const collection = widgetsPath(await client().namespace());
    await client().post(collection, widget('a', {}));
    const { body } = await client().get(`${collection}/a`, { accept: table });
    expect(body['rows']?.[0]?.['cells']).toEqual(['a', null, null, expect.any(String)]);
  });

  test.each([
    ['secrets', '/api/v1', ['Name', 'Type', 'Data', 'Age']],
    ['configmaps', '/api/v1', ['Name', 'Data', 'Age']],
    ['leases', '/apis/coordination.k8s.io/v1', ['Name', 'Holder', 'Age']],
    [
      'events',
      '/api/v1',
      [
        'Last Seen',
        'Type',
        'Reason',
        'Object',
        'Subobject',
        'Source',
        'Message',
        'First Seen',
        'Count',
        'Name',
      ],
    ],
  ])('the Table of %s', async (resource, root, names) => {
    const { body } = await client().get(`${root}/namespaces/default/${resource}`, { accept: table });
    expect(columns(body).map(([name]) => name)).toEqual(names);
  });

  test('the Table of Namespaces and definitions', async () => {
    const namespaces = await client().get('/api/v1/namespaces?limit=1', { accept: table });
    expect(columns(namespaces.body).map(([name]) => name)).toEqual(['Name', 'Status', 'Age']);
    expect(elements(namespaces.body['rows']?.[0]?.['cells']).slice(0, 2)).toEqual(['default', 'Active']);
    const definitions = await client().get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      accept: table,
    });
    expect(columns(definitions.body).map(([name]) => name)).toEqual(['Name', 'Created At']);
  });

  test('metadata alone, of one object and of a list', async () => {
    const collection = await widgets();
    const one = await client().get(`${collection}/a`, { accept: metadata });
    expect(one.body).toMatchObject({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' });
    expect(one.body).not.toHaveProperty('spec');
    const list = await client().get(collection, { accept: metadataList });
    expect(list.body).toMatchObject({
      kind: 'PartialObjectMetadataList',
      items: [{ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'a' } }],
    });
  });

  test.each([
    ['a list as one object', '', metadata],
    ['a version of the form that does not exist', '', metadataList.replace('v=v1', 'v=1')],
    ['a media type that nobody writes', '', 'text/plain'],
  ])('%s is 406', async (_, below, accept) => {
    expect(await client().get(`${await widgets()}${below}`, { accept })).toMatchObject({
      status: 406,
      body: { kind: 'Status', reason: 'NotAcceptable' },
    });
  });

  test('YAML', async () => {
    const { headers, body } = await client().get(`${await widgets()}/a`, { accept: 'application/yaml' });
    expect(headers.get('content-type')).toBe('application/yaml');
    expect(body).toContain('kind: Widget\n');
  });
}

function columns(body: Json): unknown[][] {
  return elements(body['columnDefinitions']).map((column: Json) =>
    ['name', 'type', 'format', 'priority'].map((field) => column[field]),
  );
}
