import { describe, expect, test } from 'vitest';
import { remoteErrorOf, shown, useBench } from './fixture.ts';
import { type Answer, inTurn, json, text } from './remote.ts';

const bench = useBench();
const tag = 'k8s-cluster-1';
const next = (token: string): Record<string, string> => ({ 'Elements-Next-Page-Token': token });

function pathsOf(urls: readonly { readonly url: string }[]): readonly Record<string, string>[] {
  return urls.map(({ url }) => Object.fromEntries(new URL(url, 'https://localhost').searchParams));
}

describe('a list by tag', () => {
  test('follows the pages to the one without a token', async () => {
    const { client, remote } = await bench.open(
      inTurn(
        json(200, [shown(1), shown(2)], next('p/2+=')),
        json(200, [shown(3)], next('p3')),
        json(200, [shown(4)]),
      ),
    );
    const found = await client.listInstancesByTag(tag);
    expect(found.map((instance) => instance.id)).toEqual([1, 2, 3, 4]);
    const common = { 'tags[]': tag, hydrate: 'true', pageSize: '200' };
    expect(pathsOf(remote.received)).toEqual([
      common,
      { ...common, nextPage: 'p/2+=' },
      { ...common, nextPage: 'p3' },
    ]);
  });

  test.each<[string, Answer]>([
    ['404 of the API', json(404, { requestId: '1', message: 'No instances found' })],
    ['an empty array', json(200, [])],
  ])('is empty: %s', async (_name, answer) => {
    const { client } = await bench.open(answer);
    expect(await client.listInstancesByTag(tag)).toEqual([]);
  });

  test.each<[string, Answer]>([
    ['404 of a gateway', text(404, '<html>not found</html>')],
    ['an object', json(200, { instances: [] })],
    ['nothing', text(200, '')],
    ['one instance without id', json(200, [shown(1), { name: 'x' }])],
    [
      'one id beyond 2^53',
      text(200, `[${JSON.stringify(shown(1)).replace('"id":1', '"id":9007199254740993')}]`),
    ],
  ])('is never empty by mistake: %s', async (_name, answer) => {
    const { client } = await bench.open(answer);
    expect(await remoteErrorOf(client.listInstancesByTag(tag))).toMatchObject({ class: 'unexpected' });
  });

  test('fails as a whole when a later page fails', async () => {
    const { client } = await bench.open(inTurn(json(200, [shown(1)], next('p2')), text(502, '')));
    expect(await remoteErrorOf(client.listInstancesByTag(tag))).toMatchObject({ class: 'unavailable' });
  });

  test('fails when a later page is not there any more', async () => {
    const { client } = await bench.open(
      inTurn(json(200, [shown(1)], next('p2')), json(404, { requestId: '1', message: 'none' })),
    );
    expect(
      await remoteErrorOf(client.listInstancesByTag(tag)),
      'the instances of the missing pages would count as deleted',
    ).toMatchObject({ class: 'unexpected', status: 404 });
  });

  test('ends at a token that was given before', async () => {
    const { client, remote } = await bench.open(
      inTurn(
        json(200, [shown(1)], next('a')),
        json(200, [shown(2)], next('b')),
        json(200, [shown(1)], next('a')),
      ),
    );
    expect((await client.listInstancesByTag(tag)).map((instance) => instance.id)).toEqual([1, 2]);
    expect(remote.received).toHaveLength(3);
  });

  test('ends at an empty token', async () => {
    const { client, remote } = await bench.open(json(200, [shown(1)], next('')));
    await client.listInstancesByTag(tag);
    expect(remote.received).toHaveLength(1);
  });

  test('is refused rather than cut when there is no end of pages', async () => {
    let page = 0;
    const { client, remote } = await bench.open((response, request) => {
      page += 1;
      json(200, [shown(page)], next(`page-${page}`))(response, request);
    });
    expect(await remoteErrorOf(client.listInstancesByTag(tag))).toMatchObject({ class: 'unexpected' });
    expect(remote.received).toHaveLength(1_000);
  });

  test('leaves out what is known not to have the tag, and keeps what may have it', async () => {
    const { client } = await bench.open(
      json(200, [
        shown(1),
        shown(2, { tags: ['k8s-cluster-12', 'K8S-CLUSTER-1'] }),
        shown(3, { tags: undefined, configuration: undefined }),
        shown(4, { tags: null, configuration: {} }),
        shown(5, { tags: [] }),
      ]),
    );
    const found = await client.listInstancesByTag(tag);
    expect(found.map(({ id, tags }) => ({ id, tags }))).toEqual([
      { id: 1, tags: ['team-sales', tag] },
      { id: 3, tags: undefined },
      { id: 4, tags: undefined },
    ]);
    expect(found.slice(1).map((instance) => instance.configuration)).toEqual([undefined, undefined]);
  });

  test('shows an instance that moved between pages once, as seen last', async () => {
    const { client } = await bench.open(
      inTurn(json(200, [shown(1), shown(2)], next('p2')), json(200, [shown(2, { name: 'later' })])),
    );
    expect((await client.listInstancesByTag(tag)).map(({ id, name }) => [id, name])).toEqual([
      [1, 'crm'],
      [2, 'later'],
    ]);
  });

  test('accepts pages that are larger than other responses', async () => {
    const { client } = await bench.open(
      json(200, [shown(1, { configuration: { pad: 'x'.repeat(9 * 1024 * 1024) } })]),
    );
    expect(await client.listInstancesByTag(tag)).toHaveLength(1);
  });

  test('stops between pages when aborted', async () => {
    const abort = new AbortController();
    const reason = new Error('stopped');
    const { client, remote } = await bench.open((response, request) => {
      abort.abort(reason);
      json(200, [shown(1)], next('p2'))(response, request);
    });
    await expect(client.listInstancesByTag(tag, abort.signal)).rejects.toBe(reason);
    expect(remote.received).toHaveLength(1);
  });
});
