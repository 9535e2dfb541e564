import { describe, expect, test } from 'vitest';
import { type Client, elements, type Json } from '../support/client.ts';
import { widget, widgetsPath } from '../support/widgets.ts';

export function listSuite(client: () => Client): void {
  async function widgets(...items: readonly [string, object?][]): Promise<string> {
    const collection = widgetsPath(await client().namespace());
    for (const [name, labels = {}] of items) {
      await client().post(collection, widget(name, { size: 1 }, { labels }));
    }
    return collection;
  }

  test('items come in the order of their names, custom resources with their type', async () => {
    const { body } = await client().get(await widgets(['c'], ['a'], ['b']));
    expect(body).toMatchObject({ kind: 'WidgetList', apiVersion: 'example.com/v1' });
    expect(names(body)).toEqual(['a', 'b', 'c']);
    expect(items(body)[0]).toMatchObject({ kind: 'Widget', apiVersion: 'example.com/v1' });
  });

  test('items of built-in types have no kind and apiVersion', async () => {
    const collection = `/api/v1/namespaces/${await client().namespace()}/secrets`;
    await client().post(collection, { metadata: { name: 'a' } });
    const { body } = await client().get(collection);
    expect(body).toMatchObject({ kind: 'SecretList', apiVersion: 'v1' });
    expect(items(body)[0]).not.toHaveProperty('kind');
  });

  test('the resourceVersion of a list is at least that of every item', async () => {
    const { body } = await client().get(await widgets(['a'], ['b']));
    const newest = Math.max(...items(body).map((item) => Number(item['metadata']?.['resourceVersion'])));
    expect(Number(body['metadata']?.['resourceVersion'])).toBeGreaterThanOrEqual(newest);
  });

  test('a namespace that is not there is an empty list', async () => {
    const { status, body } = await client().get(widgetsPath('nowhere'));
    expect({ status, items: body['items'] }).toEqual({ status: 200, items: [] });
  });

  describe('pages', () => {
    test('the pages of a list are consistent', async () => {
      const collection = await widgets(['a'], ['b'], ['c']);
      const first = await client().get(`${collection}?limit=1`);
      expect(names(first.body)).toEqual(['a']);
      expect(first.body['metadata']?.['remainingItemCount']).toBe(2);
      await client().delete(`${collection}/b`);
      await client().post(collection, widget('d'));
      const token = first.body['metadata']?.['continue'];
      const second = await client().get(`${collection}?limit=5&continue=${encodeURIComponent(`${token}`)}`);
      expect(names(second.body)).toEqual(['b', 'c']);
      expect(second.body['metadata']?.['resourceVersion']).toBe(first.body['metadata']?.['resourceVersion']);
      expect(second.body['metadata']?.['continue'] ?? '').toBe('');
    });

    test('a list with a selector has no remainingItemCount', async () => {
      const collection = await widgets(['a', { x: '1' }], ['b', { x: '1' }]);
      const { body } = await client().get(`${collection}?limit=1&labelSelector=x%3D1`);
      expect(body['metadata']?.['continue']).not.toBe('');
      expect(body['metadata']).not.toHaveProperty('remainingItemCount');
    });

    test('an invalid token is 400', async () => {
      const { status, body } = await client().get(`${await widgets()}?limit=1&continue=abc`);
      expect({ status, reason: body['reason'] }).toEqual({ status: 400, reason: 'BadRequest' });
    });
  });

  describe('label selectors', () => {
    const cases: readonly [string, readonly string[]][] = [
      ['x=1', ['a']],
      ['x==1', ['a']],
      ['x!=1', ['b', 'c']],
      ['x', ['a', 'b']],
      ['!x', ['c']],
      ['x in (1,2)', ['a', 'b']],
      ['x notin (1)', ['b', 'c']],
      ['x,y=1', ['b']],
      ['x>1', ['b']],
      ['x<2', ['a']],
      ['y=', []],
    ];
    test.each(cases)('%s', async (selector, expected) => {
      const collection = await widgets(['a', { x: '1' }], ['b', { x: '2', y: '1' }], ['c']);
      const { status, body } = await client().get(
        `${collection}?labelSelector=${encodeURIComponent(selector)}`,
      );
      expect(status).toBe(200);
      expect(names(body)).toEqual(expected);
    });

    test.each(['x===1', 'x in 1', ',', 'x=(1)'])('%s is 400', async (selector) => {
      const { status } = await client().get(
        `${widgetsPath('default')}?labelSelector=${encodeURIComponent(selector)}`,
      );
      expect(status).toBe(400);
    });
  });

  describe('field selectors', () => {
    test('names and namespaces', async () => {
      const collection = await widgets(['a'], ['b']);
      const one = await client().get(`${collection}?fieldSelector=metadata.name%3Da`);
      expect(names(one.body)).toEqual(['a']);
      const others = await client().get(`${collection}?fieldSelector=metadata.name!%3Da`);
      expect(names(others.body)).toEqual(['b']);
      const namespace = collection.split('/')[5] ?? '';
      const everywhere = await client().get(
        `/apis/example.com/v1/widgets?fieldSelector=metadata.namespace%3D${namespace}`,
      );
      expect(names(everywhere.body)).toEqual(['a', 'b']);
    });

    test('the type of a Secret', async () => {
      const collection = `/api/v1/namespaces/${await client().namespace()}/secrets`;
      await client().post(collection, { metadata: { name: 'a' }, type: 'example.com/x' });
      await client().post(collection, { metadata: { name: 'b' } });
      const { body } = await client().get(`${collection}?fieldSelector=type%3Dexample.com/x`);
      expect(names(body)).toEqual(['a']);
    });

    test('any other field is 400', async () => {
      expect(await client().get(`${widgetsPath('default')}?fieldSelector=spec.mode%3Dfast`)).toMatchObject({
        status: 400,
        body: { reason: 'BadRequest', message: 'field label not supported: spec.mode' },
      });
    });
  });

  describe('resourceVersion', () => {
    test('a future version is 504 with a reason', async () => {
      const { status, body } = await client().get(`${widgetsPath('default')}?resourceVersion=99999999`);
      expect(status).toBe(504);
      expect(body).toMatchObject({
        reason: 'Timeout',
        details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
      });
    });

    test('an exact version shows the past state', async () => {
      const collection = await widgets(['a']);
      const before = await client().get(collection);
      await client().post(collection, widget('b'));
      const version = before.body['metadata']?.['resourceVersion'];
      const { body } = await client().get(
        `${collection}?resourceVersionMatch=Exact&resourceVersion=${version}`,
      );
      expect(names(body)).toEqual(['a']);
      expect(body['metadata']?.['resourceVersion']).toBe(version);
    });

    test('a match without a version is 422', async () => {
      expect((await client().get(`${widgetsPath('default')}?resourceVersionMatch=Exact`)).status).toBe(422);
    });
  });
}

function items(list: Json): readonly Json[] {
  return elements(list['items']);
}

function names(list: Json): string[] {
  return items(list).map((item) => `${item['metadata']?.['name']}`);
}
