import { VirtualClock } from 'test-kit/virtual-clock.ts';
import { describe, expect, test } from 'vitest';
import { type Client, elements } from './support/client.ts';
import { gadget, installGadgets, ownersIn } from './support/gadgets.ts';
import { servers } from './support/server.ts';

const collection = '/apis/example.com/v1/namespaces/default/gadgets';
const path = `${collection}/a`;

/** What servers newer than the one that this is compared with do about ownership. */
describe('server-side apply of current versions', () => {
  const start = servers();
  async function withGadgets(): Promise<Client> {
    const { client } = await start();
    await installGadgets(client);
    return client;
  }
  const apply = (client: Client, manager: string, spec: object, more: object = {}) =>
    client.apply(path, gadget('a', spec, {}, more), `fieldManager=${manager}`);

  test.each([
    ['version', { apiVersion: 'example.com/v2' }, 'example.com/v2, Kind=Gadget'],
    ['kind', { kind: 'Nope' }, 'example.com/v1, Kind=Nope'],
  ])('another %s is 400', async (_, change, type) => {
    const client = await withGadgets();
    const { status, body } = await apply(client, 'one', { size: 1 }, change);
    expect({ status, message: body['message'] }).toEqual({
      status: 400,
      message: `invalid object type: ${type}`,
    });
  });

  test('an apply without another value has no time, and an untracked object stays untracked until an apply', async () => {
    const client = await withGadgets();
    await client.post(`${collection}?fieldManager=one`, gadget('a', { size: 1 }));
    const applied = await apply(client, 'two', { size: 1 });
    const entries = elements(applied.body['metadata']?.['managedFields']);
    expect(entries.find(({ manager }) => String(manager) === 'two')).not.toHaveProperty('time');

    await client.mergePatch(path, { metadata: { managedFields: [{}] } });
    const changed = await client.mergePatch(path, { spec: { size: 2 } });
    expect(changed.body['metadata']).not.toHaveProperty('managedFields');
  });

  test('managers of status are separate from those of the object', async () => {
    const client = await withGadgets();
    await client.post(`${collection}?fieldManager=one`, gadget('a', { size: 1 }));
    await client.request(
      'PATCH',
      `${path}/status?fieldManager=one`,
      { status: { phase: 'x' } },
      { contentType: 'application/merge-patch+json' },
    );
    const { body } = await client.get(path);
    const entries = elements(body['metadata']?.['managedFields']);
    expect(entries.map(({ manager, subresource }) => [manager, subresource])).toEqual([
      ['one', undefined],
      ['one', 'status'],
    ]);
    const { body: refused } = await client.apply(
      `${path}/status`,
      gadget('a', undefined, {}, { status: { phase: 'y' } }),
      'fieldManager=two',
    );
    expect(refused['message']).toBe(
      'Apply failed with 1 conflict: conflict with "one" with subresource "status" using example.com/v1: .status.phase',
    );
  });

  test('a subresource gives no ownership of fields that it does not change', async () => {
    const client = await withGadgets();
    const made = await apply(client, 'one', { size: 1 }, { status: { phase: 'x' } });
    expect(ownersIn(made.body)).toEqual({ 'Apply by one': { 'f:spec': { 'f:size': {} } } });
    const put = await client.put(`${path}?fieldManager=two`, { ...made.body, status: { phase: 'y' } });
    expect(ownersIn(put.body)).toEqual(ownersIn(made.body));
  });

  test('lists have the applied order; items of others keep their place', async () => {
    const client = await withGadgets();
    await apply(client, 'one', { set: ['a', 'b', 'c', 'd'] });
    const { body } = await apply(client, 'two', { set: ['c', 'x', 'a'] });
    expect(body['spec']?.['set']).toEqual(['b', 'c', 'd', 'x', 'a']);
  });

  test('an identical apply later writes nothing', async () => {
    const clock = new VirtualClock();
    const { client } = await start({ clock });
    await installGadgets(client);
    const before = await apply(client, 'one', { size: 1 });
    await clock.advance(60_000);
    const after = await apply(client, 'one', { size: 1 });
    expect(after.body).toEqual(before.body);
    const changed = await apply(client, 'one', { size: 2 });
    const [entry] = elements(changed.body['metadata']?.['managedFields']);
    expect(entry?.['time']).not.toBe(elements(before.body['metadata']?.['managedFields'])[0]?.['time']);
  });

  test('a key with a default can be omitted', async () => {
    const client = await withGadgets();
    const names = ['ports', 'Port'];
    const properties = {
      ports: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['port', 'protocol'],
        items: {
          type: 'object',
          required: ['port'],
          properties: {
            port: { type: 'integer' },
            protocol: { type: 'string', default: 'TCP' },
            name: { type: 'string' },
          },
        },
      },
    };
    const [plural = '', kind = ''] = names;
    await client.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.example.com` },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { plural, kind },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } },
            },
          },
        ],
      },
    });
    const port = (manager: string, ports: readonly object[]) =>
      client.apply(
        '/apis/example.com/v1/ports/a',
        { apiVersion: 'example.com/v1', kind, metadata: { name: 'a' }, spec: { ports } },
        `fieldManager=${manager}`,
      );
    await port('one', [{ port: 80, name: 'web' }]);
    const { body } = await port('two', [{ port: 80, protocol: 'UDP' }]);
    expect(body['spec']?.['ports']).toEqual([
      { port: 80, protocol: 'TCP', name: 'web' },
      { port: 80, protocol: 'UDP' },
    ]);
  });
});
