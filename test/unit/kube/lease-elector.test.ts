import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { wellKnown } from '../../../src/kube/client/paths.ts';
import type { PooledKubeConfig } from '../../../src/kube/client/pooled-config.ts';
import { KubeRest } from '../../../src/kube/client/rest.ts';
import { LeaseElector, LeaseNotHeldError } from '../../../src/kube/leader/lease-elector.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { pooledConfigOf } from '../../support/kube/pooled-config-of.ts';
import { startWidgetServer, type WidgetServer } from '../../support/kube/widget-server.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

let server: WidgetServer;
let config: PooledKubeConfig;
let clock: VirtualClock;
let log: string[];
let callsUnderWay: Set<Promise<unknown>>;

/** Counts its calls, so that virtual time can wait for real sockets. */
class CountingRest extends KubeRest {
  override get(...call: Parameters<KubeRest['get']>): Promise<unknown> {
    return count(super.get(...call));
  }
  override create(...call: Parameters<KubeRest['create']>): Promise<unknown> {
    return count(super.create(...call));
  }
  override replace(...call: Parameters<KubeRest['replace']>): Promise<unknown> {
    return count(super.replace(...call));
  }
}

function count(call: Promise<unknown>): Promise<unknown> {
  callsUnderWay.add(call);
  const done = (): boolean => callsUnderWay.delete(call);
  call.then(done, done);
  return call;
}

beforeEach(async () => {
  server = await startWidgetServer();
  config = pooledConfigOf(server.kubeconfig);
  clock = new VirtualClock();
  log = [];
  callsUnderWay = new Set();
});

afterEach(async () => {
  await config.close();
  await server.stop();
});

/** Keeps the answers to writes back until the test lets them through, past every time-out of the client. */
class HeldRest extends CountingRest {
  isHolding = true;
  readonly #held: (() => void)[] = [];

  get holding(): number {
    return this.#held.length;
  }

  release(): void {
    for (const letThrough of this.#held.splice(0)) {
      letThrough();
    }
  }

  override async create(...call: Parameters<KubeRest['create']>): Promise<unknown> {
    return this.#late(await super.create(...call));
  }

  override async replace(...call: Parameters<KubeRest['replace']>): Promise<unknown> {
    return this.#late(await super.replace(...call));
  }

  async #late(answer: unknown): Promise<unknown> {
    if (this.isHolding) {
      await new Promise<void>((resolve) => this.#held.push(resolve));
    }
    return answer;
  }
}

function elector(
  identity: string,
  ownClock: Clock = clock,
  rest: KubeRest = new CountingRest({ config, clock: ownClock, userAgent: identity }),
): LeaseElector {
  return new LeaseElector({
    rest,
    clock: ownClock,
    random: seededRandom(identity.length),
    namespace: 'system',
    name: 'operator',
    identity,
  });
}

/** Starts an elector whose term is written to the log. */
function start(identity: string, candidate: LeaseElector): void {
  candidate.start({
    onStartedLeading: () => log.push(`${identity} leads`),
    onStoppedLeading: () => log.push(`${identity} stopped`),
  });
}

/** Passes up to `ms` in steps, with real turns for the sockets in between, until `condition` holds. Returns the time passed. */
async function reconcile(
  ms: number,
  condition: () => boolean = () => false,
  check: () => void = () => undefined,
): Promise<number> {
  const from = clock.monotonic();
  while (clock.monotonic() - from < ms && !condition()) {
    await clock.advance(100);
    // A call that the server leaves unanswered is not waited for.
    for (let turn = 0; turn < 100 && callsUnderWay.size > 0; turn++) {
      await settle();
    }
    await settle();
    check();
  }
  return clock.monotonic() - from;
}

describe('one candidate', () => {
  test('acquires a free Lease in the format that the API server accepts', async () => {
    const a = elector('a');
    start('a', a);
    expect(() => a.assertHeld()).toThrow(LeaseNotHeldError);
    await reconcile(1_000, () => a.isLeading);
    expect(() => a.assertHeld()).not.toThrow();
    expect(log).toEqual(['a leads']);
    expect(server.leaseSpec()).toMatchObject({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
    });
    expect(server.leaseSpec()['renewTime']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    await a.stop();
  });

  test('renews every two seconds with one write and no read', async () => {
    const a = elector('a');
    start('a', a);
    await reconcile(1_000, () => a.isLeading);
    const before = server.ledger.length;
    await reconcile(22_000);
    const after = server.ledger.entries.slice(before);
    expect(after.every(({ method }) => method === 'PUT')).toBe(true);
    expect(after.length).toBeGreaterThanOrEqual(9);
    expect(after.length).toBeLessThanOrEqual(11);
    await a.stop();
  });

  test('keeps leading after a conflict that changed only a label', async () => {
    const a = elector('a');
    start('a', a);
    await reconcile(1_000, () => a.isLeading);
    server.objects(wellKnown.leases).patch('system', 'operator', { metadata: { labels: { x: 'y' } } });
    await reconcile(12_000);
    expect(a.isLeading).toBe(true);
    expect(log).toEqual(['a leads']);
    await a.stop();
  });

  test('stops when it observes another holder', async () => {
    const a = elector('a');
    start('a', a);
    await reconcile(1_000, () => a.isLeading);
    server.objects(wellKnown.leases).patch('system', 'operator', { spec: { holderIdentity: 'thief' } });
    await reconcile(3_000, () => !a.isLeading);
    expect(log).toEqual(['a leads', 'a stopped']);
    expect(a.signal.aborted).toBe(true);
    expect(a.state.name).toBe('lost');
    expect(clock.pending).toBe(0);
  });

  test.each([
    ['does not answer', { kind: 'hang' } as const],
    ['resets connections', { kind: 'reset' } as const],
    ['answers 500', { kind: 'respond', status: 500 } as const],
  ])('stops before the Lease can be lost when the API server %s', async (_what, fault) => {
    const a = elector('a');
    start('a', a);
    await reconcile(1_000, () => a.isLeading);
    await reconcile(5_000);
    server.faults.inject({}, fault);
    const state = a.state;
    const renewedAt = state.name === 'leading' ? state.renewedAt : Number.NaN;
    await reconcile(20_000, () => a.state.name === 'lost');
    expect(clock.monotonic() - renewedAt).toBeLessThanOrEqual(10_100);
    expect(() => a.assertHeld()).toThrow(LeaseNotHeldError);
    expect(log).toEqual(['a leads', 'a stopped']);
  });

  test('survives an API server that is away for less than the renew deadline', async () => {
    const a = elector('a');
    start('a', a);
    await reconcile(1_000, () => a.isLeading);
    server.faults.inject({}, { kind: 'respond', status: 503 }, { times: 3 });
    await reconcile(30_000);
    expect(log).toEqual(['a leads']);
    await a.stop();
  });
});

describe('of two candidates', () => {
  test('never do both lead, and the second waits out a crash on its own clock', async () => {
    const a = elector('a');
    const b = elector('b');
    start('a', a);
    await reconcile(1_000, () => a.isLeading);
    start('b', b);
    const onlyOne = (): void => expect(a.isLeading && b.isLeading).toBe(false);
    await reconcile(30_000, undefined, onlyOne);
    expect(log).toEqual(['a leads']);
    // The crash: from here on none of its requests arrives.
    const state = a.state;
    const renewedAt = state.name === 'leading' ? state.renewedAt : Number.NaN;
    server.faults.inject({ userAgent: 'a' }, { kind: 'hang' });
    await reconcile(30_000, () => b.isLeading, onlyOne);
    expect(log).toEqual(['a leads', 'a stopped', 'b leads']);
    expect(clock.monotonic() - renewedAt).toBeGreaterThanOrEqual(15_000);
    expect(clock.monotonic() - renewedAt).toBeLessThanOrEqual(17_500);
    expect(server.leaseSpec()).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
    await b.stop();
  });

  test('the second takes over soon when the first releases the Lease', async () => {
    const a = elector('a');
    const b = elector('b');
    start('a', a);
    await reconcile(1_000, () => a.isLeading);
    start('b', b);
    await reconcile(5_000);
    await a.stop();
    expect(server.leaseSpec()['holderIdentity']).toBe('');
    expect(await reconcile(10_000, () => b.isLeading)).toBeLessThanOrEqual(2_500);
    expect(log).toEqual(['a leads', 'a stopped', 'b leads']);
    await b.stop();
  });

  test('the second is not impressed by a wall clock that is wrong', async () => {
    const wrong: Clock = { ...bind(clock), now: () => clock.now() + 3_600_000 };
    const a = elector('a');
    const b = elector('b', wrong);
    start('a', a);
    await reconcile(1_000, () => a.isLeading);
    start('b', b);
    await reconcile(20_000);
    expect(log).toEqual(['a leads']);
    await Promise.all([a.stop(), b.stop()]);
  });
});

test('a stop ends when the API server does not respond', async () => {
  const a = elector('a');
  start('a', a);
  await reconcile(1_000, () => a.isLeading);
  server.faults.inject({}, { kind: 'hang' });
  let isStopped = false;
  const stopping = a.stop(2_000).then(() => {
    isStopped = true;
  });
  await reconcile(10_000, () => isStopped);
  await stopping;
  expect(log).toEqual(['a leads', 'a stopped']);
  expect(clock.pending).toBe(0);
});

describe('a response that arrives after the renew deadline', () => {
  it('does not count as an acquisition: the candidate tries again and leads with the next response', async () => {
    const rest = new HeldRest({ config, clock });
    const a = elector('a', clock, rest);
    start('a', a);
    await reconcile(1_000, () => rest.holding === 1);
    await reconcile(10_500);
    rest.isHolding = false;
    rest.release();
    await reconcile(200);
    expect([a.state.name, a.isLeading, log]).toEqual(['candidate', false, []]);
    await reconcile(3_000, () => a.isLeading);
    expect(log).toEqual(['a leads']);
    expect(server.leaseSpec()).toMatchObject({ holderIdentity: 'a', leaseTransitions: 0 });
    await a.stop();
  });

  it('releases the Lease when the candidate stops before it leads', async () => {
    const rest = new HeldRest({ config, clock });
    const a = elector('a', clock, rest);
    start('a', a);
    await reconcile(1_000, () => rest.holding === 1);
    await reconcile(10_500);
    rest.isHolding = false;
    rest.release();
    await a.stop();
    expect(server.leaseSpec()['holderIdentity']).toBe('');
    expect([a.state.name, log]).toEqual(['stopped', []]);
  });

  it('ends the term of a leader, even if the timer of the deadline is late as well', async () => {
    const stalled = stallable(clock);
    const rest = new HeldRest({ config, clock: stalled });
    rest.isHolding = false;
    const a = elector('a', stalled, rest);
    start('a', a);
    await reconcile(1_000, () => a.isLeading);
    rest.isHolding = true;
    await reconcile(3_000, () => rest.holding === 1);
    // The event loop was blocked: no timer fired, and the response is read first.
    stalled.behindMs = 9_000;
    rest.release();
    await settle();
    expect([a.state.name, log]).toEqual(['lost', ['a leads', 'a stopped']]);
  });
});

describe('a leader past the renew deadline', () => {
  it('counts from when the request was sent, however late the response was', async () => {
    const rest = new HeldRest({ config, clock });
    const a = elector('a', clock, rest);
    start('a', a);
    await reconcile(1_000, () => rest.holding === 1);
    const sentBy = clock.monotonic();
    await reconcile(6_000);
    rest.release();
    await reconcile(1_000, () => a.isLeading);
    expect(a.state).toMatchObject({ name: 'leading', renewedAt: expect.toSatisfy((at) => at <= sentBy) });
    await reconcile(20_000, () => a.state.name === 'lost');
    expect(clock.monotonic() - sentBy).toBeLessThanOrEqual(10_000);
    expect(log).toEqual(['a leads', 'a stopped']);
    rest.release();
  });

  it('refuses writes before the timer of the deadline has fired', async () => {
    const stalled = stallable(clock);
    const a = elector('a', stalled);
    start('a', a);
    await reconcile(1_000, () => a.isLeading);
    stalled.behindMs = 9_999;
    expect(() => a.assertHeld()).not.toThrow();
    stalled.behindMs = 10_000;
    expect(a.isLeading).toBe(false);
    expect(() => a.assertHeld()).toThrow(LeaseNotHeldError);
    stalled.behindMs = 0;
    await a.stop();
  });
});

/** A clock whose timers are late by `behindMs`, as in a process that was suspended or blocked. */
function stallable(original: VirtualClock): Clock & { behindMs: number } {
  const stalled = {
    ...bind(original),
    behindMs: 0,
    monotonic: (): number => original.monotonic() + stalled.behindMs,
  };
  return stalled;
}

function bind(original: VirtualClock): Clock {
  return {
    now: () => original.now(),
    monotonic: () => original.monotonic(),
    schedule: (delayMs, callback) => original.schedule(delayMs, callback),
  };
}
