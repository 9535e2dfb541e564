import { expect, test } from 'vitest';
import type { Client, Json, WatchEvent } from '../support/client.ts';
import { widget, widgetsPath } from '../support/widgets.ts';

export function watchSuite(client: () => Client): void {
  const collectionOf = async (): Promise<string> => widgetsPath(await client().namespace());
  const short = ({ type, object }: WatchEvent): string => `${type} ${object['metadata']?.['name']}`;
  const versionOf = (object: Json): string => `${object['metadata']?.['resourceVersion']}`;

  test('every change after a list arrives once and in order', async () => {
    const collection = await collectionOf();
    const list = await client().get(collection);
    await client().post(collection, widget('a'));
    await client().mergePatch(`${collection}/a`, { spec: { size: 2 } });
    const watch = await client().watch(`${collection}?watch=1&resourceVersion=${versionOf(list.body)}`);
    expect(watch.status).toBe(200);
    expect(short(await watch.next())).toBe('ADDED a');
    expect(short(await watch.next())).toBe('MODIFIED a');
    const { body } = await client().mergePatch(`${collection}/a`, { spec: { size: 3 } });
    const third = await watch.next();
    expect(third.object).toMatchObject({ spec: { size: 3 }, kind: 'Widget', apiVersion: 'example.com/v1' });
    expect(versionOf(third.object)).toBe(versionOf(body));
    await client().delete(`${collection}/a`);
    const last = await watch.next();
    expect(short(last)).toBe('DELETED a');
    expect(Number(versionOf(last.object))).toBeGreaterThan(Number(versionOf(third.object)));
    watch.close();
  });

  test.each(['', '&resourceVersion=0'])(
    'without a version (%s) it begins with what is there',
    async (version) => {
      const collection = await collectionOf();
      await client().post(collection, widget('a'));
      const watch = await client().watch(`${collection}?watch=true${version}`);
      expect(short(await watch.next())).toBe('ADDED a');
      await client().post(collection, widget('b'));
      expect(short(await watch.next())).toBe('ADDED b');
      watch.close();
    },
  );

  test('a write without changes is no event', async () => {
    const collection = await collectionOf();
    // The first write after the create also stores defaults that were only shown before.
    const { body } = await client().post(collection, widget('a'));
    const settled = await client().put(`${collection}/a`, body);
    const watch = await client().watch(`${collection}?watch=1&resourceVersion=${versionOf(settled.body)}`);
    await client().put(`${collection}/a`, settled.body);
    await client().mergePatch(`${collection}/a`, { spec: { size: 1 } });
    await client().post(collection, widget('b'));
    expect(short(await watch.next())).toBe('ADDED b');
    watch.close();
  });

  test('objects that enter a selection are ADDED, those that leave it DELETED', async () => {
    const collection = await collectionOf();
    const list = await client().get(collection);
    const watch = await client().watch(
      `${collection}?watch=1&labelSelector=x%3D1&resourceVersion=${versionOf(list.body)}`,
    );
    await client().post(collection, widget('a'));
    await client().mergePatch(`${collection}/a`, { metadata: { labels: { x: '1' } } });
    const added = await watch.next();
    expect(short(added)).toBe('ADDED a');
    const { body } = await client().mergePatch(`${collection}/a`, { metadata: { labels: { x: '2' } } });
    const left = await watch.next();
    expect(short(left)).toBe('DELETED a');
    expect(versionOf(left.object)).toBe(versionOf(body));
    expect(left.object['metadata']?.['labels']).toEqual({ x: '1' });
    watch.close();
  });

  test('one namespace, or all', async () => {
    const [here, there] = [await collectionOf(), await collectionOf()];
    const list = await client().get(here);
    const narrow = await client().watch(`${here}?watch=1&resourceVersion=${versionOf(list.body)}`);
    const wide = await client().watch(
      `/apis/example.com/v1/widgets?watch=1&resourceVersion=${versionOf(list.body)}`,
    );
    await client().post(there, widget('there'));
    await client().post(here, widget('here'));
    expect(short(await narrow.next())).toBe('ADDED here');
    expect([short(await wide.next()), short(await wide.next())]).toEqual(['ADDED there', 'ADDED here']);
    narrow.close();
    wide.close();
  });

  test('timeoutSeconds ends it regularly', async () => {
    const collection = await collectionOf();
    await client().post(collection, widget('a'));
    const watch = await client().watch(`${collection}?watch=1&timeoutSeconds=1`);
    expect((await watch.rest()).map(short)).toEqual(['ADDED a']);
  });

  test('a version before the history is an ERROR event with a Status of 410', async () => {
    // The history of a custom resource begins with its definition, which version 1 is before on every server.
    const watch = await client().watch(`${await collectionOf()}?watch=1&resourceVersion=1`);
    expect(watch.status).toBe(200);
    const [event] = await watch.rest();
    expect(event).toMatchObject({ type: 'ERROR', object: { kind: 'Status', reason: 'Expired', code: 410 } });
  });

  test('waits for a future version', async () => {
    const collection = await collectionOf();
    const watch = await client().watch(`${collection}?watch=1&resourceVersion=99999999&timeoutSeconds=1`);
    await client().post(collection, widget('a'));
    expect(await watch.rest()).toEqual([]);
  });

  test('an invalid version is 500', async () => {
    const { status } = await client().get(`${await collectionOf()}?watch=1&resourceVersion=abc`);
    expect(status).toBe(500);
  });

  test('an invalid selector is 400 before the stream begins', async () => {
    expect((await client().get(`${await collectionOf()}?watch=1&fieldSelector=spec.x%3D1`)).status).toBe(400);
  });

  test('the older path with /watch/ does the same', async () => {
    const collection = await collectionOf();
    await client().post(collection, widget('a'));
    const watch = await client().watch(collection.replace('/v1/', '/v1/watch/'));
    expect(short(await watch.next())).toBe('ADDED a');
    watch.close();
  });

  test('metadata alone', async () => {
    const collection = await collectionOf();
    await client().post(collection, widget('a'));
    const watch = await client().watch(`${collection}?watch=1`, {
      accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    });
    const { object } = await watch.next();
    expect(object).toMatchObject({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { name: 'a' },
    });
    expect(object).not.toHaveProperty('spec');
    watch.close();
  });

  test('Tables have the column definitions once', async () => {
    const collection = await collectionOf();
    await client().post(collection, widget('a'));
    await client().post(collection, widget('b'));
    const watch = await client().watch(`${collection}?watch=1`, {
      accept: 'application/json;as=Table;g=meta.k8s.io;v=v1',
    });
    const [first, second] = [await watch.next(), await watch.next()];
    expect(first.object['columnDefinitions']).toHaveLength(4);
    expect(second.object).toMatchObject({ kind: 'Table', columnDefinitions: null });
    watch.close();
  });
}
