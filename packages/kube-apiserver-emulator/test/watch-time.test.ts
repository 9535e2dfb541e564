import { VirtualClock } from 'test-kit/virtual-clock.ts';
import { describe, expect, test } from 'vitest';
import type { Client, Json } from './support/client.ts';
import { servers } from './support/server.ts';
import { definitionsPath, widget, widgetDefinition, widgetsPath } from './support/widgets.ts';

const start = servers();
const widgets = widgetsPath('default');

async function withWidgets(client: Client): Promise<string> {
  await client.post(definitionsPath, widgetDefinition);
  const { body } = await client.get(widgets);
  return versionOf(body);
}

function versionOf(object: Json): string {
  return `${object['metadata']?.['resourceVersion']}`;
}

describe('bookmarks', () => {
  test('arrive once a minute if allowed, with the newest version', async () => {
    const clock = new VirtualClock();
    const { client } = await start({ clock });
    const version = await withWidgets(client);
    const watch = await client.watch(
      `${widgets}?watch=1&allowWatchBookmarks=true&resourceVersion=${version}`,
    );
    const { body } = await client.post('/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' } });
    await clock.advance(60_000);
    const bookmark = await watch.next();
    expect(bookmark).toEqual({
      type: 'BOOKMARK',
      object: {
        kind: 'Widget',
        apiVersion: 'example.com/v1',
        metadata: { resourceVersion: versionOf(body) },
      },
    });
    await clock.advance(60_000);
    expect((await watch.next()).type).toBe('BOOKMARK');
    watch.close();
  });

  test('do not arrive without allowWatchBookmarks', async () => {
    const clock = new VirtualClock();
    const { client } = await start({ clock });
    const version = await withWidgets(client);
    const watch = await client.watch(`${widgets}?watch=1&resourceVersion=${version}`);
    await clock.advance(120_000);
    await client.post(widgets, widget('a'));
    expect((await watch.next()).type).toBe('ADDED');
    watch.close();
  });

  test('arrive just before a watch ends', async () => {
    const clock = new VirtualClock();
    const { client } = await start({ clock });
    const version = await withWidgets(client);
    const watch = await client.watch(
      `${widgets}?watch=1&allowWatchBookmarks=1&timeoutSeconds=10&resourceVersion=${version}`,
    );
    await clock.advance(10_000);
    expect((await watch.rest()).map(({ type }) => type)).toEqual(['BOOKMARK']);
  });

  test('mark the end of requested initial events', async () => {
    const { client } = await start();
    await withWidgets(client);
    await client.post(widgets, widget('a'));
    const watch = await client.watch(
      `${widgets}?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&resourceVersion=`,
    );
    expect((await watch.next()).type).toBe('ADDED');
    expect(await watch.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    watch.close();
  });
});

test('the server ends a watch without timeoutSeconds within an hour', async () => {
  const clock = new VirtualClock();
  const { client } = await start({ clock });
  await withWidgets(client);
  const watch = await client.watch(`${widgets}?watch=1`);
  await clock.advance(3_600_000);
  expect(await watch.rest()).toEqual([]);
});

describe('history', () => {
  test('is limited by the option', async () => {
    const { client } = await start({ watchHistory: 2 });
    const version = await withWidgets(client);
    const created = await client.post(widgets, widget('a'));
    await client.mergePatch(`${widgets}/a`, { spec: { size: 2 } });
    await client.mergePatch(`${widgets}/a`, { spec: { size: 3 } });
    const late = await client.watch(`${widgets}?watch=1&resourceVersion=${version}`);
    expect(await late.rest()).toMatchObject([
      { type: 'ERROR', object: { kind: 'Status', reason: 'Expired', code: 410 } },
    ]);
    const inTime = await client.watch(`${widgets}?watch=1&resourceVersion=${versionOf(created.body)}`);
    expect((await inTime.next()).object['spec']?.['size']).toBe(2);
    expect((await inTime.next()).object['spec']?.['size']).toBe(3);
    inTime.close();
  });

  test('gives 410 for watches and continue tokens after it is dropped', async () => {
    const { server, client } = await start();
    const version = await withWidgets(client);
    await client.post(widgets, widget('a'));
    await client.post(widgets, widget('b'));
    const page = await client.get(`${widgets}?limit=1`);
    await client.post(widgets, widget('c'));
    server.faults.expireHistory();

    const watch = await client.watch(`${widgets}?watch=1&resourceVersion=${version}`);
    expect(await watch.rest()).toMatchObject([{ type: 'ERROR', object: { code: 410 } }]);
    const token = `${page.body['metadata']?.['continue']}`;
    const late = await client.get(`${widgets}?limit=1&continue=${encodeURIComponent(token)}`);
    expect(late).toMatchObject({ status: 410, body: { reason: 'Expired' } });

    const inconsistent = `${late.body['metadata']?.['continue']}`;
    const rest = await client.get(`${widgets}?continue=${encodeURIComponent(inconsistent)}`);
    expect(rest.body).toMatchObject({ items: [{ metadata: { name: 'b' } }, { metadata: { name: 'c' } }] });
    const now = await client.get(widgets);
    const fresh = await client.watch(`${widgets}?watch=1&resourceVersion=${versionOf(now.body)}`);
    expect(fresh.status).toBe(200);
    fresh.close();
  });

  test('gives 410 for a list at an older exact version', async () => {
    const { server, client } = await start();
    const version = await withWidgets(client);
    await client.post(widgets, widget('a'));
    server.faults.expireHistory();
    const { status } = await client.get(`${widgets}?resourceVersionMatch=Exact&resourceVersion=${version}`);
    expect(status).toBe(410);
  });
});

test('timestamps are those of the clock', async () => {
  const { client } = await start({ clock: new VirtualClock(Date.UTC(2030, 4, 6, 7, 8, 9, 900)) });
  const { body } = await client.post('/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' } });
  expect(body['metadata']?.['creationTimestamp']).toBe('2030-05-06T07:08:09Z');
});
