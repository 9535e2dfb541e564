import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../../../src/openconnectors/errors/remote-error.ts';
import type { Instance } from '../../../../src/openconnectors/port.ts';
import { connector } from '../../../support/builders/connector.ts';
import { ID, STORED, settledConnector } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { type Bench, bench } from '../../../support/builders/ports.ts';
import { readiness, reconcileOnce } from '../../../support/builders/reconcile.ts';
import { workingRemote } from '../../../support/builders/remote.ts';
import { secretAbsent } from '../../../support/builders/secrets.ts';
import { MINUTE } from '../../../support/builders/time.ts';

/** Benches in states that people know, each with what a reconcile makes of it. */
const STATES: readonly { readonly name: string; readonly make: () => Bench; readonly ready: string }[] = [
  {
    name: 'Ready',
    ready: 'True Succeeded',
    make: () => settled(),
  },
  {
    name: 'drift that is reported',
    ready: 'False DriftDetected',
    make: () => settled({ spec: { driftPolicy: 'Report' } }, instance(ID, { name: 'renamed' })),
  },
  {
    name: 'waiting for a code',
    ready: 'False AuthorizationRequired',
    make: () => bench({ connector: connector(), secrets: { 'crm-code': secretAbsent } }),
  },
  {
    name: 'a Secret that is missing',
    ready: 'False SecretNotFound',
    make: () => bench({ connector: connector(), secrets: { 'crm-key': secretAbsent } }),
  },
  {
    name: 'an invalid spec',
    ready: 'False InvalidSpec',
    make: () => bench({ connector: connector({ spec: { server: undefined } }) }),
  },
  {
    name: 'an account that is refused',
    ready: 'False AccountUnauthorized',
    make: () =>
      bench({
        connector: connector(),
        account: { state: 'blocked', reason: 'AccountUnauthorized', message: 'Refused.', stalled: true },
      }),
  },
  {
    name: 'an instance that is missing',
    ready: 'False InstanceMissing',
    make: () =>
      bench({
        connector: settledConnector({ spec: { missingPolicy: 'Report' } }),
        secrets: STORED,
        answers: workingRemote(new Map()),
      }),
  },
];

function settled(change: Parameters<typeof settledConnector>[0] = {}, found: Instance = instance(ID)): Bench {
  return bench({
    connector: settledConnector(change),
    secrets: STORED,
    listed: [found],
    answers: workingRemote(new Map([[found.id, found]])),
  });
}

describe('a second reconcile of the same state', () => {
  test.each(STATES)('writes nothing and publishes no event: $name', async ({ make, ready }) => {
    const it = make();
    await reconcileOnce(it);
    expect(readiness(it)).toBe(ready);
    const before = [it.writes.length, it.events.length];
    await it.clock.advance(MINUTE);
    await reconcileOnce(it);
    expect([it.writes.length, it.events.length]).toEqual(before);
  });

  test.each(STATES)('after a restart writes nothing either: $name', async ({ make, ready }) => {
    const it = make();
    await reconcileOnce(it);
    it.ports.memory.forget(it.stored().metadata.uid);
    const before = [it.writes.length, it.events.length];
    await reconcileOnce(it);
    expect(readiness(it)).toBe(ready);
    expect([it.writes.length, it.events.length]).toEqual(before);
  });
});

describe('a process that has just begun', () => {
  test('leaves a settled resource as it is until the account is verified', async () => {
    const it = bench({ connector: settledConnector(), secrets: STORED, account: { state: 'unknown' } });
    const { actions: steps, outcome } = await reconcileOnce(it);
    expect([steps, it.writes, it.events]).toEqual([[], [], []]);
    expect(outcome).toEqual({ kind: 'done' });
  });

  test('leaves it as it is until the instances are listed', async () => {
    const it = bench({ connector: settledConnector(), secrets: STORED, listed: undefined });
    await reconcileOnce(it);
    expect([it.writes, it.calls, it.events]).toEqual([[], [], []]);
  });
});

test('reconcile-at is echoed, once', async () => {
  const it = settled({ annotations: { reconcileAt: '2026-03-01' } });
  await reconcileOnce(it);
  expect(it.writes).toEqual([['status', { lastHandledReconcileAt: '2026-03-01' }]]);
  await reconcileOnce(it);
  expect(it.writes).toHaveLength(1);
});

test('reconcile-at hurries a retry that waits', async () => {
  const drifted = instance(ID, { name: 'renamed' });
  const remote = new Map([[ID, drifted]]);
  let isDown = true;
  const working = workingRemote(remote);
  const it = bench({
    connector: settledConnector(),
    secrets: STORED,
    listed: [drifted],
    answers: {
      ...working,
      patchInstance: (...values: never[]) => {
        if (isDown) {
          throw new RemoteError('unavailable', 'down');
        }
        return working.patchInstance?.(...values);
      },
    },
  });
  await reconcileOnce(it);
  isDown = false;
  expect((await reconcileOnce(it)).actions).toEqual([]);
  it.edit((stored) => ({
    ...stored,
    metadata: { ...stored.metadata, annotations: { 'openconnectors.dev/reconcile-at': 'now' } },
  }));
  await reconcileOnce(it);
  expect(readiness(it)).toBe('True Succeeded');
  expect(it.stored().status?.failures).toBeUndefined();
});
