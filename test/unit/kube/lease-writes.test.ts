import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KubeError } from '../../../src/kube/client/errors.ts';
import type { PooledKubeConfig } from '../../../src/kube/client/pooled-config.ts';
import { LeaseElector } from '../../../src/kube/leader/lease-elector.ts';
import { LeaseRest } from '../../support/kube/lease-rest.ts';
import { pooledConfigOf } from '../../support/kube/pooled-config-of.ts';
import { startWidgetServer, type WidgetServer } from '../../support/kube/widget-server.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let server: WidgetServer;
let config: PooledKubeConfig;
let clock: VirtualClock;
let rest: LeaseRest;
let failures: unknown[];

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
});

function started(identity: string): LeaseElector {
  const elector = new LeaseElector({
    rest,
    clock,
    random: seededRandom(1),
    namespace: 'system',
    name: 'operator',
    identity,
    onFailure: (error) => failures.push(error),
  });
  elector.start({ onStartedLeading: () => undefined, onStoppedLeading: () => undefined });
  return elector;
}

describe('the writes of an election', () => {
  it('keep the time of the acquisition, and renew the other', async () => {
    started('a');
    await clock.advance(100);
    const first = rest.spec;
    await clock.advance(5_000);
    expect(rest.spec['acquireTime']).toBe(first['acquireTime']);
    expect(rest.spec['renewTime']).not.toBe(first['renewTime']);
    expect(rest.spec['leaseTransitions']).toBe(0);
  });

  it('count a transition and start a new time when the holder changes', async () => {
    const a = started('a');
    await clock.advance(100);
    const first = rest.spec;
    await clock.advance(5_000);
    await a.stop();
    expect(rest.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
    started('b');
    await clock.advance(2_000);
    expect(rest.spec).toMatchObject({ holderIdentity: 'b', leaseDurationSeconds: 15, leaseTransitions: 1 });
    expect(rest.spec['acquireTime']).not.toBe(first['acquireTime']);
  });

  it('are none of a candidate that stops while another leads', async () => {
    started('a');
    await clock.advance(100);
    const b = started('b');
    await clock.advance(100);
    const before = rest.lease;
    await b.stop();
    expect(rest.lease).toBe(before);
    expect(b.state.name).toBe('stopped');
  });

  it('are none of a process that stops before it has read the Lease', async () => {
    rest.faults.get = new KubeError('network', 'no route');
    const a = started('a');
    await clock.advance(100);
    await a.stop();
    expect(rest.calls).toEqual(['get']);
  });

  it('are none while the Lease cannot be read: that is no absence', async () => {
    rest.faults.get = new KubeError('network', 'no route');
    const a = started('a');
    await clock.advance(10_000);
    expect(new Set(rest.calls)).toEqual(new Set(['get']));
    expect([a.isLeading, failures.length >= 4]).toEqual([false, true]);
  });

  it('are none where the response is no Lease', async () => {
    rest.lease = { kind: 'Status' };
    const a = started('a');
    await clock.advance(1_000);
    expect([a.isLeading, rest.calls, String(failures[0])]).toEqual([
      false,
      ['get'],
      'Error: the response of the API server is not a Lease',
    ]);
  });

  it('are those of one loop, although it is started twice', async () => {
    const a = started('a');
    a.start({ onStartedLeading: () => undefined, onStoppedLeading: () => undefined });
    await clock.advance(100);
    expect(rest.calls).toEqual(['get', 'create']);
  });
});
