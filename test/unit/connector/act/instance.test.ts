import { describe, expect, test } from 'vitest';
import type { Instance } from '../../../../src/openconnectors/port.ts';
import { connector, readyStatus, UID } from '../../../support/builders/connector.ts';
import { ID, remoteError, STORED, settledConnector } from '../../../support/builders/input.ts';
import { instance, OWN, TAGS } from '../../../support/builders/instance.ts';
import { type Bench, bench } from '../../../support/builders/ports.ts';
import { readiness, reconcileOnce } from '../../../support/builders/reconcile.ts';
import { type Answers, workingRemote } from '../../../support/builders/remote.ts';
import { VALUES } from '../../../support/builders/secrets.ts';
import { at, MINUTE, SECOND } from '../../../support/builders/time.ts';

const DELETED = { deletionTimestamp: at(0) } as const;

function refuse(...values: Parameters<typeof remoteError>): () => never {
  return () => {
    throw remoteError(...values);
  };
}

/** A settled connector whose instance is `found` at the remote side, and `listed` in the account's list. */
function settled(
  change: Parameters<typeof settledConnector>[0] = {},
  found: readonly Instance[] = [instance(ID)],
  answers: Answers = {},
  listed: readonly Instance[] = found,
): Bench & { readonly instances: Map<number, Instance> } {
  const instances = new Map(found.map((one) => [one.id, one]));
  return {
    instances,
    ...bench({
      connector: settledConnector(change),
      secrets: STORED,
      listed,
      answers: workingRemote(instances, answers),
    }),
  };
}

const names = ({ calls }: Bench): string[] => calls.map(([name]) => name);
const reasons = ({ events }: Bench): string[] => events.map(({ reason }) => reason);

describe('a change of an instance', () => {
  test('reads the instance, corrects drift by one call, and asks nothing more', async () => {
    const it = settled({}, [instance(ID, { name: 'renamed' })]);
    await it.clock.advance(5 * SECOND);
    await reconcileOnce(it);
    expect(it.calls).toEqual([
      ['readInstance', ID],
      ['patchInstance', ID, { name: 'team-a-crm' }],
    ]);
    expect(it.instances.get(ID)?.name).toBe('team-a-crm');
    expect(reasons(it)).toEqual(['DriftCorrected']);
  });

  test('is not based on a response that took seconds: another owner may have come since', async () => {
    const late = async (id: number): Promise<Instance | undefined> => {
      const shown = it.instances.get(id);
      if (names(it).length === 1) {
        it.instances.set(id, instance(id, { name: 'renamed', tags: TAGS.otherCluster }));
        await it.clock.advance(5 * SECOND);
      }
      return shown;
    };
    const it = settled({}, [instance(ID, { name: 'renamed' })], { readInstance: late });
    await reconcileOnce(it);
    expect(names(it)).toEqual(['readInstance', 'readInstance']);
    expect(readiness(it)).toMatch(/^False/);
  });

  test('that finds nothing is not made', async () => {
    const it = settled({ oauth: { authorizationCodeSecretRef: undefined } }, [], {}, [
      instance(ID, { name: 'renamed' }),
    ]);
    await reconcileOnce(it);
    expect(names(it)).toEqual(['readInstance']);
    expect(readiness(it)).toBe('False AuthorizationRequired');
  });

  test('that fails is tried again with growing delays', async () => {
    const it = settled({}, [instance(ID, { name: 'renamed' })], { patchInstance: refuse('unavailable') });
    const delays: number[] = [];
    for (let count = 1; count <= 4; count += 1) {
      const { outcome } = await reconcileOnce(it);
      const afterMs = outcome.kind === 'again' ? outcome.afterMs : 0;
      delays.push(afterMs);
      expect(it.stored().status?.failures?.count).toBe(count);
      await it.clock.advance(afterMs);
    }
    expect(delays.every((delay, index) => delay > (delays[index - 1] ?? 0))).toBe(true);
  });

  test('that was just tried is not tried before it is due, and nothing is written', async () => {
    const it = settled({}, [instance(ID, { name: 'renamed' })], { patchInstance: refuse('unavailable') });
    await reconcileOnce(it);
    const writes = it.writes.length;
    const { actions: steps, outcome } = await reconcileOnce(it);
    expect(steps).toEqual([]);
    expect(outcome).toMatchObject({ kind: 'again' });
    expect(it.writes).toHaveLength(writes);
  });

  test('enables what the spec enables, and records it', async () => {
    const it = settled({ metadata: { generation: 2 }, spec: { instance: { enabled: false } } });
    await reconcileOnce(it);
    expect(it.calls).toEqual([
      ['readInstance', ID],
      ['setInstanceEnabled', ID, false],
    ]);
    expect(readiness(it)).toBe('True Disabled');
    expect(it.stored().status?.instance?.enabled).toBe(false);

    it.edit((stored) => ({
      ...stored,
      spec: { ...stored.spec, instance: { enabled: true } },
      metadata: { ...stored.metadata, generation: 3 },
    }));
    await reconcileOnce(it);
    expect(it.calls.slice(2)).toEqual([
      ['readInstance', ID],
      ['setInstanceEnabled', ID, true],
      ['pingInstance', VALUES.token],
    ]);
    expect(readiness(it)).toBe('True Succeeded');
  });
});

describe('a call through the instance', () => {
  test('that the instance does not answer is no matter of the grant', async () => {
    const it = settled({ status: readyStatus(ID, { conditions: [] }) }, undefined, {
      pingInstance: refuse('unavailable', 'no answer in time'),
    });
    const { outcome } = await reconcileOnce(it);
    expect(readiness(it)).toBe('False InstanceNotAnswering');
    expect(outcome.kind).toBe('again');
  });

  test('is made again after the interval, and only then', async () => {
    const it = settled();
    await reconcileOnce(it);
    expect(names(it)).toEqual([]);
    await it.clock.advance(it.ports.settings.pingIntervalMs);
    await reconcileOnce(it);
    expect(names(it)).toEqual(['pingInstance']);
    await reconcileOnce(it);
    expect(names(it)).toEqual(['pingInstance']);
  });
});

describe('a deletion', () => {
  test('is confirmed by a read before the finalizer may go', async () => {
    const it = settled({ metadata: DELETED });
    const { outcome } = await reconcileOnce(it);
    expect(it.calls).toEqual([
      ['readInstance', ID],
      ['deleteInstance', ID],
      ['readInstance', ID],
    ]);
    expect(outcome).toEqual({ kind: 'released' });
    expect(reasons(it)).toEqual(['Deleted']);
    expect(it.writes).toEqual([]);
  });

  test('of what is gone already succeeds', async () => {
    const it = settled({ metadata: DELETED }, [], {}, [instance(ID)]);
    const { outcome } = await reconcileOnce(it);
    expect(names(it)).toEqual(['readInstance']);
    expect(outcome).toEqual({ kind: 'released' });
  });

  test('that is confirmed but not done is not believed', async () => {
    const it = settled({ metadata: DELETED }, undefined, { deleteInstance: () => undefined });
    const { outcome } = await reconcileOnce(it);
    expect(outcome.kind).toBe('again');
    expect(readiness(it)).toBe('False Deleting');
  });

  test('deletes the old instance of a replacement, too, and nothing of others', async () => {
    const found = [
      instance(ID),
      instance(8, { element: 'infusionsoftrest' }),
      instance(10, { tags: TAGS.otherResource }),
    ];
    const it = settled(
      { metadata: DELETED, status: readyStatus(ID, { replacing: { id: 8, connector: 'infusionsoftrest' } }) },
      found,
    );
    const { outcome } = await reconcileOnce(it);
    expect(outcome).toEqual({ kind: 'released' });
    expect([...it.instances.keys()]).toEqual([10]);
  });

  test('that leaves the instance takes off the tags, lets the Secret be, and is content with a failure', async () => {
    const it = settled(
      { metadata: DELETED, spec: { deletionPolicy: 'Orphan' } },
      [instance(ID, { tags: [...TAGS.own, 'mine'] })],
      {},
    );
    const { outcome } = await reconcileOnce(it);
    expect(outcome).toEqual({ kind: 'released' });
    expect(it.calls).toEqual([
      ['readInstance', ID],
      ['patchInstance', ID, { tags: ['mine'] }],
    ]);
    expect(it.writes).toEqual([['disown secret crm-connection', undefined]]);
    expect(reasons(it)).toEqual(['Orphaned']);

    const refused = settled({ metadata: DELETED, spec: { deletionPolicy: 'Orphan' } }, undefined, {
      patchInstance: refuse('unavailable', 'no answer'),
    });
    expect((await reconcileOnce(refused)).outcome).toEqual({ kind: 'released' });
    expect(refused.events[0]?.message).toContain('with its k8s- tags: no answer.');
  });
});

describe('an adoption', () => {
  test('reads, holds, proves and marks the instance, in this order', async () => {
    const found = instance(7, { tags: TAGS.none, name: 'old' });
    const instances = new Map([[7, found]]);
    const it = bench({
      connector: connector({ spec: { instance: { importId: 7 } } }),
      answers: workingRemote(instances),
    });
    const { actions: steps } = await reconcileOnce(it);
    expect(steps.filter((action) => action !== 'read-secret' && action !== 'search')).toEqual([
      'read-instance',
      'add-finalizer',
      'ping',
      'patch',
      'write-connection-secret',
    ]);
    expect(instances.get(7)?.tags).toEqual(TAGS.own);
    expect(reasons(it)).toContain('Adopted');
    expect(it.stored().status?.instance?.id).toBe(7);
    expect(readiness(it)).toBe('True Succeeded');
  });

  test('of an instance of another owner changes nothing anywhere', async () => {
    const found = instance(7, { tags: TAGS.otherResource });
    const it = bench({
      connector: connector({ spec: { instance: { importId: 7 } } }),
      answers: workingRemote(new Map([[7, found]])),
    });
    await reconcileOnce(it);
    expect(readiness(it)).toBe('False ForeignOwner');
    expect(it.calls).toEqual([['readInstance', 7]]);
    expect(it.writes.map(([what]) => what)).toEqual(['status']);
    expect(it.stored().status?.instance).toBeUndefined();
  });
});

test('a regular reconcile of a settled resource reads nothing, also after a restart', async () => {
  const it = settled();
  await reconcileOnce(it);
  expect([it.reads, it.calls, it.writes]).toEqual([[], [], []]);
  await it.clock.advance(MINUTE);
  await reconcileOnce(it);
  expect([it.reads, it.calls, it.writes, it.events]).toEqual([[], [], [], []]);
});

test('a status of an earlier version of the operator is completed by one read and one write', async () => {
  const it = settled();
  it.edit((stored) => ({ ...stored, status: { ...stored.status, binding: { name: 'crm-connection' } } }));
  await reconcileOnce(it);
  expect([it.reads, it.calls, it.writes.map(([what]) => what)]).toEqual([['crm-connection'], [], ['status']]);
  it.ports.memory.forget(UID);
  await reconcileOnce(it);
  expect([it.reads, it.calls, it.writes.length]).toEqual([['crm-connection'], [], 1]);
});

test('a 401 of any call triggers a check of the account, once for each reconcile', async () => {
  const it = settled({}, [instance(ID, { name: 'renamed' })], { patchInstance: refuse('unauthorized') });
  await reconcileOnce(it);
  expect(it.suspicions()).toBe(1);
  expect(readiness(it)).toBe('False AccountUnauthorized');
});

test('what a search finds counts from the moment before it began', async () => {
  const it = settled();
  it.inventory.searched(OWN.owner, [instance(ID)], it.clock.now());
  expect(it.inventory.about(OWN.owner, []).searchedAt).toBe(it.clock.now());
  expect(it.ports.memory.recall(UID).ambiguous).toBeUndefined();
});
