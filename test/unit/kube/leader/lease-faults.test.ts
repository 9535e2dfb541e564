import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KubeError } from '../../../../src/kube/client/errors.ts';
import type { PooledKubeConfig } from '../../../../src/kube/client/pooled-config.ts';
import { LeaseElector } from '../../../../src/kube/leader/lease-elector.ts';
import { LeaseRest } from '../../../support/kube/lease-rest.ts';
import { pooledConfigOf } from '../../../support/kube/pooled-config-of.ts';
import { startWidgetServer, type WidgetServer } from '../../../support/kube/widget-server.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const PERIOD_MS = 2_200;

let server: WidgetServer;
let config: PooledKubeConfig;
let clock: VirtualClock;
let rest: LeaseRest;
let failures: unknown[];
let terms: string[];

beforeAll(async () => {
  server = await startWidgetServer();
  config = pooledConfigOf(server.kubeconfig);
});

afterAll(async () => {
  await config.close();
  await server.stop();
});

beforeEach(() => {
  clock = new VirtualClock();
  rest = new LeaseRest({ config, clock });
  failures = [];
  terms = [];
});

/** An elector whose periods all have the largest jitter. */
function started(identity: string): LeaseElector {
  const elector = new LeaseElector({
    rest,
    clock,
    random: { fraction: () => 1, bytes: (length) => Buffer.alloc(length) },
    namespace: 'system',
    name: 'operator',
    identity,
    onFailure: (error) => failures.push(error),
  });
  elector.start({
    onStartedLeading: () => terms.push(`${identity} started`),
    onStoppedLeading: () => terms.push(`${identity} stopped`),
  });
  return elector;
}

/** An elector that leads, and no call yet to look at. */
async function leader(identity = 'a'): Promise<LeaseElector> {
  const elector = started(identity);
  await clock.advance(100);
  expect(elector.isLeading).toBe(true);
  rest.made.splice(0);
  return elector;
}

/** Whether `stop` has resolved, as far as time has passed. */
function stopping(elector: LeaseElector, deadlineMs: number): { readonly isDone: boolean } {
  const state = { isDone: false };
  void elector.stop(deadlineMs).then(() => {
    state.isDone = true;
  });
  return state;
}

/** A Lease that another process holds, renewed for the last time. */
function heldBy(identity: string, spec: object = {}): unknown {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'operator', namespace: 'system', uid: 'u', resourceVersion: '7' },
    spec: { holderIdentity: identity, leaseDurationSeconds: 15, ...spec },
  };
}

const timesOf = (method: string): number[] =>
  rest.made.filter((call) => call.method === method).map(({ at }) => at);

describe('the calls of an election', () => {
  it('are urgent, tried once, and leave time for another before the renew deadline', async () => {
    const a = started('a');
    await clock.advance(PERIOD_MS);
    await a.stop(3_000);
    expect(rest.made.map(({ method, options }) => ({ method, ...options, signal: undefined }))).toEqual([
      { method: 'get', timeoutMs: 5_000, maxTries: 1, isUrgent: true },
      { method: 'create', timeoutMs: 5_000, maxTries: 1, isUrgent: true },
      { method: 'replace', timeoutMs: 5_000, maxTries: 1, isUrgent: true },
      { method: 'replace', timeoutMs: 3_000, maxTries: 1, isUrgent: true },
    ]);
  });

  it('of a leader come once in a period', async () => {
    await leader();
    await clock.advance(7_000);
    expect(timesOf('replace')).toEqual([PERIOD_MS, 2 * PERIOD_MS, 3 * PERIOD_MS]);
  });

  it('of a candidate come once in a period, and when the Lease of the holder expires', async () => {
    rest.lease = heldBy('b');
    const a = started('a');
    await clock.advance(15_000);
    expect(timesOf('get')).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => n * PERIOD_MS).concat(15_000));
    expect(a.isLeading).toBe(true);
  });

  it('come once in a period while the Lease cannot be read', async () => {
    rest.faults.get = new KubeError('network', 'no route');
    started('a');
    await clock.advance(5_000);
    expect(timesOf('get')).toEqual([0, PERIOD_MS, 2 * PERIOD_MS]);
  });

  it('come once in a period while an expired Lease cannot be acquired', async () => {
    rest.lease = heldBy('b', { leaseDurationSeconds: 1 });
    rest.faults.replace = new KubeError('network', 'no route');
    const a = started('a');
    await clock.advance(1_000 + 2 * PERIOD_MS);
    expect(timesOf('replace')).toEqual([1_000, 1_000 + PERIOD_MS, 1_000 + 2 * PERIOD_MS]);
    expect([a.state.name, failures.length]).toEqual(['candidate', 3]);
  });
});

describe('a candidate', () => {
  it('remains one when another wrote the Lease first', async () => {
    rest.faults.create = new KubeError('conflict', 'written by another');
    const a = started('a');
    await clock.advance(100);
    expect([a.state.name, rest.calls, failures]).toEqual([
      'candidate',
      ['get', 'create'],
      [rest.faults.create],
    ]);
  });

  it('remains one when another replaced the expired Lease first', async () => {
    rest.lease = heldBy('b', { leaseDurationSeconds: 1 });
    rest.faults.replace = new KubeError('conflict', 'written by another');
    const a = started('a');
    await clock.advance(1_000);
    expect([a.state.name, rest.calls, failures]).toEqual([
      'candidate',
      ['get', 'get', 'replace'],
      [rest.faults.replace],
    ]);
  });

  it('sets the time of the acquisition where its own Lease has none', async () => {
    rest.lease = heldBy('a', { leaseTransitions: 3 });
    await leader();
    expect(rest.spec).toMatchObject({ acquireTime: '2026-01-01T00:00:00.000000Z', leaseTransitions: 3 });
  });
});

describe('a leader', () => {
  it('creates the Lease again that was deleted, and leads on', async () => {
    const a = await leader();
    rest.faults.replace = new KubeError('not-found', 'deleted');
    rest.lease = undefined;
    await clock.advance(PERIOD_MS);
    expect([rest.calls, a.isLeading, terms, failures]).toEqual([
      ['replace', 'get', 'create'],
      true,
      ['a started'],
      [],
    ]);
  });

  it('does not read the Lease when a renewal got no response', async () => {
    const a = await leader();
    rest.faults.replace = new KubeError('network', 'no route');
    await clock.advance(2 * PERIOD_MS);
    expect([rest.calls, a.isLeading, failures.length]).toEqual([['replace', 'replace'], true, 2]);
  });

  it('stops where the server stored another holder than was written', async () => {
    const a = await leader();
    rest.storedHolder = 'b';
    await clock.advance(2 * PERIOD_MS);
    expect([a.state.name, rest.calls, terms]).toEqual(['lost', ['replace'], ['a started', 'a stopped']]);
  });

  it('ends everything at the renew deadline: timers, and the call without a response', async () => {
    const a = await leader();
    rest.faults.replace = new KubeError('network', 'no route');
    await clock.advance(7_000);
    rest.faults.replace = 'hang';
    await clock.advance(3_000);
    expect([a.state.name, clock.pending, terms]).toEqual(['lost', 0, ['a started', 'a stopped']]);
    expect(timesOf('replace').at(-1)).toBe(4 * PERIOD_MS);
    const stop = stopping(a, 2_000);
    await clock.advance(0);
    expect(stop.isDone).toBe(true);
  });

  it('ends the wait for the next renewal at the renew deadline', async () => {
    const a = await leader();
    rest.faults.replace = new KubeError('network', 'no route');
    await clock.advance(10_000);
    expect([a.state.name, clock.pending]).toEqual(['lost', 0]);
    expect(timesOf('replace').at(-1)).toBe(4 * PERIOD_MS);
  });

  it('does not lead again by a response that comes after the renew deadline', async () => {
    const a = await leader();
    rest.faults.replace = 'late';
    await clock.advance(10_500);
    expect(a.state.name).toBe('lost');
    rest.release();
    await clock.advance(100);
    expect([a.state.name, clock.pending, terms]).toEqual(['lost', 0, ['a started', 'a stopped']]);
  });
});

describe('a stop', () => {
  it('leaves the Lease alone that was lost, and reports the end of the term once', async () => {
    const a = await leader();
    rest.faults.replace = new KubeError('network', 'no route');
    await clock.advance(12_000);
    rest.made.splice(0);
    await a.stop();
    await a.stop();
    expect([a.state.name, rest.calls, terms]).toEqual(['lost', [], ['a started', 'a stopped']]);
  });

  it('releases the Lease once and leaves no timer, although it is called twice', async () => {
    const a = await leader();
    await a.stop();
    await a.stop();
    expect([a.state.name, rest.calls, terms]).toEqual(['stopped', ['replace'], ['a started', 'a stopped']]);
    expect([rest.spec['holderIdentity'], clock.pending]).toEqual(['', 0]);
  });

  it('ends a renewal without a response after its deadline, which is no failure', async () => {
    const a = await leader();
    rest.faults.replace = 'hang';
    await clock.advance(PERIOD_MS);
    const stop = stopping(a, 2_000);
    await clock.advance(1_900);
    expect([stop.isDone, a.state.name]).toEqual([false, 'leading']);
    rest.faults.replace = undefined;
    await clock.advance(100);
    expect([stop.isDone, a.state.name, failures, rest.calls]).toEqual([
      true,
      'stopped',
      [],
      ['replace', 'replace'],
    ]);
  });

  it('reports a release that failed', async () => {
    const a = await leader();
    rest.faults.replace = new KubeError('network', 'no route');
    await a.stop();
    expect([a.state.name, failures]).toEqual(['stopped', [rest.faults.replace]]);
  });

  it('of an elector that was never started makes no call', async () => {
    const idle = new LeaseElector({
      rest,
      clock,
      random: { fraction: () => 0, bytes: (length) => Buffer.alloc(length) },
      namespace: 'system',
      name: 'operator',
      identity: 'a',
    });
    await idle.stop();
    expect([idle.state.name, rest.calls]).toEqual(['stopped', []]);
  });
});
