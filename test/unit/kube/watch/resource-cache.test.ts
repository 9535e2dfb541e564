import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../src/kube/client/object.ts';
import type { PooledKubeConfig } from '../../../../src/kube/client/pooled-config.ts';
import { KubeRest } from '../../../../src/kube/client/rest.ts';
import type { Change } from '../../../../src/kube/watch/reflector.ts';
import { ResourceCache } from '../../../../src/kube/watch/resource-cache.ts';
import { watchHealthOf } from '../../../../src/kube/watch/watch-health.ts';
import { pooledConfigOf } from '../../../support/kube/pooled-config-of.ts';
import { startWidgetServer, WIDGETS, type WidgetServer } from '../../../support/kube/widget-server.ts';
import { seededRandom } from '../../../support/seeded-random.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

let server: WidgetServer;
let config: PooledKubeConfig;
let clock: VirtualClock;
let cache: ResourceCache;
let log: string[];

beforeEach(async () => {
  server = await startWidgetServer();
  config = pooledConfigOf(server.kubeconfig);
  clock = new VirtualClock();
  log = [];
  const at = (level: string) => (message: string) => {
    log.push(`${level} ${message}`);
  };
  cache = new ResourceCache(WIDGETS, {
    rest: new KubeRest({ config, clock }),
    clock,
    random: seededRandom(1),
    warn: at('warn'),
    info: at('info'),
    error: at('error'),
  });
});

afterEach(async () => {
  await cache.stop();
  await config.close();
  await server.stop();
});

/** A listener that records its changes, e.g. `upsert team/a first`. */
function recorder() {
  const heard: string[] = [];
  const listener = (change: Change<KubeObject>): void => {
    const { namespace, name } = change.object.metadata;
    const isInitial = change.type === 'upsert' && change.isInitial;
    heard.push(`${change.type} ${namespace}/${name}${isInitial ? ' first' : ''}`);
  };
  return { heard, listener };
}

/** The requests so far, without their resource versions. */
function requests(): string[] {
  return server.ledger.entries.map(({ verb, namespace }) => `${verb} ${namespace ?? ''}`.trim());
}

async function watching(count = 1): Promise<void> {
  await expect.poll(() => server.faults.openWatches()).toBe(count);
}

describe('a watch of a resource', () => {
  it('resolves when the cache is filled and calls its listener for every change', async () => {
    server.addWidget('a');
    const { heard, listener } = recorder();
    await expect(cache.watch({}, listener)).resolves.toBe(true);
    expect([heard, cache.store.size]).toEqual([['upsert team/a first'], 1]);
    await watching();
    server.addWidget('b');
    await expect.poll(() => heard).toEqual(['upsert team/a first', 'upsert team/b']);
  });

  it('is shared by listeners: a later one first hears the present objects', async () => {
    server.addWidget('a');
    const [first, second] = [recorder(), recorder()];
    await cache.watch({}, first.listener);
    await watching();
    await expect(cache.watch({}, second.listener)).resolves.toBe(true);
    expect(second.heard).toEqual(['upsert team/a first']);
    server.addWidget('b');
    await expect.poll(() => second.heard).toEqual(['upsert team/a first', 'upsert team/b']);
    expect(first.heard).toEqual(second.heard);
    expect(requests()).toEqual(['list', 'watch']);
  });

  it('of one namespace has that namespace alone, also for a later listener', async () => {
    server.addWidget('a', {}, 'one');
    server.addWidget('b', {}, 'two');
    await cache.watch({ namespace: 'one' }, recorder().listener);
    await cache.watch({ namespace: 'two' }, recorder().listener);
    expect(cache.store.list().map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    const later = recorder();
    await cache.watch({ namespace: 'two' }, later.listener);
    expect(later.heard).toEqual(['upsert two/b first']);
  });

  it.each([
    ['labels', { labelSelector: 'app=x' }],
    ['fields', { fieldSelector: 'metadata.name=a' }],
    ['content', { metadataOnly: true }],
  ])('is refused in the same place with other %s', async (_what, selection) => {
    await cache.watch({}, recorder().listener);
    expect(() => cache.watch(selection, recorder().listener)).toThrow(
      'widgets.example.dev/v1 is watched in the same place with another selection',
    );
  });

  it('is the same whether metadata only is off or absent', async () => {
    await cache.watch({}, recorder().listener);
    await expect(cache.watch({ metadataOnly: false }, recorder().listener)).resolves.toBe(true);
  });

  it('selects by labels and fields', async () => {
    await cache.watch({ labelSelector: 'app=x', fieldSelector: 'metadata.name=a' }, recorder().listener);
    await watching();
    expect(server.ledger.entries.map(({ query }) => query)).toMatchObject([
      { labelSelector: 'app=x', fieldSelector: 'metadata.name=a' },
      { labelSelector: 'app=x', fieldSelector: 'metadata.name=a' },
    ]);
    expect(server.ledger.entries[0]?.query).not.toHaveProperty('continue');
  });

  it('goes on when a listener throws, which is logged', async () => {
    server.addWidget('a');
    const { heard, listener } = recorder();
    const synced = cache.watch({}, () => {
      throw new Error('a defect');
    });
    void cache.watch({}, listener);
    await expect(synced).resolves.toBe(true);
    expect(heard).toEqual(['upsert team/a first']);
    expect(log).toEqual(['error Listener on widgets.example.dev/v1 failed: Error: a defect']);
  });

  it('resolves with false when it is stopped before the cache is filled', async () => {
    server.faults.inject({}, { kind: 'hang' });
    const synced = cache.watch({}, recorder().listener);
    await expect.poll(() => requests()).toEqual(['list']);
    await cache.stop();
    await expect(synced).resolves.toBe(false);
  });
});

describe('a watch that fails', () => {
  it.each([
    ['of all namespaces', {}, 'widgets.example.dev/v1'],
    ['of one namespace', { namespace: 'team' }, 'widgets.example.dev/v1 in namespace team'],
  ])('is logged with its place, and again when it works: %s', async (_title, selection, place) => {
    server.faults.inject({ verb: 'list' }, { kind: 'respond', status: 403 }, { times: 1 });
    const synced = cache.watch(selection, recorder().listener);
    await expect.poll(() => log.length).toBe(1);
    await clock.advance(1_000);
    await expect(synced).resolves.toBe(true);
    await watching();
    await clock.advance(10_000);
    expect(log).toEqual([
      expect.stringMatching(`^warn Watch on ${place} failed, retrying: KubeError: .*403`),
      `info Watch on ${place} recovered`,
    ]);
  });
});

describe('the response to an own write', () => {
  const object = (change: object = {}): KubeObject & { readonly spec: object } => ({
    apiVersion: 'example.dev/v1',
    kind: 'Widget',
    metadata: { namespace: 'team', name: 'a', uid: 'u', resourceVersion: '9999', ...change },
    spec: { size: 1 },
  });

  it('is stored without a call of the listeners', async () => {
    const { heard, listener } = recorder();
    await cache.watch({}, listener);
    cache.updateCache(object());
    expect([cache.store.get('team', 'a'), heard]).toEqual([object(), []]);
  });

  it('is reduced like the objects of the watch of its namespace, or of all', async () => {
    await cache.watch({ namespace: 'team', metadataOnly: true }, recorder().listener);
    cache.updateCache(object());
    expect(cache.store.get('team', 'a')).not.toHaveProperty('spec');
    await cache.watch({}, recorder().listener);
    cache.updateCache(object({ namespace: 'one' }));
    expect(cache.store.get('one', 'a')).toHaveProperty('spec');
  });

  it('is dropped where nothing watches', async () => {
    await cache.watch({ namespace: 'one' }, recorder().listener);
    cache.updateCache(object());
    expect(cache.store.size).toBe(0);
  });
});

describe('the health of the watches', () => {
  it('has the state of each, with its times', async () => {
    expect(watchHealthOf(cache)).toEqual([]);
    await cache.watch({ namespace: 'team' }, recorder().listener);
    await watching();
    await expect.poll(() => watchHealthOf(cache)[0]?.state).toBe('watching');
    await clock.advance(3_000);
    expect(watchHealthOf(cache)).toEqual([
      {
        id: 'widgets.example.dev/v1',
        namespace: 'team',
        state: 'watching',
        stateMs: 3_000,
        lastContactMs: 3_000,
      },
    ]);
  });

  it('has no contact before the first response', async () => {
    server.faults.inject({}, { kind: 'hang' });
    void cache.watch({}, recorder().listener);
    await clock.advance(2_000);
    expect(watchHealthOf(cache)).toEqual([
      {
        id: 'widgets.example.dev/v1',
        namespace: '',
        state: 'listing',
        stateMs: 2_000,
        lastContactMs: undefined,
      },
    ]);
  });
});
