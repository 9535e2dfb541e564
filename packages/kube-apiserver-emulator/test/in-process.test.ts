import { describe, expect, test } from 'vitest';
import { servers } from './support/server.ts';
import { widget, widgetDefinition, widgetsPath } from './support/widgets.ts';

const start = servers();
const widgets = { group: 'example.com', version: 'v1', plural: 'widgets' };
const secrets = { group: '', version: 'v1', plural: 'secrets' };
const startWithWidgets = () => start({ definitions: [widgetDefinition], namespaces: ['team'] });

describe('objects', () => {
  test('are those that clients see, and what a client writes', async () => {
    const { server, client } = await startWithWidgets();
    const objects = server.objects(widgets);
    const { metadata } = objects.create('team', widget('a'));
    const path = `${widgetsPath('team')}/a`;
    expect((await client.get(path)).body).toEqual(objects.get('team', 'a'));
    await client.mergePatch(path, { spec: { size: 2 } });
    expect(objects.get('team', 'a')).toMatchObject({
      metadata: { uid: metadata.uid, generation: 2 },
      spec: { size: 2, mode: 'fast' },
    });
    expect(objects.list('team')).toHaveLength(1);
    expect(objects.list('default')).toEqual([]);
    expect(objects.list()).toHaveLength(1);
    objects.delete('team', 'a');
    expect((await client.get(path)).status).toBe(404);
  });

  test('reach watches as changes', async () => {
    const { server, client } = await startWithWidgets();
    const objects = server.objects(widgets);
    const watch = await client.watch(`${widgetsPath('team')}?watch=1`);
    objects.create('team', widget('a'));
    objects.patch('team', 'a', { metadata: { labels: { x: 'y' } } });
    objects.delete('team', 'a');
    for (const type of ['ADDED', 'MODIFIED', 'DELETED']) {
      expect((await watch.next()).type).toBe(type);
    }
    watch.close();
  });

  test('are checked as those of requests', async () => {
    const { server } = await startWithWidgets();
    const objects = server.objects(widgets);
    expect(() => objects.create('absent', widget('a'))).toThrow('namespaces "absent" not found');
    expect(() => objects.create('team', widget('a', { size: 0 }))).toThrow('greater than or equal to 1');
    expect(() => objects.create('team', { metadata: { name: 'a' } })).toThrow("'Kind' is missing");
    objects.create('team', widget('a'));
    expect(() => objects.create('team', widget('a'))).toThrow('already exists');
    expect(() => objects.patch('team', 'a', { metadata: { resourceVersion: '1' } })).toThrow('modified');
    expect(() => objects.patch('team', 'b', {})).toThrow('"b" not found');
    expect(() => objects.get('team', 'b')).toThrow('"b" not found');
    expect(() => objects.delete('team', 'b')).toThrow('"b" not found');
    expect(() => server.objects({ ...widgets, plural: 'gizmos' })).toThrow('404 page not found');
  });

  test('have a status that only its subresource writes, and fields with an owner', async () => {
    const { server } = await startWithWidgets();
    const objects = server.objects(widgets);
    objects.create('team', { ...widget('a'), status: { observedGeneration: 7 } });
    objects.patch('team', 'a', { spec: { size: 3 }, status: { observedGeneration: 8 } });
    expect(objects.get('team', 'a')).toMatchObject({ spec: { size: 3 }, status: { observedGeneration: -1 } });
    const { metadata, ...rest } = objects.patch('team', 'a', { status: { observedGeneration: 9 } }, 'status');
    expect(rest).toMatchObject({ spec: { size: 3 }, status: { observedGeneration: 9 } });
    expect(metadata.managedFields).toMatchObject([
      { manager: 'admin', operation: 'Update' },
      { manager: 'admin', operation: 'Update', subresource: 'status' },
    ]);
  });

  test('are read and written without a fault and without an entry in the ledger', async () => {
    const { server } = await start();
    server.faults.inject({}, { kind: 'respond', status: 500 });
    const objects = server.objects(secrets);
    objects.create('default', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } });
    expect(objects.get('default', 'a')).toMatchObject({ type: 'Opaque' });
    expect(server.ledger).toHaveLength(0);
  });
});

describe('a restored backup', () => {
  test('has the objects and resource versions of its time', async () => {
    const { server, client } = await startWithWidgets();
    const objects = server.objects(widgets);
    const before = objects.create('team', widget('a'));
    objects.create('team', widget('b'));
    const restore = server.backup();
    objects.patch('team', 'a', { spec: { size: 2 } });
    const later = objects.create('team', widget('c'));
    objects.delete('team', 'b');
    for (let n = 0; n < 2; n++) {
      restore();
      expect(objects.list('team').map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
      expect((await client.get(`${widgetsPath('team')}/a`)).body).toEqual(before);
      const { metadata } = objects.create('team', widget('d'));
      expect(Number(metadata.resourceVersion)).toBeLessThan(Number(later.metadata.resourceVersion));
    }
  });

  test('breaks watches, and is silent to one that continues from a later version', async () => {
    const { server, client } = await startWithWidgets();
    const objects = server.objects(widgets);
    const { metadata } = objects.create('team', widget('a'));
    const from = (version: string | undefined) =>
      client.watch(`${widgetsPath('team')}?watch=1&resourceVersion=${version}`);
    const watch = await from(metadata.resourceVersion);
    const restore = server.backup();
    const later = objects.patch('team', 'a', { spec: { size: 2 } });
    restore();
    await expect(watch.rest()).rejects.toThrow();
    const [late, early] = [await from(later.metadata.resourceVersion), await from(metadata.resourceVersion)];
    const object = objects.patch('team', 'a', { spec: { size: 3 } });
    expect(await early.next()).toEqual({ type: 'MODIFIED', object });
    const next = objects.patch('team', 'a', { spec: { size: 4 } });
    expect(await late.next()).toEqual({ type: 'MODIFIED', object: next });
    early.close();
    late.close();
  });
});

test('connections are counted', async () => {
  const { server, client } = await start();
  expect(server.connections).toEqual({ opened: 0, open: 0 });
  await client.get('/version');
  expect(server.connections).toEqual({ opened: 1, open: 1 });
  await client.close();
  await expect.poll(() => server.connections).toEqual({ opened: 1, open: 0 });
});
