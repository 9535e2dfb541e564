import { describe, expect, it } from 'vitest';
import { LateInstances } from '../../../src/account/late/late-instances.ts';
import { KubeError } from '../../../src/kube/client/errors.ts';
import type { Instance } from '../../../src/openconnectors/port.ts';
import type { AccountSession } from '../../../src/ownership/accounts.ts';
import { Inventory } from '../../../src/ownership/inventory.ts';
import { clusterTag } from '../../../src/ownership/owner-tags.ts';
import type { RecordedAccount } from '../../../src/ownership/recorded-account.ts';
import type { Tombstone } from '../../../src/ownership/tombstone.ts';
import { ACCOUNT, UID } from '../../support/builders/connector.ts';
import { READY_ACCOUNT, remoteError } from '../../support/builders/input.ts';
import { CLUSTER, instance, OWN, TAGS } from '../../support/builders/instance.ts';
import { type Answers, fakeRemote, type RemoteCall, workingRemote } from '../../support/builders/remote.ts';
import { MINUTE, NOW } from '../../support/builders/time.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const ID = 4711;
const INTERVAL = 10 * MINUTE;
const WINDOW = 25 * MINUTE;
const DAY = 24 * 60 * MINUTE;

function tombstone(change: Partial<Tombstone> = {}): Tombstone {
  const { uid, baseUrl, organizationId } = ACCOUNT;
  return {
    uid: UID,
    namespace: 'team-a',
    account: { uid, baseUrl, organizationId },
    until: NOW + WINDOW,
    ...change,
  };
}

const OTHER_ACCOUNT: RecordedAccount = { ...tombstone().account, uid: 'other-account' };

interface Scene {
  readonly stored?: readonly Tombstone[];
  readonly instances?: readonly Instance[];
  readonly answers?: Answers;
  /** Whether, or with which error, the session of an account opens. */
  readonly open?: (account: RecordedAccount) => boolean | Promise<boolean>;
  readonly onStoredRemoval?: () => void | Promise<void>;
  readonly onDone?: () => void;
}

/** The watch on a clock, with what is stored and what is in Open Connectors. */
function watchOf(scene: Scene = {}) {
  const clock = new VirtualClock(NOW);
  const stored = new Map((scene.stored ?? []).map((one) => [one.uid, one]));
  const instances = new Map((scene.instances ?? []).map((one) => [one.id, one]));
  const remote = fakeRemote(workingRemote(instances, scene.answers));
  const done: string[] = [];
  const deleted: number[] = [];
  const errors: unknown[] = [];
  const opened: string[] = [];
  const invalidated: string[] = [];
  const leadership = new AbortController();
  const session: AccountSession = {
    view: READY_ACCOUNT,
    api: remote.api,
    inventory: new Inventory(() => clock.now(), 0),
    invalidate: () => void invalidated.push('session'),
  };
  const watch = new LateInstances({
    clock,
    store: {
      list: async () => [...stored.values()],
      write: async (one) => void stored.set(one.uid, one),
      remove: async (uid) => {
        await scene.onStoredRemoval?.();
        stored.delete(uid);
      },
    },
    intervalMs: INTERVAL,
    clusterTag: clusterTag(CLUSTER),
    open: async (account) => {
      opened.push(account.uid);
      return (await (scene.open?.(account) ?? true)) ? session : undefined;
    },
    onDeleted: (id) => void deleted.push(id),
    onDone: async (uid, namespace) => {
      scene.onDone?.();
      done.push(`${namespace}/${uid}`);
    },
    onError: (error) => void errors.push(error),
  });
  const searches = () => remote.calls.filter(([operation]) => operation === 'listInstancesByTag').length;
  return {
    clock,
    watch,
    stored,
    instances,
    calls: remote.calls as readonly RemoteCall[],
    searches,
    done,
    deleted,
    errors,
    opened,
    invalidated,
    leadership,
    start: () => watch.start(leadership.signal),
  };
}

function throwing(error: Error): () => never {
  return () => {
    throw error;
  };
}

describe('the watch for late instances', () => {
  it('takes up what is stored when it starts', async () => {
    const { watch, start } = watchOf({ stored: [tombstone()] });
    expect(watch.watches(ACCOUNT.uid)).toBe(false);
    await start();
    expect(watch.watches(ACCOUNT.uid)).toBe(true);
    expect(watch.watches(OTHER_ACCOUNT.uid)).toBe(false);
  });

  it('searches by uid at each interval, and once when the time is over', async () => {
    const { clock, start, searches, calls, stored } = watchOf({ stored: [tombstone()] });
    await start();
    await clock.advance(INTERVAL - 1);
    expect(searches()).toBe(0);
    await clock.advance(1);
    expect(calls).toEqual([['listInstancesByTag', OWN.uid]]);
    await clock.advance(INTERVAL);
    expect(searches()).toBe(2);
    await clock.advance(WINDOW - 2 * INTERVAL - 1);
    expect([searches(), [...stored.keys()]]).toEqual([2, [UID]]);
    await clock.advance(1);
    expect([searches(), [...stored.keys()]]).toEqual([3, []]);
    expect(clock.pending).toBe(0);
  });

  it('stores and watches a new tombstone', async () => {
    const { clock, watch, start, stored, searches } = watchOf();
    await start();
    expect(clock.pending).toBe(0);
    await watch.write(tombstone());
    expect([...stored.keys()]).toEqual([UID]);
    await clock.advance(INTERVAL);
    expect(searches()).toBe(1);
  });

  it('names the deleted resources until their tombstones are removed', async () => {
    const { clock, watch, start } = watchOf({ stored: [tombstone()] });
    expect(watch.uids()).toEqual(new Set());

    await start();
    await watch.write(tombstone({ uid: 'another', until: NOW + DAY }));
    expect(watch.uids()).toEqual(new Set([UID, 'another']));

    await clock.advance(WINDOW);
    expect(watch.uids()).toEqual(new Set(['another']));
  });

  it('searches at the interval although new tombstones come more often', async () => {
    const { clock, watch, start, searches } = watchOf({ stored: [tombstone()] });
    await start();
    await clock.advance(INTERVAL / 2);
    await watch.write(tombstone({ uid: 'new' }));
    await clock.advance(INTERVAL / 2);
    expect(searches()).toBe(2);
  });

  it('deletes a late instance after a read by id, and goes on until the time is over', async () => {
    const scene = watchOf({ stored: [tombstone()], instances: [instance(ID)] });
    await scene.start();
    await scene.clock.advance(INTERVAL);
    expect(scene.calls).toEqual([
      ['listInstancesByTag', OWN.uid],
      ['readInstance', ID],
      ['deleteInstance', ID],
      ['readInstance', ID],
    ]);
    expect([scene.deleted, [...scene.stored.keys()]]).toEqual([[ID], [UID]]);
    scene.instances.set(ID + 1, instance(ID + 1));
    await scene.clock.advance(INTERVAL);
    expect(scene.deleted).toEqual([ID, ID + 1]);
    expect(scene.done).toEqual([]);
  });

  it.each([
    ['another cluster took over', { tags: TAGS.otherCluster }],
    ['lost the tag of this cluster', { tags: [OWN.uid] }],
    ['belongs to another resource of this cluster', { tags: TAGS.namesake }],
    ['has no owner tags any more', { tags: TAGS.none }],
  ])('leaves an instance that %s since the listing', async (_what, change) => {
    const scene = watchOf({
      stored: [tombstone()],
      instances: [instance(ID, change)],
      answers: { listInstancesByTag: () => [instance(ID)] },
    });
    await scene.start();
    await scene.clock.advance(WINDOW);
    expect(scene.calls.filter(([operation]) => operation === 'deleteInstance')).toEqual([]);
    expect([...scene.instances.keys()]).toEqual([ID]);
    expect([...scene.stored.keys()], 'nothing of the resource is left').toEqual([]);
  });

  it('keeps the tombstone while the tags of an instance are unknown', async () => {
    const scene = watchOf({
      stored: [tombstone()],
      instances: [instance(ID, { tags: undefined })],
      answers: { listInstancesByTag: () => [instance(ID)] },
    });
    await scene.start();
    await scene.clock.advance(WINDOW);
    expect([[...scene.instances.keys()], [...scene.stored.keys()]]).toEqual([[ID], [UID]]);
  });

  it('keeps the tombstone until a read confirms the deletion', async () => {
    const scene = watchOf({
      stored: [tombstone()],
      instances: [instance(ID)],
      answers: { deleteInstance: () => undefined },
    });
    await scene.start();
    await scene.clock.advance(WINDOW);
    expect([scene.deleted, [...scene.stored.keys()]]).toEqual([[], [UID]]);
    scene.instances.delete(ID);
    await scene.clock.advance(INTERVAL);
    expect([...scene.stored.keys()]).toEqual([]);
  });

  it('reports the account as done with its last tombstone only', async () => {
    const later = tombstone({ uid: 'later', until: NOW + 2 * WINDOW });
    const foreign = tombstone({ uid: 'foreign', account: OTHER_ACCOUNT, until: NOW + 3 * WINDOW });
    const { clock, start, stored, done } = watchOf({ stored: [tombstone(), later, foreign] });
    await start();
    await clock.advance(WINDOW);
    expect([[...stored.keys()], done]).toEqual([['later', 'foreign'], []]);
    await clock.advance(WINDOW);
    expect([[...stored.keys()], done]).toEqual([['foreign'], [`team-a/${ACCOUNT.uid}`]]);
  });
});

describe('the end of the watch for late instances', () => {
  it.each(['onDone', 'onStoredRemoval'] as const)('is repeated after %s failed', async (failing) => {
    const failure = new KubeError('network', 'no connection');
    let fails = true;
    const { clock, start, stored, errors, watch, done } = watchOf({
      stored: [tombstone()],
      [failing]: () => {
        if (fails) {
          throw failure;
        }
      },
    });
    await start();
    await clock.advance(WINDOW);
    expect([errors, [...stored.keys()], watch.watches(ACCOUNT.uid)]).toEqual([[failure], [UID], true]);
    fails = false;
    await clock.advance(INTERVAL);
    expect([[...stored.keys()], watch.watches(ACCOUNT.uid), done.length > 0]).toEqual([[], false, true]);
    expect(clock.pending).toBe(0);
  });
});

describe('the watch for late instances of an account that does not work', () => {
  it.each<readonly [what: string, open: () => boolean, errorCount: number]>([
    ['has no credentials', () => false, 0],
    ['is not reachable', throwing(remoteError('unavailable', 'No connection')), 1],
  ])('searches later, and gives up after a day, when the account %s', async (_what, open, errorCount) => {
    const { clock, start, stored, done, errors, searches } = watchOf({ stored: [tombstone()], open });
    await start();
    await clock.advance(WINDOW);
    expect([searches(), [...stored.keys()], done]).toEqual([0, [UID], []]);
    expect(errors.length > 0).toBe(errorCount > 0);
    await clock.advance(DAY - INTERVAL);
    expect([...stored.keys()]).toEqual([UID]);
    await clock.advance(INTERVAL);
    expect([[...stored.keys()], done]).toEqual([[], [`team-a/${ACCOUNT.uid}`]]);
    expect(clock.pending).toBe(0);
  });

  it('searches once more before it removes the tombstone after the account works again', async () => {
    let opens = false;
    const scene = watchOf({ stored: [tombstone()], instances: [instance(ID)], open: () => opens });
    await scene.start();
    await scene.clock.advance(2 * WINDOW);
    opens = true;
    await scene.clock.advance(INTERVAL);
    expect([scene.deleted, [...scene.stored.keys()]]).toEqual([[ID], []]);
  });

  it('invalidates the session when Open Connectors refuses its credentials', async () => {
    const refused = remoteError('unauthorized', 'No', { status: 401 });
    const scene = watchOf({ stored: [tombstone()], answers: { listInstancesByTag: throwing(refused) } });
    await scene.start();
    await scene.clock.advance(INTERVAL);
    expect([scene.invalidated, scene.errors]).toEqual([['session'], [refused]]);
    expect([...scene.stored.keys()]).toEqual([UID]);
  });

  it('checks the other tombstones after one failed', async () => {
    const failure = remoteError('unavailable', 'No connection');
    const scene = watchOf({
      stored: [tombstone({ uid: 'first', account: OTHER_ACCOUNT }), tombstone()],
      instances: [instance(ID)],
      open: ({ uid }) => (uid === OTHER_ACCOUNT.uid ? throwing(failure)() : true),
    });
    await scene.start();
    await scene.clock.advance(INTERVAL);
    expect([scene.errors, scene.deleted]).toEqual([[failure], [ID]]);
    await scene.clock.advance(WINDOW);
    expect([...scene.stored.keys()], 'the watch goes on for both').toEqual(['first']);
  });

  it('searches in the other accounts while one hangs', async () => {
    const scene = watchOf({
      stored: [tombstone({ uid: 'first', account: OTHER_ACCOUNT }), tombstone()],
      instances: [instance(ID)],
      open: ({ uid }) => (uid === OTHER_ACCOUNT.uid ? new Promise<never>(() => undefined) : true),
    });
    await scene.start();
    await scene.clock.advance(INTERVAL);
    expect(scene.deleted).toEqual([ID]);
    await scene.clock.advance(WINDOW);
    expect([[...scene.stored.keys()], scene.done]).toEqual([['first'], [`team-a/${ACCOUNT.uid}`]]);
    expect(scene.opened.filter((uid) => uid === OTHER_ACCOUNT.uid)).toHaveLength(1);
  });
});

describe('the watch for late instances, at the same time as other work', () => {
  it('schedules nothing after the leadership ends', async () => {
    const { clock, watch, start, leadership, searches } = watchOf({ stored: [tombstone()] });
    await start();
    leadership.abort();
    expect(clock.pending).toBe(0);
    await watch.write(tombstone({ uid: 'new' }));
    expect(clock.pending).toBe(0);
    await clock.advance(WINDOW);
    expect(searches()).toBe(0);
  });

  it('starts no further search, and reports no error, when the leadership ends during a search', async () => {
    const end: { throw: () => void } = { throw: () => undefined };
    const scene = watchOf({
      stored: [tombstone(), tombstone({ uid: 'second' })],
      answers: {
        listInstancesByTag: () =>
          new Promise<never>((_, reject) => {
            end.throw = () => reject(remoteError('unavailable', 'The call was stopped'));
          }),
      },
    });
    await scene.start();
    await scene.clock.advance(INTERVAL);
    scene.leadership.abort();
    end.throw();
    await scene.clock.advance(2 * WINDOW);
    expect([scene.searches(), scene.errors, scene.clock.pending]).toEqual([1, [], 0]);
    expect([...scene.stored.keys()]).toEqual([UID, 'second']);
  });

  it('searches at the interval although a search takes long', async () => {
    const slow: { end: () => void } = { end: () => undefined };
    const scene = watchOf({
      stored: [tombstone()],
      answers: {
        listInstancesByTag: () =>
          new Promise<readonly Instance[]>((resolve) => {
            slow.end = () => resolve([]);
          }),
      },
    });
    await scene.start();
    await scene.clock.advance(INTERVAL + INTERVAL / 2);
    slow.end();
    await scene.clock.advance(INTERVAL / 2);
    expect(scene.searches()).toBe(2);
  });

  it('takes up a tombstone that is written during a search', async () => {
    const slow: { end: () => void } = { end: () => undefined };
    const scene = watchOf({
      stored: [tombstone()],
      instances: [instance(ID)],
      answers: {
        listInstancesByTag: () =>
          new Promise<readonly Instance[]>((resolve) => {
            slow.end = () => resolve([]);
          }),
      },
    });
    await scene.start();
    await scene.clock.advance(INTERVAL);
    await scene.watch.write(tombstone({ uid: 'new', until: NOW + 3 * WINDOW }));
    await scene.clock.advance(INTERVAL);
    expect(scene.searches(), 'one search of the account at a time').toBe(1);
    slow.end();
    await scene.clock.advance(INTERVAL);
    slow.end();
    await scene.clock.advance(0);
    expect(scene.calls.slice(-1)).toEqual([['listInstancesByTag', 'k8s-uid-new']]);
    expect([...scene.stored.keys()]).toContain('new');
    expect(scene.watch.watches(ACCOUNT.uid)).toBe(true);
  });

  it('keeps a tombstone that is written again while the old one is removed', async () => {
    const slow: { end: () => void } = { end: () => undefined };
    const scene = watchOf({
      stored: [tombstone()],
      onStoredRemoval: () =>
        new Promise((resolve) => {
          slow.end = resolve;
        }),
    });
    await scene.start();
    await scene.clock.advance(WINDOW);
    const later = tombstone({ until: NOW + 3 * WINDOW });
    const written = scene.watch.write(later);
    slow.end();
    await written;
    await scene.clock.advance(0);
    expect([...scene.stored.values()]).toEqual([later]);
    expect(scene.watch.watches(ACCOUNT.uid)).toBe(true);
  });
});

describe('a late instance', () => {
  const over = { stored: [tombstone()], instances: [instance(ID)] };

  it('that is gone before it is read counts as deleted', async () => {
    const it = watchOf({ ...over, answers: { readInstance: throwing(remoteError('not-found')) } });
    await it.start();
    await it.clock.advance(WINDOW);
    expect(it.calls.filter(([name]) => name === 'deleteInstance')).toEqual([]);
    expect([it.deleted, it.errors, it.stored.size, it.done.length]).toEqual([[], [], 0, 1]);
  });

  it('that cannot be read keeps its tombstone, which is reported', async () => {
    const error = remoteError('unavailable');
    const it = watchOf({ ...over, answers: { readInstance: throwing(error) } });
    await it.start();
    await it.clock.advance(WINDOW);
    expect([it.stored.size, it.deleted, it.invalidated]).toEqual([1, [], []]);
    expect(new Set(it.errors)).toEqual(new Set([error]));
  });

  it('whose tags are not shown is neither deleted nor an error', async () => {
    const it = watchOf({ ...over, answers: { readInstance: () => instance(ID, { tags: undefined }) } });
    await it.start();
    await it.clock.advance(WINDOW);
    expect([it.errors, it.stored.size]).toEqual([[], 1]);
    expect(it.calls.filter(([name]) => name === 'deleteInstance')).toEqual([]);
  });

  it('is searched for in an account that is away without doubting its credentials', async () => {
    const it = watchOf({ ...over, answers: { listInstancesByTag: throwing(remoteError('unavailable')) } });
    await it.start();
    await it.clock.advance(INTERVAL);
    expect([it.invalidated, it.errors.length, it.stored.size]).toEqual([[], 1, 1]);
  });
});

describe('a tombstone', () => {
  it('ends without an error when nothing is found until its time', async () => {
    const it = watchOf({ stored: [tombstone()] });
    await it.start();
    await it.clock.advance(WINDOW);
    expect([it.stored.size, it.errors, it.clock.pending]).toEqual([0, [], 0]);
  });

  it('that is written before the leadership begins is taken up with it', async () => {
    const it = watchOf();
    await it.watch.write(tombstone());
    expect(it.clock.pending).toBe(0);
    await it.start();
    await it.clock.advance(INTERVAL);
    expect(it.searches()).toBe(1);
  });

  it('stays when it is written again during its last search', async () => {
    const later = tombstone({ until: NOW + 2 * WINDOW });
    const it = watchOf({
      stored: [tombstone()],
      open: async () => {
        if (it.clock.now() === NOW + WINDOW) {
          await it.watch.write(later);
        }
        return true;
      },
    });
    await it.start();
    await it.clock.advance(WINDOW);
    expect([it.stored.get(UID), it.done]).toEqual([later, []]);
    await it.clock.advance(WINDOW);
    expect([it.stored.size, it.done.length]).toEqual([0, 1]);
  });
});
