import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wellKnown } from '../../../src/kube/client/paths.ts';
import type { PooledKubeConfig } from '../../../src/kube/client/pooled-config.ts';
import { createLeadership, type LeaderElectionOptions } from '../../../src/kube/leader/create-leadership.ts';
import { type Leadership, writeGuardOf } from '../../../src/kube/leader/leadership.ts';
import { LeaseNotHeldError } from '../../../src/kube/leader/lease-elector.ts';
import { CountingRest } from '../../support/kube/counting-rest.ts';
import { pooledConfigOf } from '../../support/kube/pooled-config-of.ts';
import { recordingLogger } from '../../support/kube/recording-logger.ts';
import { startWidgetServer, type WidgetServer } from '../../support/kube/widget-server.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { timeLimit } from '../../support/time-limit.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

const ELECTION: LeaderElectionOptions = { namespace: 'system', name: 'operator', identity: 'a' };

let server: WidgetServer;
let config: PooledKubeConfig;
const clock = new VirtualClock();
let logger: ReturnType<typeof recordingLogger>;
let terms: string[];
let rest: CountingRest;

beforeEach(async () => {
  server = await startWidgetServer();
  config = pooledConfigOf(server.kubeconfig);
  rest = new CountingRest({ config, clock });
  logger = recordingLogger();
  terms = [];
});

afterEach(async () => {
  await config.close();
  await server.stop();
});

function leadership(election?: LeaderElectionOptions): Leadership {
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
    expect(rest.inFlight).toBe(0);
    await clock.advance(100);
    await settle();
    expect(candidate.isLeading).toBe(true);
  }, timeLimit(10_000));
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
    server.objects(wellKnown.leases).create('system', {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'operator' },
      spec: {},
    });
    server.faults.inject({ verb: 'update' }, { kind: 'respond', status: 500 }, { times: 1 });
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
