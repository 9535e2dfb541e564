import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PooledKubeConfig } from '../../../src/kube/client/pooled-config.ts';
import { KubeRest } from '../../../src/kube/client/rest.ts';
import { createLeadership, type LeaderElectionOptions } from '../../../src/kube/leader/create-leadership.ts';
import { type Leadership, writeGuardOf } from '../../../src/kube/leader/leadership.ts';
import { LeaseNotHeldError } from '../../../src/kube/leader/lease-elector.ts';
import { pooledConfigOf } from '../../support/kube/pooled-config-of.ts';
import { recordingLogger } from '../../support/kube/recording-logger.ts';
import { startWidgetServer, type WidgetServer } from '../../support/kube/widget-server.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const ELECTION: LeaderElectionOptions = { namespace: 'system', name: 'operator', identity: 'a' };

/** A Lease in memory without a holder, whose first write fails. */
class StoredLease extends KubeRest {
  #failures = 1;
  override async get(): Promise<unknown> {
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'operator', namespace: 'system', uid: 'u', resourceVersion: '7' },
      spec: {},
    };
  }
  override async replace(...[, body]: Parameters<KubeRest['replace']>): Promise<unknown> {
    this.#failures -= 1;
    if (this.#failures >= 0) {
      throw new Error('refused');
    }
    return body;
  }
}

let server: WidgetServer;
let config: PooledKubeConfig;
const clock = new VirtualClock();
let logger: ReturnType<typeof recordingLogger>;
let terms: string[];

beforeEach(async () => {
  server = await startWidgetServer();
  config = pooledConfigOf(server.kubeconfig);
  logger = recordingLogger();
  terms = [];
});

afterEach(async () => {
  await config.close();
  await server.stop();
});

function leadership(election?: LeaderElectionOptions): Leadership {
  const rest = new StoredLease({ config, clock });
  return createLeadership({ rest, clock, random: seededRandom(1), logger, election });
}

function start(candidate: Leadership): void {
  candidate.start({
    onStartedLeading: () => terms.push('started'),
    onStoppedLeading: () => terms.push('stopped'),
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
    const candidate = leadership(ELECTION);
    start(candidate);
    await clock.advance(5_000);
    expect([candidate.isLeading, terms]).toEqual([true, ['started']]);
    expect(logger.lines).toEqual([
      'info Lease has no holder',
      'debug Failed to acquire or renew the Lease: Error: refused',
      'info New leader elected: a',
    ]);
    await candidate.stop(1_000);
    expect(terms).toEqual(['started', 'stopped']);
  });
});
