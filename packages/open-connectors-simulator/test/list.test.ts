import { describe, expect, test } from 'vitest';
import { running } from './client.ts';
import { manualClock } from './clock.ts';

const ids = (json: unknown): readonly number[] => (json as { id: number }[]).map(({ id }) => id);

describe('which instances a list shows', () => {
  test('by tags[], repeatable', async () => {
    await using run = await running();
    const both = run.simulator.addInstance({ tags: ['a', 'b'] });
    const one = run.simulator.addInstance({ tags: ['a'] });
    run.simulator.addInstance({ tags: ['A', 'ab'] });
    expect(ids((await run.call('GET', '/instances?tags%5B%5D=a')).json)).toEqual([both.id, one.id]);
    expect(ids((await run.call('GET', '/instances?tags[]=a&tags[]=b')).json)).toEqual([both.id]);
    run.simulator.knobs.tagsMatch = 'any';
    expect(ids((await run.call('GET', '/instances?tags[]=a&tags[]=b')).json)).toEqual([both.id, one.id]);
  });

  test('by searchText: part of the name or of the key of the element (Swagger of the Instances API)', async () => {
    await using run = await running();
    const named = run.simulator.addInstance({ name: 'the rest of it' });
    const rest = run.simulator.addInstance({ name: 'other', connector: 'infusionsoftrest' });
    run.simulator.addInstance({ name: 'other' });
    expect(ids((await run.call('GET', '/instances?searchText=rest')).json)).toEqual([named.id, rest.id]);
  });

  test('by element', async () => {
    await using run = await running();
    run.simulator.addInstance();
    const { id, createdDate } = run.simulator.addInstance({ connector: 'infusionsoftrest' });
    for (const connector of ['infusionsoftrest', '6158']) {
      const seen = await run.call('GET', `/elements/${connector}/instances`);
      expect(seen.json).toMatchObject([{ id, createdDate }]);
    }
    expect((await run.call('GET', '/elements/nothing/instances')).status).toBe(404);
  });

  test('by account, never hydrated (SAP help, API reference)', async () => {
    await using run = await running();
    const { id } = run.simulator.addInstance();
    const { accountId } = run.simulator.credentials;
    for (const path of ['/accounts/instances', `/accounts/${accountId}/instances`]) {
      const seen = await run.call('GET', `${path}?hydrate=true`);
      expect(ids(seen.json)).toEqual([id]);
      expect(seen.json).not.toHaveProperty('0.tags');
    }
    expect((await run.call('GET', '/accounts/1/instances')).status).toBe(404);
  });

  test('404 when there is none, or an empty list by knob (churros: 404)', async () => {
    await using run = await running();
    for (const path of ['/instances?tags[]=none', '/instances']) {
      const seen = await run.call('GET', path);
      expect(seen).toMatchObject({
        status: 404,
        json: { message: expect.stringMatching(/^No (.*) found$/) },
      });
    }
    run.simulator.knobs.noMatch = 'empty-list';
    expect(await run.call('GET', '/instances?tags[]=none')).toMatchObject({ status: 200, json: [] });
    expect((await run.call('GET', '/instances')).status).toBe(404);
    run.simulator.knobs.emptyAccount = 'empty-list';
    expect(await run.call('GET', '/instances')).toMatchObject({ status: 200, json: [] });
  });

  test('later than a create or delete, where the knobs say so', async () => {
    const clock = manualClock();
    await using run = await running({ clock, knobs: { listLagMs: 1000, listDeleteLagMs: 1000 } });
    const { id } = run.simulator.addInstance({ tags: ['t'] });
    const status = async () => (await run.call('GET', '/instances?tags[]=t')).status;
    expect((await run.call('GET', `/instances/${id}`)).status).toBe(200);
    expect(await status()).toBe(404);
    clock.advance(1000);
    expect(await status()).toBe(200);
    run.simulator.deleteInstance(id);
    expect(await status()).toBe(200);
    expect((await run.call('GET', `/instances/${id}`)).status).toBe(404);
    clock.advance(1000);
    expect(await status()).toBe(404);
  });
});

describe('the fields of an instance in a list', () => {
  test('tags and configuration only with hydrate=true (Swagger); the token always (churros)', async () => {
    await using run = await running();
    const { token } = run.simulator.addInstance({ tags: ['t'] });
    const plain = await run.call('GET', '/instances');
    expect(plain.json).toMatchObject([{ token }]);
    expect(plain.json).not.toHaveProperty('0.tags');
    expect(plain.json).not.toHaveProperty('0.configuration');
    const hydrated = await run.call('GET', '/instances?hydrate=true');
    expect(hydrated.json).toMatchObject([
      { token, tags: ['t'], configuration: { 'oauth.api.key': '********' } },
    ]);
    run.simulator.knobs.tagsWithoutHydrate = true;
    expect((await run.call('GET', '/instances')).json).toMatchObject([{ tags: ['t'] }]);
  });

  test('`valid` of a list is not reliable (Instance APIs page: true in the list, false in the read)', async () => {
    await using run = await running();
    const { id } = run.simulator.addInstance();
    run.simulator.revokeGrant(id);
    expect((await run.call('GET', '/instances')).json).toMatchObject([{ valid: true }]);
    expect((await run.call('GET', `/instances/${id}`)).json).toMatchObject({ valid: false });
    run.simulator.knobs.listValid = 'actual';
    expect((await run.call('GET', '/instances')).json).toMatchObject([{ valid: false }]);
  });

  test('with an instance token returns the list, or that instance by knob (SAP help, revoke OAuth token)', async () => {
    await using run = await running();
    const { token, id } = run.simulator.addInstance();
    expect((await run.call('GET', '/instances', { element: token })).json).toMatchObject([{ id }]);
    run.simulator.knobs.listWithElementToken = 'instance';
    expect((await run.call('GET', '/instances', { element: token })).json).toMatchObject({ id });
  });
});

describe('paging', () => {
  test('uses Elements-Next-Page-Token until it is absent (churros)', async () => {
    await using run = await running({ knobs: { pageCap: 2 } });
    const all = [1, 2, 3, 4, 5].map(() => run.simulator.addInstance({ tags: ['t'] }).id);
    const seen: number[] = [];
    let next: string | undefined = '';
    let pages = 0;
    while (next !== undefined) {
      const query = next === '' ? '' : `&nextPage=${encodeURIComponent(next)}`;
      const page = await run.call('GET', `/instances?tags[]=t${query}`);
      expect(page.headers['elements-total-count']).toBe('5');
      expect(page.headers['elements-returned-count']).toBe(String(ids(page.json).length));
      seen.push(...ids(page.json));
      next = page.headers['elements-next-page-token'] as string | undefined;
      pages += 1;
    }
    expect([seen, pages]).toEqual([all, 3]);
  });

  test('has no token on a full last page', async () => {
    await using run = await running();
    run.simulator.addInstance();
    run.simulator.addInstance();
    const seen = await run.call('GET', '/instances?pageSize=2');
    expect(ids(seen.json)).toHaveLength(2);
    expect(seen.headers).not.toHaveProperty('elements-next-page-token');
  });

  test('shows every other instance after a deletion between two pages', async () => {
    await using run = await running();
    const [first, , third] = [1, 2, 3].map(() => run.simulator.addInstance().id);
    const page = await run.call('GET', '/instances?pageSize=2');
    run.simulator.deleteInstance(first ?? 0);
    const token = encodeURIComponent(String(page.headers['elements-next-page-token']));
    expect(ids((await run.call('GET', `/instances?pageSize=2&nextPage=${token}`)).json)).toEqual([third]);
  });

  test('pageSize is at most 200 (Swagger); more is refused, or capped by knob', async () => {
    await using run = await running();
    for (let count = 0; count < 201; count++) {
      run.simulator.addInstance();
    }
    expect(ids((await run.call('GET', '/instances')).json)).toHaveLength(200);
    for (const wrong of ['201', '0', '-1', '1.5', 'many']) {
      expect((await run.call('GET', `/instances?pageSize=${wrong}`)).status).toBe(400);
    }
    run.simulator.knobs.oversizedPage = 'capped';
    expect(ids((await run.call('GET', '/instances?pageSize=1000')).json)).toHaveLength(200);
  });

  test('400 for a page token that is not one', async () => {
    await using run = await running();
    run.simulator.addInstance();
    expect((await run.call('GET', '/instances?nextPage=2')).status).toBe(400);
  });
});
