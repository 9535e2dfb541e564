import { type ResourceEvent, ResourceMetaImpl } from '@dot-i/k8s-operator';
import { CoreV1Api } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { isKubeError } from '../../../src/kube/client/errors.ts';
import { createKubeClient } from '../../../src/kube/client/kube-client.ts';
import { collectionPath, objectPath, wellKnown } from '../../../src/kube/client/paths.ts';
import { createLeadership, type LeaderElectionOptions } from '../../../src/kube/leader/create-leadership.ts';
import { LeaseNotHeldError } from '../../../src/kube/leader/lease-elector.ts';
import {
  type HandlerContext,
  type HandlerResult,
  ReliableOperator,
  type ReliableOperatorOptions,
  RequeueAfter,
} from '../../../src/kube/reliable-operator.ts';
import { pooledConfigOf } from '../../support/kube/pooled-config-of.ts';
import { recordingLogger } from '../../support/kube/recording-logger.ts';
import { startWidgetServer, WIDGETS, type WidgetServer } from '../../support/kube/widget-server.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

type Handler = (event: ResourceEvent, context: HandlerContext) => Promise<HandlerResult | undefined>;

const id = 'widgets.example.dev/v1';

/** An operator whose behavior each test gives it. Its protected members are opened for the tests. */
class TestOperator extends ReliableOperator {
  readonly seen: string[] = [];
  handler: Handler = async () => undefined;
  prepare: () => Promise<void> = async () => undefined;
  namespaces: (string | undefined)[] = [undefined];
  onLeading: () => Promise<void> = async () => undefined;

  protected override async init(): Promise<void> {
    await this.prepare();
    for (const namespace of this.namespaces) {
      await this.watchResource(
        'example.dev',
        'v1',
        'widgets',
        (event, context) => this.#onWidget(event, context),
        namespace,
      );
    }
  }

  protected override onStartedLeading(): Promise<void> {
    return this.onLeading();
  }

  #onWidget(event: ResourceEvent, context: HandlerContext): Promise<HandlerResult | undefined> {
    this.seen.push(`${event.type} ${event.meta.name}`);
    return this.handler(event, context);
  }

  get open() {
    return {
      events: this.events,
      kubeConfig: this.kubeConfig,
      enqueue: this.enqueue.bind(this),
      store: this.resourceStore.bind(this),
      watchSecondary: this.watchSecondary.bind(this),
      patchResource: this.patchResource.bind(this),
      setFinalizers: this.setResourceFinalizers.bind(this),
      handleFinalizer: this.handleResourceFinalizer.bind(this),
    };
  }
}

let server: WidgetServer;
let clock: VirtualClock;
let widgets: WidgetServer['widgets'];
let logger: ReturnType<typeof recordingLogger>;
let operators: TestOperator[];

beforeEach(async () => {
  server = await startWidgetServer();
  clock = new VirtualClock();
  ({ widgets } = server);
  logger = recordingLogger();
  operators = [];
});

afterEach(async () => {
  server.faults.clear();
  await Promise.all(operators.map((operator) => ended(operator.stop(0))));
  await server.stop();
});

function create({
  election,
  ...options
}: Partial<ReliableOperatorOptions> & { readonly election?: LeaderElectionOptions } = {}): TestOperator {
  const kubeConfig = pooledConfigOf(server.kubeconfig);
  const random = { ...seededRandom(9), fraction: () => 0 };
  const client = createKubeClient({ kubeConfig, clock, userAgent: 'test' });
  const operator = new TestOperator({
    logger,
    client,
    leadership: createLeadership({ rest: client.rest, clock, random, logger, election }),
    clock,
    random,
    workers: 4,
    component: 'example.dev/operator',
    instance: 'pod-1',
    ...options,
  });
  operators.push(operator);
  return operator;
}

function add(name: string, extra: Record<string, unknown> = {}, namespace = 'team'): void {
  server.addWidget(name, extra, namespace);
}

/** Passes time until `promise` is settled. */
async function ended<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const done = promise.finally(() => {
    isSettled = true;
  });
  done.catch(() => undefined);
  await expect
    .poll(
      async () => {
        if (!isSettled) {
          await clock.advance(100);
        }
        return isSettled;
      },
      { interval: 1, timeout: 10_000 },
    )
    .toBe(true);
  return done;
}

/** Passes time until `condition` holds. */
async function passUntil(condition: () => boolean): Promise<void> {
  await expect
    .poll(
      async () => {
        if (!condition()) {
          await clock.advance(100);
        }
        return condition();
      },
      { interval: 1, timeout: 10_000 },
    )
    .toBe(true);
}

async function seen(operator: TestOperator, ...expected: string[]): Promise<void> {
  await expect.poll(() => operator.seen).toEqual(expected);
}

async function watching(count = 1): Promise<void> {
  await expect.poll(() => server.faults.openWatches()).toBe(count);
}

describe('a handler', () => {
  test('gets Added first, then Modified, and Deleted with the last state', async () => {
    add('a', { spec: { size: 1 } });
    const operator = create();
    const objects: unknown[] = [];
    operator.handler = async ({ object }) => {
      objects.push((object as { spec?: unknown }).spec);
      return undefined;
    };
    await operator.start();
    await seen(operator, 'ADDED a');
    await watching();
    widgets.patch('team', 'a', { spec: { size: 2 } });
    await seen(operator, 'ADDED a', 'MODIFIED a');
    widgets.delete('team', 'a');
    await seen(operator, 'ADDED a', 'MODIFIED a', 'DELETED a');
    expect(objects).toEqual([{ size: 1 }, { size: 2 }, { size: 2 }]);
  });

  test('gets Deleted and Added for an object that was recreated unobserved', async () => {
    add('a');
    const operator = create();
    await operator.start();
    await seen(operator, 'ADDED a');
    await watching();
    server.faults.dropWatches({}, 'end');
    widgets.delete('team', 'a');
    add('a');
    server.faults.expireHistory();
    await passUntil(() => operator.seen.length === 3);
    expect(operator.seen).toEqual(['ADDED a', 'DELETED a', 'ADDED a']);
  });

  test('may change its object: the store has its own', async () => {
    add('a', { spec: { size: 1 } });
    const operator = create();
    operator.handler = async ({ object }) => {
      (object as { spec?: { size: number } }).spec = { size: 99 };
      object.metadata = {};
      return undefined;
    };
    await operator.start();
    await seen(operator, 'ADDED a');
    expect(operator.open.store(WIDGETS).get('team', 'a')).toMatchObject({
      spec: { size: 1 },
      metadata: { name: 'a' },
    });
  });

  test('is called again after a throw, with Added until it succeeds, and no secret is logged', async () => {
    add('a');
    const operator = create();
    let isBroken = true;
    operator.handler = async () => {
      if (!isBroken) {
        return undefined;
      }
      const error = Object.assign(new Error('the answer held hunter2'), {
        code: 500,
        body: 'hunter2',
        headers: {},
      });
      throw error;
    };
    await operator.start();
    await expect.poll(() => operator.seen.length).toBe(1);
    isBroken = false;
    await passUntil(() => operator.seen.length === 2);
    expect(operator.seen).toEqual(['ADDED a', 'ADDED a']);
    expect(logger.lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
    expect(logger.lines.join()).not.toContain('hunter2');
  });

  test('is called again after the delay of its result or of RequeueAfter, without an error', async () => {
    add('a');
    const operator = create();
    operator.handler = async () => {
      if (operator.seen.length === 1) {
        return { requeueAfterMs: 60_000 };
      }
      if (operator.seen.length === 2) {
        throw new RequeueAfter(30_000);
      }
      return undefined;
    };
    await operator.start();
    await expect.poll(() => operator.seen.length).toBe(1);
    await clock.advance(59_000);
    expect(operator.seen).toHaveLength(1);
    await clock.advance(1_000);
    await expect.poll(() => operator.seen.length).toBe(2);
    await clock.advance(29_000);
    expect(operator.seen).toHaveLength(2);
    await clock.advance(1_000);
    await seen(operator, 'ADDED a', 'MODIFIED a', 'MODIFIED a');
    expect(logger.lines.filter((line) => line.startsWith('error'))).toEqual([]);
  });

  test('keeps the finalizer of a deletion until it no longer throws RequeueAfter', async () => {
    add('a', { metadata: { name: 'a', finalizers: ['example.dev/f'] } });
    const operator = create();
    let isCleaned = false;
    operator.handler = async (event) => {
      await operator.open.handleFinalizer(event, 'example.dev/f', async () => {
        if (!isCleaned) {
          throw new RequeueAfter(1_000);
        }
      });
      return undefined;
    };
    await operator.start();
    await seen(operator, 'ADDED a');
    await watching();
    widgets.delete('team', 'a');
    await expect.poll(() => operator.seen.length).toBe(2);
    expect(widgets.get('team', 'a').metadata.finalizers).toEqual(['example.dev/f']);
    isCleaned = true;
    await passUntil(() => operator.seen.includes('DELETED a'));
    expect(widgets.list('team')).toEqual([]);
  });

  test('is called for each of several namespaces, whose objects share one store', async () => {
    add('a', {}, 'one');
    add('b', {}, 'two');
    add('c', {}, 'three');
    const operator = create();
    operator.namespaces = ['one', 'two'];
    await operator.start();
    await expect.poll(() => operator.seen.toSorted()).toEqual(['ADDED a', 'ADDED b']);
    expect(operator.open.store(WIDGETS).size).toBe(2);
    await watching(2);
  });
});

describe('among triggered keys', () => {
  /** The order in which the only worker serves `triggered` keys and the change that `happen` makes to `w`. */
  async function orderAfter(happen: () => void): Promise<string[]> {
    for (const name of ['busy', 'w', 'x', 'y']) {
      add(name);
      widgets.patch('team', name, { status: { jitterOffset: 'New' } }, 'status');
    }
    const operator = create({ workers: 1 });
    await operator.start();
    await expect.poll(() => operator.seen.length).toBe(4);
    await watching();
    const busy = Promise.withResolvers<undefined>();
    operator.handler = ({ meta }) => (meta.name === 'busy' ? busy.promise : Promise.resolve(undefined));
    operator.open.enqueue(WIDGETS, { namespace: 'team', name: 'busy' });
    await expect.poll(() => operator.seen.length).toBe(5);
    for (const name of ['x', 'y']) {
      operator.open.enqueue(WIDGETS, { namespace: 'team', name });
    }
    happen();
    await expect.poll(() => operator.healthy().queueDepth).toBe(3);
    busy.resolve(undefined);
    await expect.poll(() => operator.seen.length).toBe(8);
    return operator.seen.slice(5).map((event) => event.split(' ')[1] ?? '');
  }

  it.each<[string, () => void]>([
    ['an edit of the spec', () => widgets.patch('team', 'w', { spec: { size: 2 } })],
    ['an annotation', () => widgets.patch('team', 'w', { metadata: { annotations: { a: 'b' } } })],
    ['a deletion', () => widgets.delete('team', 'w')],
  ])('serves %s first', async (_what, happen) => {
    expect(await orderAfter(happen)).toEqual(['w', 'x', 'y']);
  });

  it.each<[string, () => void]>([
    ['a status', () => widgets.patch('team', 'w', { status: { jitterOffset: 'Done' } }, 'status')],
    ['a label', () => widgets.patch('team', 'w', { metadata: { labels: { a: 'b' } } })],
  ])('serves %s in order', async (_what, happen) => {
    expect(await orderAfter(happen)).toEqual(['x', 'y', 'w']);
  });
});

describe('a write', () => {
  async function running() {
    add('a', { spec: { size: 1 } });
    const operator = create();
    const events: ResourceEvent[] = [];
    operator.handler = async (event) => {
      events.push(event);
      return undefined;
    };
    await operator.start();
    await seen(operator, 'ADDED a');
    await watching();
    const meta = events[0]?.meta ?? ResourceMetaImpl.createWithPlural('widgets', {});
    return { operator, meta };
  }

  test('of the status updates the store and does not call the handler', async () => {
    const { operator, meta } = await running();
    const { metadata } = await operator.open.patchResource(
      WIDGETS,
      { metadata: meta },
      { status: { jitterOffset: 'Done' } },
      'status',
    );
    expect(operator.open.store(WIDGETS).get('team', 'a')).toMatchObject({ status: { jitterOffset: 'Done' } });
    expect(metadata.resourceVersion).toBe(widgets.get('team', 'a').metadata.resourceVersion);
    add('b');
    await seen(operator, 'ADDED a', 'ADDED b');
  });

  test.each([
    [
      'the status',
      (operator: TestOperator, meta: ResourceEvent['meta']) =>
        operator.open.patchResource(WIDGETS, { metadata: meta }, { status: {} }, 'status'),
    ],
    [
      'finalizers',
      (operator: TestOperator, meta: ResourceEvent['meta']) => operator.open.setFinalizers(meta, ['x']),
    ],
    [
      'metadata',
      (operator: TestOperator, meta: ResourceEvent['meta']) =>
        operator.open.patchResource(WIDGETS, { metadata: meta }, {}),
    ],
  ])('of %s on an outdated version throws a conflict', async (_what, write) => {
    const { operator, meta } = await running();
    widgets.patch('team', 'a', { spec: { size: 2 } });
    const error: unknown = await write(operator, meta).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(isKubeError(error, 'conflict')).toBe(true);
  });

  test('of finalizers calls the handler after an addition, and a removal from a deleted object succeeds', async () => {
    const { operator, meta } = await running();
    await operator.open.setFinalizers(meta, ['example.dev/f']);
    await expect.poll(() => operator.seen.length).toBe(2);
    server.faults.inject({ verb: 'patch' }, { kind: 'respond', status: 404 }, { times: 2 });
    await expect(operator.open.setFinalizers(meta, [])).resolves.toBeUndefined();
    await expect(operator.open.setFinalizers(meta, ['example.dev/f'])).rejects.toMatchObject({
      kind: 'not-found',
    });
  });

  test('of metadata returns the new object', async () => {
    const { operator, meta } = await running();
    const object = await operator.open.patchResource(
      WIDGETS,
      { metadata: meta },
      { metadata: { annotations: { x: 'y' } } },
    );
    expect(object.metadata).toMatchObject({ annotations: { x: 'y' }, name: 'a' });
    expect(object.metadata.resourceVersion).not.toBe(meta.resourceVersion);
  });
});

describe('a secondary resource', () => {
  test('is mapped on every change after its first list, and queues primaries', async () => {
    add('a');
    const secrets = server.objects(wellKnown.secrets);
    secrets.create('team', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      stringData: { password: 'hunter2' },
    });
    const operator = create();
    const mapped: string[] = [];
    operator.prepare = async () => {
      const store = await operator.open.watchSecondary(wellKnown.secrets, {
        metadataOnly: true,
        map: ({ metadata }, change) => {
          mapped.push(`${change} ${metadata.name}`);
          operator.open.enqueue(WIDGETS, { namespace: 'team', name: 'a' });
        },
      });
      expect(store.size).toBe(1);
    };
    await operator.start();
    await seen(operator, 'ADDED a');
    await watching(2);
    secrets.patch('team', 's', { stringData: { password: 'hunter3' } });
    await seen(operator, 'ADDED a', 'MODIFIED a');
    secrets.delete('team', 's');
    await seen(operator, 'ADDED a', 'MODIFIED a', 'MODIFIED a');
    expect(mapped).toEqual(['upsert s', 'delete s']);
    expect(JSON.stringify(operator.open.store(wellKnown.secrets).list())).not.toMatch(/hunter|aHVudGVy/);
  });

  test('logs a map that throws and keeps the watch', async () => {
    const operator = create();
    operator.prepare = async () => {
      await operator.open.watchSecondary(wellKnown.secrets, {
        map: () => {
          throw new Error('a defect');
        },
      });
    };
    await operator.start();
    await watching(2);
    server
      .objects(wellKnown.secrets)
      .create('team', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } });
    await expect.poll(() => operator.open.store(wellKnown.secrets).size).toBe(1);
    expect(logger.lines.join()).toContain('a defect');
  });

  test('that is a primary too shares its watch', async () => {
    add('a');
    const operator = create();
    await operator.start();
    await watching();
    const mapped: string[] = [];
    await operator.open.watchSecondary(WIDGETS, {
      map: ({ metadata }) => mapped.push(metadata.name),
    });
    add('b');
    await expect.poll(() => mapped).toEqual(['b']);
    expect(server.faults.openWatches()).toBe(1);
    const other = operator.open.watchSecondary(WIDGETS, {
      labelSelector: 'x=y',
      map: () => undefined,
    });
    await expect(other).rejects.toThrow('another selection');
  });
});

describe('with an election', () => {
  const election = (identity: string) => ({ namespace: 'system', name: 'operator', identity });

  test('the caches are synced on every replica, and only the leader handles and writes', async () => {
    add('a');
    const leader = create({ election: election('one') });
    const standby = create({ election: election('two') });
    await leader.start();
    await passUntil(() => leader.healthy().leading);
    await standby.start();
    await seen(leader, 'ADDED a');
    await clock.advance(5_000);
    expect(standby.seen).toEqual([]);
    expect(standby.healthy()).toMatchObject({ synced: true, leading: false, queueDepth: 1 });
    await expect(standby.rest.create(collectionPath(wellKnown.secrets, 'team'), {})).rejects.toThrow(
      LeaseNotHeldError,
    );
    const stopping = leader.stop();
    await passUntil(() => standby.seen.length === 1);
    await ended(stopping);
  });

  it('keeps nothing of objects that were deleted while another replica led', async () => {
    const standby = create({ election: election('two') });
    server.objects(wellKnown.leases).create('system', {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'operator' },
      spec: { holderIdentity: 'one', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000000Z' },
    });
    await standby.start();
    await watching();
    const names = Array.from({ length: 50 }, (_, n) => `w-${n}`);
    for (const name of names) {
      add(name);
    }
    await expect.poll(() => standby.healthy().queueDepth).toBe(50);
    for (const name of names) {
      widgets.delete('team', name);
    }
    add('last');
    await expect.poll(() => standby.healthy().queueDepth).toBe(1);
    await passUntil(() => standby.healthy().leading);
    await seen(standby, 'ADDED last');
    widgets.delete('team', 'last');
    await seen(standby, 'ADDED last', 'DELETED last');
  });

  test('onStartedLeading runs before the first handler', async () => {
    add('a');
    const operator = create({ election: election('one') });
    const prepared = Promise.withResolvers<void>();
    operator.onLeading = () => prepared.promise;
    await operator.start();
    await passUntil(() => operator.healthy().leading);
    await clock.advance(1_000);
    expect(operator.seen).toEqual([]);
    prepared.resolve();
    await seen(operator, 'ADDED a');
  });

  test('a lost Lease aborts all handlers and is reported', async () => {
    add('a');
    let reported = 0;
    const operator = create({
      election: election('one'),
      onStoppedLeading: () => {
        reported++;
      },
    });
    let told: unknown;
    operator.handler = (_event, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          told = signal.reason;
          resolve(undefined);
        });
      });
    await operator.start();
    await passUntil(() => operator.seen.length === 1);
    server.faults.inject({ resource: 'leases' }, { kind: 'respond', status: 500 });
    await passUntil(() => reported === 1);
    expect(told).toBeInstanceOf(Error);
    await expect(operator.rest.delete(objectPath(wellKnown.secrets, 'team', 's'))).rejects.toThrow(
      LeaseNotHeldError,
    );
    add('b');
    await clock.advance(1_000);
    expect(operator.seen).toEqual(['ADDED a']);
  });

  test('a hook that throws releases the Lease', async () => {
    let reported = 0;
    const operator = create({
      election: election('one'),
      onStoppedLeading: () => {
        reported++;
      },
    });
    operator.onLeading = () => Promise.reject(new Error('no inventory'));
    await operator.start();
    await passUntil(() => reported === 1);
    await passUntil(() => server.leaseSpec()['holderIdentity'] === '');
    expect(logger.lines.join()).toContain('no inventory');
  });
});

describe('a stop', () => {
  test('lets handlers finish, writes Events, releases the Lease, and leaves no timer and no connection', async () => {
    add('a');
    const operator = create({ election: { namespace: 'system', name: 'operator', identity: 'one' } });
    const work = Promise.withResolvers<undefined>();
    operator.handler = async ({ meta, object }) => {
      await work.promise;
      await operator.open.patchResource(
        WIDGETS,
        { metadata: meta },
        { status: { jitterOffset: 'Done' } },
        'status',
      );
      const regarding = { ...meta, uid: object.metadata?.uid ?? '' };
      operator.open.events.record({
        object: regarding,
        type: 'Normal',
        reason: 'Done',
        action: 'Test',
        note: 'done',
      });
      return undefined;
    };
    await operator.start();
    await passUntil(() => operator.seen.length === 1);
    const stopping = operator.stop();
    expect(operator.stop()).toBe(stopping);
    expect(operator.healthy().stopping).toBe(true);
    add('late');
    work.resolve(undefined);
    await ended(stopping);
    expect(widgets.get('team', 'a')['status']).toEqual({ jitterOffset: 'Done' });
    expect(server.objects(wellKnown.events).list('team')).toHaveLength(1);
    expect(server.leaseSpec()).toMatchObject({ holderIdentity: '' });
    expect(operator.seen).toEqual(['ADDED a']);
    expect(clock.pending).toBe(0);
    await expect.poll(() => server.connections.open).toBe(0);
  });

  test('aborts the signal of a handler that exceeds the grace period', async () => {
    add('a');
    const operator = create();
    let isTold = false;
    operator.handler = (_event, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          isTold = true;
          resolve(undefined);
        });
      });
    await operator.start();
    await expect.poll(() => operator.seen.length).toBe(1);
    const from = clock.monotonic();
    await ended(operator.stop(5_000));
    expect(isTold).toBe(true);
    expect(clock.monotonic() - from).toBeGreaterThanOrEqual(5_000);
    expect(clock.pending).toBe(0);
  });

  test('while the caches are being filled lets start() return', async () => {
    server.faults.inject({}, { kind: 'hang' });
    const operator = create();
    const starting = operator.start();
    await expect.poll(() => server.ledger.length).toBe(1);
    await ended(operator.stop());
    await expect(starting).resolves.toBeUndefined();
    expect(operator.healthy().synced).toBe(false);
    expect(clock.pending).toBe(0);
  });

  test('before start() resolves', async () => {
    await expect(ended(create().stop())).resolves.toBeUndefined();
  });
});

test('healthy() has what probes and metrics need', async () => {
  add('a');
  const operator = create();
  expect(operator.healthy()).toMatchObject({ synced: false, lastContactMs: undefined, queueDepth: 0 });
  operator.handler = () => new Promise(() => undefined);
  await operator.start();
  await watching();
  await expect.poll(() => operator.healthy().inFlight).toBe(1);
  await clock.advance(3_000);
  expect(operator.healthy()).toMatchObject({
    synced: true,
    leading: true,
    lastContactMs: 3_000,
    longestRunningMs: 3_000,
  });
  expect(operator.healthy().watches).toEqual([
    { id, namespace: '', state: 'watching', stateMs: 3_000, lastContactMs: 3_000 },
  ]);
});

it('gives typed APIs of the Kubernetes client the same connections', async () => {
  server
    .objects(wellKnown.secrets)
    .create('team', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } });
  const operator = create();
  const api = operator.open.kubeConfig.makeApiClient(CoreV1Api);
  await api.readNamespacedSecret({ namespace: 'team', name: 's' });
  await api.readNamespacedSecret({ namespace: 'team', name: 's' });
  await operator.rest.get(objectPath(wellKnown.secrets, 'team', 's'));
  expect(server.connections.opened).toBeLessThanOrEqual(2);
});
