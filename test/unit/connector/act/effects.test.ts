import { describe, expect, it } from 'vitest';
import { act } from '../../../../src/connector/act/act.ts';
import { carryOutRead } from '../../../../src/connector/act/read.ts';
import type { Act } from '../../../../src/connector/action.ts';
import type { LogEntry, PingAnswer } from '../../../../src/connector/action-log.ts';
import type { ConnectorInput } from '../../../../src/connector/input.ts';
import { observe } from '../../../../src/connector/observe/observe.ts';
import type { RemoteErrorClass } from '../../../../src/openconnectors/errors/remote-error.ts';
import { ACCOUNT, readyStatus } from '../../../support/builders/connector.ts';
import { ID, READY_ACCOUNT, remoteError, STORED, settledConnector } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { type Bench, type BenchChange, bench } from '../../../support/builders/ports.ts';
import { type Answers, workingRemote } from '../../../support/builders/remote.ts';
import { NOW } from '../../../support/builders/time.ts';

const { signal } = new AbortController();
const PEER = 'uid-of-a-peer';
const PING: Act = { type: 'ping', id: ID, token: 'a token' };
const PING_PEER: Act = { type: 'ping-peer', uid: PEER, token: 'its token' };
const RENAME: Act = { type: 'patch', id: ID, patch: { name: 'renamed' }, reason: 'Updated' };
const DISABLE: Act = { type: 'enable', id: ID, enabled: false };
const DELETE: Act = { type: 'delete-instance', id: ID, reason: 'Deleted' };
const FREE: Act = { type: 'release-tags', id: ID, tags: ['team-sales'], onFailure: 'ignore' };

/** A settled connector whose instance Open Connectors has, besides what `answers` say. */
function settled(answers: Answers = {}, change: Partial<BenchChange> = {}): Bench {
  return bench({
    connector: settledConnector(),
    secrets: STORED,
    listed: [instance(ID)],
    answers: workingRemote(new Map([[ID, instance(ID)]]), answers),
    ...change,
  });
}

async function effectOf(
  { ports, stored }: Bench,
  action: Act,
  change: Partial<ConnectorInput> = {},
): Promise<LogEntry | undefined> {
  const input = { ...observe(ports, stored()), ...change };
  return (await act(ports, input, action, signal)).log.at(-1);
}

const calls = ({ calls: made }: Bench): string[] => made.map(([name]) => name);
const messages = (entry: LogEntry | undefined) => entry?.events?.map(({ message }) => message);
const failing =
  (...error: Parameters<typeof remoteError>) =>
  () => {
    throw remoteError(...error);
  };
const defect = () => {
  throw new TypeError('a defect');
};

describe('a call through an instance', () => {
  const cases: readonly [
    title: string,
    error: Parameters<typeof remoteError>,
    answer: PingAnswer | undefined,
  ][] = [
    ['a token that is refused', ['unauthorized', 'Invalid Access Token'], 'refused'],
    ['an app that is refused', ['unauthorized', 'invalid_client'], 'client-refused'],
    ['a refusal without a word', ['unauthorized', 'No'], 'unexplained'],
    ['a 403 of Open Connectors', ['forbidden', 'Forbidden', { status: 403 }], 'forbidden'],
    ['a 403 of the provider', ['forbidden', 'Invalid Access Token', { source: 'provider' }], 'refused'],
    ['a 400 of the provider with a token', ['invalid', 'invalid_grant', { source: 'provider' }], 'refused'],
    ['a 400 of the provider without a word', ['invalid', 'No', { source: 'provider' }], undefined],
    ['a 400 of Open Connectors', ['invalid', 'invalid_grant'], undefined],
    ['a 410', ['unexpected', 'Gone', { status: 410 }], 'outage'],
    ['a 404', ['not-found', 'Not found', { status: 404 }], 'outage'],
    ['a 5xx of the provider', ['unavailable', 'HTTP 503', { source: 'provider' }], 'outage'],
    ['a response that the provider never gives', ['unexpected', 'x', { source: 'provider' }], 'outage'],
    ['a missing object of the provider', ['not-found', 'x', { source: 'provider' }], 'outage'],
    ['a 429', ['throttled', 'Invalid Access Token', { status: 429 }], undefined],
    ['a response that Open Connectors never gives', ['unexpected', 'x'], undefined],
    ['an ambiguous outcome', ['ambiguous', 'x'], undefined],
  ];

  it.each(cases)('is answered by %s', async (_title, error, answer) => {
    const it = settled({ pingInstance: failing(...error) });
    const entry = await effectOf(it, PING);
    const { tested } = it.ports.memory.recall(it.stored().metadata.uid);
    if (answer === undefined) {
      expect(entry?.outcome).toMatchObject({ kind: 'failed', error: { class: error[0] } });
      expect(tested).toBeUndefined();
    } else {
      expect(entry?.outcome).toEqual({ kind: 'ping', answer });
      expect(tested).toEqual({ at: NOW, answer });
    }
  });

  it.each(cases)('of another connector is answered by %s', async (_title, error, answer) => {
    const it = settled({ pingInstance: failing(...error) });
    expect((await effectOf(it, PING_PEER))?.outcome).toEqual({ kind: 'peer' });
    const { tested } = it.ports.memory.recall(PEER);
    expect(tested).toEqual(answer === undefined ? undefined : { at: NOW, answer });
  });

  it('fails where Open Connectors is away, which is remembered as an outage', async () => {
    const it = settled({ pingInstance: failing('unavailable', 'HTTP 502') });
    expect((await effectOf(it, PING))?.outcome).toMatchObject({ kind: 'failed' });
    await effectOf(it, PING_PEER);
    const { memory } = it.ports;
    const outage = { at: NOW, answer: 'outage' };
    expect([memory.recall(it.stored().metadata.uid).tested, memory.recall(PEER).tested]).toEqual([
      outage,
      outage,
    ]);
  });

  it('that works is remembered, for the instance and for that of another connector', async () => {
    const it = settled();
    expect((await effectOf(it, PING))?.outcome).toEqual({ kind: 'ping', answer: 'answered' });
    await effectOf(it, PING_PEER);
    const tested = { at: NOW, answer: 'answered' };
    expect(it.ports.memory.recall(it.stored().metadata.uid)).toMatchObject({ pingedAt: NOW, tested });
    expect(it.ports.memory.recall(PEER).tested).toEqual(tested);
    expect(it.calls).toEqual([
      ['pingInstance', 'a token'],
      ['pingInstance', 'its token'],
    ]);
  });

  it.each([
    ['Invalid Access Token', undefined],
    ['invalid_client', { digest: 'd', at: 1 }],
  ])('that is refused with "%s" leaves of a doubt %j', async (message, ambiguous) => {
    const it = settled({ pingInstance: failing('unauthorized', message) });
    const { uid } = it.stored().metadata;
    it.ports.memory.remember(uid, {
      ...it.ports.memory.recall(uid),
      ambiguous: { digest: 'd', at: 1 },
    });
    await effectOf(it, PING);
    expect(it.ports.memory.recall(uid).ambiguous).toEqual(ambiguous);
  });

  it.each([PING, PING_PEER])('ends the reconcile with a defect: $type', async (action) => {
    await expect(effectOf(settled({ pingInstance: defect }), action)).rejects.toThrow('a defect');
  });
});

describe('a write to an instance', () => {
  const writes = [RENAME, DISABLE, DELETE, FREE];
  const operations: Partial<Record<Act['type'], string>> = {
    patch: 'patchInstance',
    enable: 'setInstanceEnabled',
    'delete-instance': 'deleteInstance',
    'release-tags': 'patchInstance',
  };

  it.each(writes)('comes after a read by id: $type', async (action) => {
    const it = settled();
    expect(await effectOf(it, action)).toMatchObject({ outcome: { kind: 'done' }, read: ID });
    expect(calls(it)).toEqual(['readInstance', operations[action.type]]);
  });

  it.each(writes)('needs no read where the action before it read the instance: $type', async (action) => {
    const it = settled();
    const log: LogEntry[] = [
      { action: { type: 'read-instance', id: ID }, outcome: { kind: 'done' }, read: ID },
    ];
    await effectOf(it, action, { log });
    expect(calls(it)).toEqual([operations[action.type]]);
  });

  it.each(writes)('is not made to an instance that differs from the observed one: $type', async (action) => {
    const it = settled({ readInstance: () => instance(ID, { name: 'renamed since' }) });
    expect(await effectOf(it, action)).toMatchObject({ outcome: { kind: 'stale' }, read: ID });
    expect(calls(it)).toEqual(['readInstance']);
  });

  it.each([RENAME, DISABLE])('that finds nothing has the instance read again: $type', async (action) => {
    const missing = failing('not-found', 'x', { status: 404 });
    const it = settled({ patchInstance: missing, setInstanceEnabled: missing });
    expect(await effectOf(it, action)).toMatchObject({ outcome: { kind: 'stale' }, read: ID });
    expect(observe(it.ports, it.stored()).external.instances.get(ID)).toBeUndefined();
  });

  it.each([RENAME, DISABLE, DELETE])('that fails is an outcome for the decision: $type', async (action) => {
    const broken = failing('unavailable');
    const it = settled({ patchInstance: broken, setInstanceEnabled: broken, deleteInstance: broken });
    expect((await effectOf(it, action))?.outcome).toMatchObject({ kind: 'failed' });
    expect(observe(it.ports, it.stored()).external.instances.get(ID)).toEqual(instance(ID));
  });

  it.each<[Act, string]>([
    [RENAME, `Updated instance ${ID}: name.`],
    [{ ...RENAME, reason: 'Adopted' }, `Adopted instance ${ID}: name.`],
    [{ ...RENAME, reason: 'TakenOver' }, `Took over instance ${ID}: name.`],
    [{ ...RENAME, reason: 'DriftCorrected' }, `Reverted drift on instance ${ID}: name.`],
    [DISABLE, `Disabled instance ${ID}.`],
    [{ ...DISABLE, enabled: true }, `Enabled instance ${ID}.`],
    [DELETE, `Deleted instance ${ID}.`],
    [
      { ...DELETE, reason: 'DuplicateRemoved' },
      `Deleted duplicate instance ${ID} of an interrupted create call.`,
    ],
    [{ ...DELETE, reason: 'Replaced' }, `Deleted instance ${ID}, which is not in use any more.`],
    [FREE, `Left instance ${ID} in Open Connectors.`],
  ])('is an event: %#', async (action, message) => {
    expect(messages(await effectOf(settled(), action))).toEqual([message]);
  });

  it('that disables is known before the next listing', async () => {
    const it = settled();
    await effectOf(it, DISABLE);
    expect(observe(it.ports, it.stored()).external.instances.get(ID)).toMatchObject({ disabled: true });
  });
});

describe('the deletion of an instance', () => {
  it('that is gone already is done without an event, and is no proof', async () => {
    const it = settled({ deleteInstance: failing('not-found', 'x', { status: 404 }) });
    const entry = await effectOf(it, DELETE);
    expect([entry?.outcome, entry?.events]).toEqual([{ kind: 'done' }, undefined]);
    expect(observe(it.ports, it.stored()).external.instances.get(ID)).toBeUndefined();
  });
});

describe('the removal of the owner tags', () => {
  const refused = () => settled({ patchInstance: failing('forbidden', 'No role.') });

  it('is tried once where the resource goes in any case', async () => {
    const entry = await effectOf(refused(), FREE);
    expect(entry?.outcome).toEqual({ kind: 'done' });
    expect(messages(entry)).toEqual([
      `Left instance ${ID} in Open Connectors with its k8s- tags: No role. Remove the tags in Open Connectors.`,
    ]);
  });

  it('fails where it is repeated', async () => {
    expect((await effectOf(refused(), { ...FREE, onFailure: 'retry' }))?.outcome).toMatchObject({
      kind: 'failed',
    });
    await expect(effectOf(settled({ patchInstance: defect }), FREE)).rejects.toThrow('a defect');
  });
});

describe('the definition of an element', () => {
  const READ: Act = { type: 'read-element', element: 'infusionsoftrest' };
  const known = (it: Bench) => it.inventory.about('', []).elements.get('infusionsoftrest');

  it.each<RemoteErrorClass>(['not-found', 'forbidden', 'invalid', 'unexpected'])(
    'is empty where the account does not show it: %s',
    async (errorClass) => {
      const it = settled({ readElement: failing(errorClass) });
      expect((await effectOf(it, READ))?.outcome).toEqual({ kind: 'done' });
      expect(known(it)).toEqual(new Map());
    },
  );

  it.each<RemoteErrorClass>(['unavailable', 'throttled', 'unauthorized', 'ambiguous'])(
    'is read again after %s',
    async (errorClass) => {
      const it = settled({ readElement: failing(errorClass) });
      expect((await effectOf(it, READ))?.outcome).toMatchObject({ kind: 'failed' });
      expect(known(it)).toBeUndefined();
    },
  );

  it('ends the reconcile with a defect', async () => {
    await expect(effectOf(settled({ readElement: defect }), READ)).rejects.toThrow('a defect');
  });
});

describe('an account that changed since it was observed', () => {
  const moved = { ...READY_ACCOUNT, organizationId: '6000' };

  it.each([
    ['organization', { ...READY_ACCOUNT, organizationId: '6000' }],
    ['base URL', { ...READY_ACCOUNT, baseUrl: 'https://other.example.com' }],
  ])('receives no call of an input of another %s', async (_what, observed) => {
    const it = settled();
    const input = { ...observe(it.ports, it.stored()), account: observed };
    const after = await act(it.ports, input, PING, signal);
    expect(after.log.at(-1)?.outcome).toEqual({ kind: 'stale' });
    expect([after.account, it.calls]).toEqual([READY_ACCOUNT, []]);
  });

  it('receives no call when it was closed, and shows why', async () => {
    const blocked = {
      state: 'blocked',
      reason: 'AccountNotReady',
      message: 'Away.',
      stalled: false,
    } as const;
    const it = settled({}, { account: blocked });
    const input = { ...observe(it.ports, it.stored()), account: moved };
    const after = await act(it.ports, input, PING, signal);
    expect([after.log.at(-1)?.outcome, after.account]).toEqual([{ kind: 'stale' }, blocked]);
  });

  it.each<[RemoteErrorClass, number]>([
    ['unauthorized', 1],
    ['forbidden', 0],
    ['unavailable', 0],
  ])('is called in doubt by a call that is %s %d times', async (errorClass, times) => {
    const it = settled({ listInstancesByTag: failing(errorClass) });
    expect((await effectOf(it, { type: 'search' }))?.outcome).toMatchObject({ kind: 'failed' });
    expect(it.suspicions()).toBe(times);
  });
});

describe('the fallback credentials', () => {
  const OPEN: Act = { type: 'open-fallback-credentials', account: ACCOUNT };
  const unknown = { state: 'unknown' } as const;

  it.each(['open', 'absent', 'refused'] as const)('are %s', async (kept) => {
    const it = settled({}, { account: unknown, kept });
    const input = observe(it.ports, it.stored());
    const after = await act(it.ports, input, OPEN, signal);
    expect(after.log.at(-1)?.outcome).toEqual({ kind: 'fallback', fallback: kept });
    expect(after.account).toEqual(kept === 'open' ? READY_ACCOUNT : unknown);
  });
});

describe('a read without the right to write', () => {
  it('has the same outcome as in a reconcile', async () => {
    const it = settled({ pingInstance: failing('unavailable') });
    const input = observe(it.ports, it.stored());
    const read = { type: 'read-instance', id: ID } as const;
    expect((await carryOutRead(it.ports, input, read, signal)).log).toEqual([
      { action: read, outcome: { kind: 'done' }, read: ID },
    ]);
    const failed = await carryOutRead(it.ports, input, { type: 'ping', id: ID, token: 'a' }, signal);
    expect(failed.log.at(-1)?.outcome).toMatchObject({ kind: 'failed' });
  });

  it('throws what is no error of Open Connectors', async () => {
    const it = settled({ readInstance: defect });
    const input = observe(it.ports, it.stored());
    const read = { type: 'read-instance', id: ID } as const;
    await expect(carryOutRead(it.ports, input, read, signal)).rejects.toThrow('a defect');
  });

  it('is a defect where the account has no session', async () => {
    const it = settled({}, { account: { state: 'unknown' } });
    const input = observe(it.ports, it.stored());
    await expect(carryOutRead(it.ports, input, { type: 'search' }, signal)).rejects.toThrow(
      'a read was decided without an account',
    );
  });
});

describe('the instance in status', () => {
  it('is written as it was created', async () => {
    const it = settled();
    it.edit((stored) => ({ ...stored, status: readyStatus(ID, { instance: undefined }) }));
    const entry = await effectOf(it, { type: 'record-instance', instance: instance(5000) });
    expect(entry?.outcome).toEqual({ kind: 'done' });
    expect(it.stored().status?.instance).toMatchObject({ id: 5000, connector: 'infusionsoftcrm' });
  });
});
