import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import type { KubeObject } from '../../../src/kube/client/object.ts';
import { collectionPath, wellKnown } from '../../../src/kube/client/paths.ts';
import type { PooledKubeConfig } from '../../../src/kube/client/pooled-config.ts';
import { KubeRest } from '../../../src/kube/client/rest.ts';
import { Reflector, type ReflectorOptions } from '../../../src/kube/watch/reflector.ts';
import { ObjectStore } from '../../../src/kube/watch/store.ts';
import { pooledConfigOf } from '../../support/kube/pooled-config-of.ts';
import { startWidgetServer, WIDGETS, type WidgetServer } from '../../support/kube/widget-server.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const path = collectionPath(WIDGETS);

let server: WidgetServer;
let config: PooledKubeConfig;
let clock: VirtualClock;
let store: ObjectStore;
let widgets: WidgetServer['widgets'];
let changes: string[];
let troubles: string[];
let reflectors: Reflector[];

beforeEach(async () => {
  server = await startWidgetServer();
  config = pooledConfigOf(server.kubeconfig);
  clock = new VirtualClock();
  store = new ObjectStore();
  ({ widgets } = server);
  changes = [];
  troubles = [];
  reflectors = [];
});

afterEach(async () => {
  await Promise.all(reflectors.map((reflector) => reflector.stop()));
  expect(clock.pending).toBe(0);
  await config.close();
  await server.stop();
});

function reflect(options: Partial<ReflectorOptions<KubeObject>> = {}): Reflector {
  const reflector = new Reflector({
    rest: new KubeRest({ config, clock }),
    clock,
    random: seededRandom(3),
    path,
    store,
    onChange: ({ type, object }) => changes.push(`${type} ${object.metadata.name}`),
    onTrouble: (error) => troubles.push(error === undefined ? 'over' : error.message),
    ...options,
  });
  reflectors.push(reflector);
  return reflector;
}

function add(name: string, namespace = 'team'): void {
  server.addWidget(name, {}, namespace);
}

/** Lets the server answer the next `times` lists or watches with this status. */
function refuse(verb: 'list' | 'watch', status: number, times = 1): void {
  server.faults.inject({ verb }, { kind: 'respond', status }, { times });
}

async function watching(times = 1): Promise<void> {
  await expect.poll(() => server.faults.openWatches()).toBe(1);
  await expect.poll(() => server.ledger.filter({ verb: 'watch' }).length).toBeGreaterThanOrEqual(times);
}

/** Passes time in small steps until `condition` holds: every backoff ends, every socket gets its turn. */
async function passUntil(condition: () => boolean): Promise<void> {
  await expect
    .poll(
      async () => {
        if (!condition()) {
          await clock.advance(200);
        }
        return condition();
      },
      { interval: 1, timeout: 10_000 },
    )
    .toBe(true);
}

describe('a reflector', () => {
  test('lists page by page, then watches from there, and fills in what list items lack', async () => {
    const secrets = server.objects(wellKnown.secrets);
    for (let n = 0; n < 1_201; n++) {
      secrets.create('team', { apiVersion: 'v1', kind: 'Secret', metadata: { name: `s-${n}` } });
    }
    // List items of built-in resources have neither apiVersion nor kind.
    await expect(reflect({ path: collectionPath(wellKnown.secrets) }).start()).resolves.toBe(true);
    expect(store.size).toBe(1_201);
    expect(server.ledger.filter({ verb: 'list' })).toHaveLength(3);
    expect(store.get('team', 's-7')).toMatchObject({ apiVersion: 'v1', kind: 'Secret' });
    await watching();
    const [watch] = server.ledger.filter({ verb: 'watch' });
    expect(watch?.query['allowWatchBookmarks']).toBe('true');
    expect(Number(watch?.query['timeoutSeconds'])).toBeGreaterThanOrEqual(300);
    expect(Number(watch?.query['timeoutSeconds'])).toBeLessThanOrEqual(600);
  });

  test('shows how long its state and the silence last', async () => {
    await clock.advance(5_000);
    const reflector = reflect();
    expect([reflector.stateMs, reflector.lastContactMs]).toEqual([0, undefined]);
    await reflector.start();
    await watching();
    await expect.poll(() => reflector.state.name).toBe('watching');
    await clock.advance(2_000);
    expect([reflector.stateMs, reflector.lastContactMs]).toEqual([2_000, 2_000]);
  });

  test('is heard from by the pages of a list, and by the response to a watch', async () => {
    refuse('watch', 503);
    const reflector = reflect();
    await reflector.start();
    expect(reflector.lastContactMs).toBe(0);
    await passUntil(() => reflector.state.name === 'watching');
    expect(clock.monotonic()).toBeGreaterThan(0);
    expect(reflector.lastContactMs).toBeLessThan(clock.monotonic());
  });

  test('goes through its states, and a stop is no trouble', async () => {
    const states: string[] = [];
    const reflector = reflect({ onState: ({ name }) => states.push(name) });
    await reflector.start();
    await watching();
    await expect.poll(() => reflector.state.name).toBe('watching');
    await reflector.stop();
    expect([states, troubles]).toEqual([['listing', 'connecting', 'watching', 'stopped'], []]);
  });

  test('says until when it waits', async () => {
    refuse('list', 403);
    const reflector = reflect();
    void reflector.start();
    await expect
      .poll(() => (reflector.state.name === 'waiting' ? reflector.state.untilMs : undefined))
      .toBeGreaterThan(clock.monotonic());
    await passUntil(() => reflector.synced);
  });

  test('tells what an object was before, and what is part of the first list', async () => {
    const told: unknown[] = [];
    add('a');
    await reflect({
      onChange: (change) => {
        const { type, object } = change;
        const upsert = type === 'upsert' && [change.isInitial, change.previous?.metadata.resourceVersion];
        told.push([`${type} ${object.metadata.name}`, upsert]);
      },
    }).start();
    await watching();
    const first = widgets.get('team', 'a').metadata.resourceVersion;
    add('b');
    widgets.patch('team', 'a', { spec: { size: 2 } });
    await expect.poll(() => told.length).toBe(3);
    refuse('watch', 410);
    server.faults.dropWatches({}, 'end');
    widgets.delete('team', 'a');
    add('a');
    await passUntil(() => told.length === 5);
    expect(told).toEqual([
      ['upsert a', [true, undefined]],
      ['upsert b', [false, undefined]],
      ['upsert a', [false, first]],
      ['delete a', false],
      ['upsert a', [false, undefined]],
    ]);
  });

  test('does not tell what the store has from the response to an own write', async () => {
    add('a');
    await reflect().start();
    await watching();
    const { metadata, spec } = widgets.patch('team', 'a', { spec: { size: 2 } });
    store.updateCache({ apiVersion: 'example.dev/v1', kind: 'Widget', metadata, spec } as KubeObject);
    add('b');
    await expect.poll(() => changes.at(-1)).toBe('upsert b');
    expect(changes).toEqual(['upsert a', 'upsert b']);
  });

  test('follows additions, changes and deletions', async () => {
    add('a');
    await reflect().start();
    await watching();
    add('b');
    widgets.patch('team', 'a', { spec: { size: 2 } });
    widgets.delete('team', 'b');
    await expect.poll(() => changes).toEqual(['upsert a', 'upsert b', 'upsert a', 'delete b']);
    expect(store.list().map(({ metadata }) => metadata.name)).toEqual(['a']);
  });

  test('starts a list again whose continue token has expired', async () => {
    for (let n = 0; n < 1_201; n++) {
      add(`w-${n}`);
    }
    const reflector = reflect();
    const synced = reflector.start();
    await expect.poll(() => server.ledger.length).toBeGreaterThan(0);
    refuse('list', 410, 1);
    await expect(synced).resolves.toBe(true);
    expect(store.size).toBe(1_201);
  });

  test('that gets a list expired again and again reads it in one piece', async () => {
    for (let n = 0; n < 600; n++) {
      add(`w-${n}`);
    }
    refuse('list', 410, 3);
    const reflector = reflect();
    void reflector.start();
    await passUntil(() => reflector.synced);
    expect(server.ledger.filter({ verb: 'list' }).at(-1)?.query['limit']).toBeUndefined();
  });
});

describe('a watch that breaks', () => {
  test('more than five times in a row is given up for a list', async () => {
    await reflect().start();
    await watching();
    refuse('watch', 503, 5);
    server.faults.dropWatches();
    await passUntil(() => server.faults.openWatches() === 1);
    expect(server.ledger.filter({ verb: 'list' })).toHaveLength(2);
  });

  test('because its resource is not found is followed by a list', async () => {
    await reflect().start();
    await watching();
    refuse('watch', 404);
    server.faults.dropWatches();
    await passUntil(() => server.ledger.filter({ verb: 'list' }).length === 2);
    const calls = ['list', 'watch', 'watch', 'list'];
    expect(server.ledger.entries.slice(0, calls.length).map(({ verb }) => verb)).toEqual(calls);
  });

  test('without an event before its end is opened again after a pause', async () => {
    await reflect().start();
    await watching();
    server.faults.dropWatches({}, 'end');
    await passUntil(() => server.ledger.filter({ verb: 'watch' }).length === 2);
    expect(troubles[0]).toContain('ended without an event');
  });

  test('with HTTP 410 in the stream once is no trouble, and needs no pause', async () => {
    await reflect().start();
    await watching();
    server.faults.sendLine({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old' } });
    await watching(2);
    expect(server.ledger.filter({ verb: 'list' })).toHaveLength(2);
    expect([clock.monotonic(), troubles]).toEqual([0, []]);
  });

  test('with another error in the stream is trouble', async () => {
    await reflect().start();
    await watching();
    server.faults.sendLine({ type: 'ERROR', object: { kind: 'Status', code: 500 } });
    await passUntil(() => server.ledger.filter({ verb: 'list' }).length === 2);
    expect(troubles[0]).toContain('500');
  });

  test('is opened again from the last resource version after a reset, and nothing is missed', async () => {
    add('a');
    await reflect().start();
    await watching();
    add('b');
    await expect.poll(() => changes.length).toBe(2);
    server.faults.dropWatches();
    add('c');
    widgets.delete('team', 'a');
    await passUntil(() => changes.length === 4);
    expect(changes.slice(2)).toEqual(['upsert c', 'delete a']);
    expect(server.ledger.filter({ verb: 'list' })).toHaveLength(1);
    expect(troubles).toHaveLength(2);
    expect(troubles[1]).toBe('over');
  });

  test.each([401, 403, 429, 500, 503])(
    'is opened again until the server stops to answer %i',
    async (code) => {
      add('a');
      await reflect().start();
      await watching();
      refuse('watch', code, 4);
      server.faults.dropWatches({}, 'end');
      add('b');
      await passUntil(() => changes.includes('upsert b'));
      expect(server.ledger.filter({ verb: 'watch' })).toHaveLength(6);
      expect(troubles.filter((trouble) => trouble.includes(String(code)))).toHaveLength(1);
    },
  );

  test('with HTTP 410 is followed by a list that reports the missed deletions', async () => {
    add('a');
    add('b');
    await reflect().start();
    await watching();
    refuse('watch', 410);
    server.faults.dropWatches();
    widgets.delete('team', 'a');
    await passUntil(() => changes.includes('delete a'));
    expect(store.list().map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(server.ledger.filter({ verb: 'list' })).toHaveLength(2);
  });

  test('with HTTP 410 once is no trouble, and needs no pause', async () => {
    await reflect().start();
    await watching();
    add('a');
    await expect.poll(() => changes).toEqual(['upsert a']);
    refuse('watch', 410);
    server.faults.dropWatches({}, 'end');
    await watching(3);
    expect([clock.monotonic(), troubles]).toEqual([0, []]);
  });

  test('with HTTP 410 again and again gets pauses: each is followed by a list of everything', async () => {
    await reflect().start();
    await watching();
    add('a');
    await expect.poll(() => changes).toEqual(['upsert a']);
    refuse('watch', 410, 3);
    server.faults.dropWatches({}, 'end');
    await passUntil(() => server.faults.openWatches() === 1);
    expect(server.ledger.filter({ verb: 'list' })).toHaveLength(4);
    expect(clock.monotonic()).toBeGreaterThan(1_000);
    expect(troubles.filter((trouble) => trouble !== 'over')).toEqual([expect.stringContaining('410')]);
  });

  test('with an expired resource version in the stream is followed by such a list too', async () => {
    add('a');
    add('b');
    await reflect().start();
    await watching();
    server.faults.dropWatches({}, 'end');
    widgets.delete('team', 'a');
    server.faults.expireHistory();
    await passUntil(() => changes.includes('delete a'));
    await watching();
    add('c');
    await expect.poll(() => changes.at(-1)).toBe('upsert c');
  });

  test.each([
    ['an error', { type: 'ERROR', object: { kind: 'Status', code: 500 } }],
    ['half an object', { type: 'ADDED', object: { metadata: { name: 'x' } } }],
    ['an unknown type', { type: 'SURPRISE', object: {} }],
  ])('with %s in the stream is followed by a list', async (_what, line) => {
    add('a');
    await reflect().start();
    await watching();
    server.faults.sendLine(line);
    await passUntil(() => server.ledger.filter({ verb: 'list' }).length === 2);
    await watching(2);
    add('b');
    await expect.poll(() => changes.at(-1)).toBe('upsert b');
  });

  test('because the resource is not served keeps the cached objects until it can be listed again', async () => {
    add('a');
    const reflector = reflect();
    await reflector.start();
    await watching();
    server.faults.inject({}, { kind: 'respond', status: 404 }, { times: 5 });
    server.faults.dropWatches({}, 'end');
    await passUntil(() => server.ledger.length === 7);
    expect(store.size).toBe(1);
    await passUntil(() => reflector.state.name === 'watching');
  });

  test('is not silent while it hears of changes', async () => {
    const reflector = reflect();
    await reflector.start();
    await watching();
    for (const name of ['a', 'b', 'c']) {
      await clock.advance(60_000);
      add(name);
      await expect.poll(() => changes.at(-1)).toBe(`upsert ${name}`);
      expect(reflector.lastContactMs).toBe(0);
    }
    expect(server.ledger.filter({ verb: 'watch' })).toHaveLength(1);
  });

  test('that is silent for 70 s is opened again from its bookmark', async () => {
    add('a');
    const reflector = reflect();
    await reflector.start();
    await watching();
    server.faults.sendLine({
      type: 'BOOKMARK',
      object: { kind: 'Widget', metadata: { resourceVersion: '4711' } },
    });
    await expect.poll(() => reflector.lastContactMs).toBe(0);
    await clock.advance(69_000);
    expect(server.ledger.filter({ verb: 'watch' })).toHaveLength(1);
    await passUntil(() => server.ledger.filter({ verb: 'watch' }).length === 2);
    expect(clock.monotonic()).toBeLessThanOrEqual(72_000);
    expect(server.ledger.filter({ verb: 'watch' })[1]?.query['resourceVersion']).toBe('4711');
    expect(troubles[0]).toContain('silent for 70 s');
  });

  test('that stays mute although things happen is opened again, and nothing is missed', async () => {
    server.faults.inject({ verb: 'watch' }, { kind: 'silent-watch' }, { times: 1 });
    await reflect().start();
    await expect.poll(() => server.ledger.filter({ verb: 'watch' }).length).toBe(1);
    add('unheard');
    await passUntil(() => changes.includes('upsert unheard'));
    expect(clock.monotonic()).toBeGreaterThanOrEqual(70_000);
  });

  test('because its time is over, as the server ends every watch, is opened again without a pause', async () => {
    await reflect().start();
    await watching();
    add('a');
    await expect.poll(() => changes).toEqual(['upsert a']);
    server.faults.dropWatches({}, 'end');
    // No time reconciles here.
    await watching(2);
    expect([clock.monotonic(), troubles]).toEqual([0, []]);
  });

  test('without a response is opened again', async () => {
    server.faults.inject({ verb: 'watch' }, { kind: 'hang' }, { times: 1 });
    await reflect().start();
    await expect.poll(() => server.ledger.filter({ verb: 'watch' }).length).toBe(1);
    await passUntil(() => server.faults.openWatches() === 1);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(30_000);
  });

  test('gets longer and longer pauses, and after a good time short ones again', async () => {
    await reflect({ random: { ...seededRandom(1), fraction: () => 0.999 } }).start();
    await watching();
    server.faults.inject({ verb: 'watch' }, { kind: 'reset' }, { times: 4 });
    const from = clock.monotonic();
    server.faults.dropWatches();
    await passUntil(() => server.faults.openWatches() === 1);
    // 0.5 + 1 + 2 + 4 + 8 s, each a little less.
    expect(clock.monotonic() - from).toBeGreaterThan(15_000);
    await clock.advance(10_000);
    const later = clock.monotonic();
    server.faults.dropWatches();
    await passUntil(() => server.faults.openWatches() === 1);
    expect(clock.monotonic() - later).toBeLessThan(1_500);
  });
});

describe('the first list', () => {
  test('is tried until it works', async () => {
    add('a');
    refuse('list', 403, 3);
    server.faults.inject({ verb: 'list' }, { kind: 'reset' }, { times: 4 });
    const reflector = reflect();
    const synced = reflector.start();
    await passUntil(() => reflector.synced);
    await expect(synced).resolves.toBe(true);
    expect(store.size).toBe(1);
  });

  test('is read in pages after failures other than an expired token', async () => {
    refuse('list', 500, 3);
    const reflector = reflect();
    void reflector.start();
    await passUntil(() => reflector.synced);
    expect(server.ledger.filter({ verb: 'list' }).at(-1)?.query['limit']).toBe('500');
  });

  test('without a response does not delay a stop', async () => {
    server.faults.inject({}, { kind: 'hang' });
    const reflector = reflect();
    const synced = reflector.start();
    await expect.poll(() => server.ledger.length).toBe(1);
    await reflector.stop();
    await expect(synced).resolves.toBe(false);
    expect(reflector.state.name).toBe('stopped');
  });
});

describe('an object that leaves the selection', () => {
  it('returns with its uid, and its deletion is reported', async () => {
    add('a');
    await reflect().start();
    await watching();
    const { metadata } = widgets.get('team', 'a');
    const object = (resourceVersion: string) => ({
      kind: 'Widget',
      apiVersion: 'example.dev/v1',
      metadata: { ...metadata, resourceVersion },
    });
    server.faults.sendLine({ type: 'DELETED', object: object('1000') });
    server.faults.sendLine({ type: 'ADDED', object: object('1001') });
    server.faults.sendLine({ type: 'MODIFIED', object: object('1002') });
    await expect.poll(() => changes).toEqual(['upsert a', 'delete a', 'upsert a', 'upsert a']);
    server.faults.sendLine({ type: 'DELETED', object: object('1003') });
    await expect.poll(() => changes.at(-1)).toBe('delete a');
  });
});

describe('after the restore of a backup', () => {
  it('replaces newer versions by what is listed, and drops what is not', async () => {
    add('a');
    add('b');
    await reflect().start();
    await watching();
    const restore = server.backup();
    widgets.patch('team', 'a', { spec: { size: 2 } });
    widgets.delete('team', 'b');
    add('c');
    await expect.poll(() => changes.length).toBe(5);
    restore();
    refuse('watch', 410);
    await passUntil(() => changes.includes('delete c'));
    expect(store.get('team', 'a')?.['spec' as never]).toBeUndefined();
    expect(
      store
        .list()
        .map(({ metadata }) => metadata.name)
        .toSorted(),
    ).toEqual(['a', 'b']);
    await watching();
    widgets.patch('team', 'a', { spec: { size: 3 } });
    await expect.poll(() => store.get('team', 'a')).toMatchObject({ spec: { size: 3 } });
  });

  it('lists when the version of an event is older than the version before', async () => {
    add('a');
    await reflect().start();
    await watching();
    const restore = server.backup();
    for (const size of [1, 2, 3]) {
      widgets.patch('team', 'a', { spec: { size } });
    }
    await expect.poll(() => store.get('team', 'a')).toMatchObject({ spec: { size: 3 } });
    restore();
    await passUntil(() => server.faults.openWatches() === 1);
    // The server itself is silent up to the version that the watch continues from; a proxy in between may not be.
    const object = widgets.patch('team', 'a', { spec: { size: 9 } });
    server.faults.sendLine({ type: 'MODIFIED', object });
    await passUntil(() => server.ledger.filter({ verb: 'list' }).length === 2);
    expect(clock.monotonic()).toBeLessThan(70_000);
    await expect.poll(() => store.get('team', 'a')).toMatchObject({ spec: { size: 9 } });
  });

  it('lists when two watches in a row stay silent', async () => {
    add('a');
    await reflect().start();
    await watching();
    const restore = server.backup();
    widgets.patch('team', 'a', { spec: { size: 2 } });
    await expect.poll(() => store.get('team', 'a')).toMatchObject({ spec: { size: 2 } });
    restore();
    await passUntil(() => server.ledger.filter({ verb: 'list' }).length === 2);
    await expect.poll(() => store.get('team', 'a')).not.toHaveProperty('spec');
    expect(clock.monotonic()).toBeLessThanOrEqual(150_000);
  });
});

test('a stop ends an open watch, and no event follows', async () => {
  const reflector = reflect();
  await reflector.start();
  await watching();
  await reflector.stop();
  await expect.poll(() => server.faults.openWatches()).toBe(0);
  add('late');
  expect(changes).toEqual([]);
});

test('of metadata requests and stores only metadata, whatever the server sends', async () => {
  const secrets = server.objects(wellKnown.secrets);
  const secret = secrets.create('team', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 's',
      labels: { app: 'x' },
      annotations: { 'kubectl.kubernetes.io/last-applied': 'hunter2' },
    },
    stringData: { password: 'hunter2' },
  });
  const { resourceVersion } = secret.metadata;
  const body = { apiVersion: 'v1', kind: 'SecretList', metadata: { resourceVersion }, items: [secret] };
  server.faults.inject({ verb: 'list' }, { kind: 'respond', status: 200, body });
  await reflect({ metadataOnly: true, path: collectionPath(wellKnown.secrets) }).start();
  await watching();
  const changed = { ...secret.metadata, resourceVersion: '1000' };
  server.faults.sendLine({ type: 'MODIFIED', object: { ...secret, metadata: changed } });
  await expect.poll(() => changes.length).toBe(2);
  expect(JSON.stringify(store.list())).not.toMatch(/hunter|aHVudGVy/);
  expect(store.get('team', 's')?.metadata.labels).toEqual({ app: 'x' });
  expect(server.ledger.entries.map(({ accept }) => accept)).toEqual([
    'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
    'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
  ]);
});

test('of one namespace shares a store with that of another', async () => {
  add('a', 'one');
  add('b', 'two');
  for (const namespace of ['one', 'two']) {
    await reflect({ namespace, path: collectionPath(WIDGETS, namespace) }).start();
  }
  expect(store.size).toBe(2);
});
