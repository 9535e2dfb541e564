import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PooledKubeConfig } from '../../../src/kube/client/pooled-config.ts';
import { KubeRest } from '../../../src/kube/client/rest.ts';
import { createLeadership, type LeaderElectionOptions } from '../../../src/kube/leader/create-leadership.ts';
import { type Leadership, writeGuardOf } from '../../../src/kube/leader/leadership.ts';
import { LeaseNotHeldError } from '../../../src/kube/leader/lease-elector.ts';
import { FakeKube } from '../../support/fakekube/fakekube.ts';
import { recordingLogger } from '../../support/fakekube/recorder.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

const ELECTION: LeaderElectionOptions = { namespace: 'system', name: 'operator', identity: 'a' };

let fake: FakeKube;
let config: PooledKubeConfig;
const clock = new VirtualClock();
let logger: ReturnType<typeof recordingLogger>;
let terms: string[];

beforeEach(async () => {
  fake = await FakeKube.start();
  config = fake.config();
  logger = recordingLogger();
  terms = [];
});

afterEach(async () => {
  await config.close();
  await fake.close();
});

function leadership(election?: LeaderElectionOptions): Leadership {
  const rest = new KubeRest({ config, clock });
  return createLeadership({ rest, clock, random: seededRandom(1), logger, election });
}

function start(candidate: Leadership): void {
  candidate.start({
    onStartedLeading: () => terms.push('started'),
    onStoppedLeading: () => terms.push('stopped'),
  });
}

/** Waits for real sockets while virtual time passes, so that the next attempt comes. */
async function becomesLeader(candidate: Leadership): Promise<void> {
  await vi.waitFor(async () => {
    await clock.advance(100);
    await settle();
    expect(candidate.isLeading).toBe(true);
  });
}

describe('the only replica', () => {
  it('may write from its start to its stop', async () => {
    const only = leadership();
    const guard = () => writeGuardOf(only)('create');
    expect(guard).toThrow(LeaseNotHeldError);
    start(only);
    expect([guard() === only.signal, only.isLeading, terms]).toEqual([true, true, ['started']]);
    await only.stop(0);
    expect(guard).toThrow(LeaseNotHeldError);
    expect([only.isLeading, only.signal.aborted]).toEqual([false, true]);
  });

  it('does not start after it has stopped', async () => {
    const only = leadership();
    await only.stop(0);
    start(only);
    expect([only.isLeading, terms]).toEqual([false, []]);
  });
});

describe('a replica of several', () => {
  it('logs each holder, and why an attempt failed', async () => {
    fake
      .collection('coordination.k8s.io/v1', 'leases')
      .create('system', { kind: 'Lease', metadata: { name: 'operator' }, spec: {} });
    fake.fail({ method: 'PUT' }, { kind: 'status', code: 500 }, 1);
    const candidate = leadership(ELECTION);
    start(candidate);
    await becomesLeader(candidate);
    expect(logger.lines).toEqual([
      'info Lease has no holder',
      expect.stringMatching(/^debug Failed to acquire or renew the Lease: .*500/),
      'info New leader elected: a',
    ]);
    await candidate.stop(1_000);
  });
});
