import { type ApiServer, startApiServer } from 'kube-apiserver-emulator/index.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { wellKnown } from '../../../src/kube/client/paths.ts';
import type { PooledKubeConfig } from '../../../src/kube/client/pooled-config.ts';
import { KubeRest, type WriteGuard } from '../../../src/kube/client/rest.ts';
import { EventRecorder, type RecordedEvent } from '../../../src/kube/events/event-recorder.ts';
import { pooledConfigOf } from '../../support/kube/pooled-config-of.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let server: ApiServer;
let config: PooledKubeConfig;
let clock: VirtualClock;
let dropped: string[];

beforeEach(async () => {
  server = await startApiServer({ namespaces: ['team'] });
  config = pooledConfigOf(server.kubeconfig);
  clock = new VirtualClock();
  dropped = [];
});

afterEach(async () => {
  await config.close();
  await server.stop();
});

function recorder(guard?: WriteGuard): EventRecorder {
  return new EventRecorder({
    rest: new KubeRest({ config, clock, guard }),
    clock,
    random: seededRandom(5),
    component: 'example.dev/operator',
    instance: 'pod-1',
    onDropped: (event) => dropped.push(event.note),
  });
}

function event(note: string, name = 'a'): RecordedEvent {
  const object = {
    apiVersion: 'example.dev/v1',
    kind: 'Widget',
    namespace: 'team',
    name,
    uid: `uid-${name}`,
  };
  return { object, type: 'Warning', reason: 'SecretNotFound', action: 'Reconcile', note };
}

function stored() {
  return server.objects(wellKnown.events).list('team');
}

/** Waits until the recorder has the response to each of its requests. */
async function answered(): Promise<void> {
  await expect.poll(() => clock.pending).toBe(0);
}

describe('an event', () => {
  test('has all fields that events.k8s.io/v1 requires', async () => {
    recorder().record(event('the Secret is missing'));
    await expect.poll(() => stored().length).toBe(1);
    expect(stored()[0]).toMatchObject({
      reportingController: 'example.dev/operator',
      reportingInstance: 'pod-1',
      action: 'Reconcile',
      reason: 'SecretNotFound',
      type: 'Warning',
      note: 'the Secret is missing',
      regarding: { kind: 'Widget', namespace: 'team', name: 'a', uid: 'uid-a' },
    });
    expect(stored()[0]?.['eventTime']).toMatch(/\.\d{6}Z$/);
    expect(stored()[0]?.metadata.name).toMatch(/^a\.[0-9a-f]{16}$/);
  });

  test('of an object with the longest name has a valid name, and a long note is cut within a character', async () => {
    recorder().record(event('ü'.repeat(900), `${'x'.repeat(252)}y`));
    await expect.poll(() => stored().length).toBe(1);
    expect(stored()[0]?.metadata.name).toHaveLength(253);
    const note = String(stored()[0]?.['note']);
    expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1_024);
    expect(note).toMatch(/^ü+…$/);
  });

  test('repeats as a series of one object with few writes', async () => {
    const events = recorder();
    events.record(event('again'));
    await expect.poll(() => stored().length).toBe(1);
    await answered();
    events.record(event('again'));
    await expect.poll(() => stored()[0]?.['series']).toMatchObject({ count: 2 });
    await answered();
    for (let n = 0; n < 50; n++) {
      events.record(event('again'));
    }
    await clock.advance(60_000);
    events.record(event('again'));
    await expect.poll(() => stored()[0]?.['series']).toMatchObject({ count: 53 });
    expect(stored()).toHaveLength(1);
    expect(server.ledger).toHaveLength(3);
  });

  test('is created again when its series has expired on the server', async () => {
    const events = recorder();
    events.record(event('again'));
    await expect.poll(() => stored().length).toBe(1);
    server.objects(wellKnown.events).delete('team', stored()[0]?.metadata.name ?? '');
    events.record(event('again'));
    await expect.poll(() => stored()[0]?.['series']).toMatchObject({ count: 2 });
  });

  test('starts a new series after a longer pause', async () => {
    const events = recorder();
    events.record(event('again'));
    await expect.poll(() => stored().length).toBe(1);
    await answered();
    await clock.advance(6 * 60_000 + 1);
    events.record(event('again'));
    await expect.poll(() => stored().length).toBe(2);
  });
});

describe('a recorder', () => {
  test('lets no object flood the server', async () => {
    const events = recorder();
    for (let n = 0; n < 100; n++) {
      events.record(event(`note ${n}`));
    }
    await expect.poll(() => stored().length).toBe(25);
    expect(dropped).toHaveLength(75);
    events.record(event('of another object', 'b'));
    await expect.poll(() => stored().length).toBe(26);
  });

  test('tries an event again that could not be written, and then leaves it', async () => {
    const events = recorder();
    server.faults.inject({}, { kind: 'respond', status: 500 }, { times: 2 });
    events.record(event('twice'));
    await expect
      .poll(async () => {
        await clock.advance(500);
        return stored().length;
      })
      .toBe(1);
    expect(server.ledger).toHaveLength(3);
    server.faults.inject({}, { kind: 'respond', status: 403 });
    events.record(event('never'));
    await expect.poll(() => dropped).toEqual(['never']);
  });

  test('never throws, also not without the Lease', async () => {
    const events = recorder(() => {
      throw new Error('not the leader');
    });
    expect(() => events.record(event('a'))).not.toThrow();
    await expect.poll(() => dropped).toEqual(['a']);
    expect(server.ledger).toHaveLength(0);
  });

  test('writes what is due when it is flushed, and takes no more', async () => {
    const events = recorder();
    events.record(event('again'));
    await expect.poll(() => stored().length).toBe(1);
    events.record(event('again'));
    await expect.poll(() => stored()[0]?.['series']).toMatchObject({ count: 2 });
    for (let n = 0; n < 5; n++) {
      events.record(event('again'));
    }
    await events.flush(5_000);
    expect(stored()[0]?.['series']).toMatchObject({ count: 7 });
    events.record(event('late'));
    expect(clock.pending).toBe(0);
    expect(stored()).toHaveLength(1);
  });

  test('ends a flush when the server does not respond in time', async () => {
    const events = recorder();
    server.faults.inject({}, { kind: 'hang' });
    events.record(event('a'));
    await expect.poll(() => server.ledger.length).toBe(1);
    const flushed = events.flush(1_000);
    await clock.advance(1_000);
    await expect(flushed).resolves.toBeUndefined();
  });
});
