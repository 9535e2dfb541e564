import { describe, expect, it } from 'vitest';
import { ANNOTATIONS, FINALIZER } from '../../../../src/api/group.ts';
import { act } from '../../../../src/connector/act/act.ts';
import type { Act } from '../../../../src/connector/action.ts';
import type { ConnectorInput } from '../../../../src/connector/input.ts';
import { observe } from '../../../../src/connector/observe/observe.ts';
import { KubeError } from '../../../../src/kube/client/errors.ts';
import type { InstanceBody } from '../../../../src/openconnectors/port.ts';
import { parseRecord, wasSent } from '../../../../src/ownership/write-ahead-record.ts';
import { attempt, connector, HELD, readyStatus, UID } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { ID, settledConnector } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { type Bench, type BenchChange, bench } from '../../../support/builders/ports.ts';
import { DRAFT } from '../../../support/builders/record-draft.ts';
import { workingRemote } from '../../../support/builders/remote.ts';
import { READ, secretAbsent, secretRead, secretUnread } from '../../../support/builders/secrets.ts';

const { signal } = new AbortController();
const NAME = 'crm-connection';
const NEXT = 'crm-connection-next';
const WRITE = {
  type: 'write-connection-secret',
  name: NAME,
  data: { 'element-token': 'a token' },
  exists: true,
} as const satisfies Act;
const ours = (resourceVersion = '1') => secretRead({ a: 'b' }, { owners: [UID], resourceVersion });
const oursUnread = (resourceVersion = '1') => secretUnread({ owners: [UID], resourceVersion });

function settled(secrets: BenchChange['secrets'] = {}, change: Partial<BenchChange> = {}): Bench {
  return bench({
    connector: settledConnector(),
    listed: [instance(ID)],
    answers: workingRemote(new Map([[ID, instance(ID)]])),
    secrets: { ...READ, ...secrets },
    ...change,
  });
}

/** The input after `action`, decided on these Secrets. */
async function after(
  { ports, stored }: Bench,
  action: Act,
  facts: BenchChange['secrets'] = {},
  change: Partial<ConnectorInput> = {},
): Promise<ConnectorInput> {
  const input = observe(ports, stored());
  const known = new Map([...input.facts, ...Object.entries(facts)]);
  return await act(ports, { ...input, facts: known, ...change }, action, signal);
}

const outcomeOf = ({ log }: ConnectorInput) => log.at(-1)?.outcome;
const eventsOf = ({ log }: ConnectorInput) => log.at(-1)?.events;
const written = ({ writes }: Bench): string[] => writes.map(([what]) => what);

/** Has another client write the resource, which the observation does not show. */
function editMeanwhile(it: Bench): void {
  it.edit((stored) => ({ ...stored, metadata: { ...stored.metadata, resourceVersion: '101' } }));
}

/** The bench with another answer of the API server for Secrets. */
function withSecrets(it: Bench, change: Partial<Bench['ports']['secrets']>): Bench {
  return { ...it, ports: { ...it.ports, secrets: { ...it.ports.secrets, ...change } } };
}

describe('the connection Secret', () => {
  it('that was read is updated without another read', async () => {
    const it = settled({ [NAME]: ours() });
    const input = await after(it, WRITE, { [NAME]: ours() });
    expect([outcomeOf(input), written(it), it.reads]).toEqual([
      { kind: 'done' },
      [`update secret ${NAME}`],
      [],
    ]);
    expect(it.ports.memory.recall(UID).connection?.resourceVersion).toBe('1001');
  });

  it('is read before it is updated, so that its annotations stay', async () => {
    const it = settled({ [NAME]: ours() });
    expect(outcomeOf(await after(it, WRITE, { [NAME]: oursUnread() }))).toEqual({ kind: 'done' });
    expect([written(it), it.reads]).toEqual([[`update secret ${NAME}`], [NAME]]);
  });

  it.each([
    ['has another version by now', ours('2'), '2'],
    ['was deleted since', secretAbsent, undefined],
  ])('is not written where it %s', async (_title, current, version) => {
    const it = settled({ [NAME]: current });
    const input = await after(it, WRITE, { [NAME]: oursUnread() });
    expect([outcomeOf(input), written(it)]).toEqual([{ kind: 'stale' }, []]);
    expect(input.facts.get(NAME)).toEqual(current);
    expect(it.ports.memory.recall(UID).connection?.resourceVersion).toBe(version);
  });

  it('is created where it is absent, whatever was decided', async () => {
    const it = settled();
    const input = await after(it, WRITE, { [NAME]: secretAbsent });
    expect([outcomeOf(input), written(it)]).toEqual([{ kind: 'done' }, [`create secret ${NAME}`]]);
    expect(eventsOf(input)).toEqual([
      { reason: 'ConnectionSecretWritten', message: `Created connection Secret "${NAME}".` },
    ]);
  });

  it('is read where it exists although it is to be created', async () => {
    const it = settled({ [NAME]: ours('7') });
    const input = await after(it, { ...WRITE, exists: false }, { [NAME]: oursUnread('7') });
    expect([outcomeOf(input), written(it), it.reads]).toEqual([{ kind: 'stale' }, [], [NAME]]);
    expect(input.facts.get(NAME)).toEqual(ours('7'));
  });

  it('fails to be created with the error of the API server', async () => {
    const denied = new KubeError('forbidden', 'denied');
    const it = withSecrets(settled(), { create: () => Promise.reject(denied) });
    await expect(after(it, { ...WRITE, exists: false }, { [NAME]: secretAbsent })).rejects.toBe(denied);
    expect(it.reads).toEqual([]);
  });

  it.each([
    ['updated', WRITE, { [NAME]: ours() }],
    ['created', { ...WRITE, exists: false }, { [NAME]: secretAbsent }],
    ['deleted', { type: 'delete-connection-secret', name: NAME } as const, { [NAME]: ours() }],
  ])('is not %s by a leader whose resource is not the current one', async (_title, action, facts) => {
    const it = settled(facts);
    const { ports, stored } = it;
    const input = { ...observe(ports, stored()), facts: new Map(Object.entries(facts)) };
    editMeanwhile(it);
    await expect(act(ports, input, action, signal)).rejects.toMatchObject({ kind: 'conflict' });
    expect(written(it)).toEqual([]);
  });

  it('is created for the first instance before status has one', async () => {
    const it = settled({}, { connector: connector({ metadata: HELD }) });
    const { ports, stored } = it;
    const input = { ...observe(ports, stored()), facts: new Map([[NAME, secretAbsent]]) };
    editMeanwhile(it);
    const result = await act(ports, input, { ...WRITE, exists: false }, signal);
    expect([outcomeOf(result), written(it)]).toEqual([{ kind: 'done' }, [`create secret ${NAME}`]]);
  });

  it.each([
    ['restored after another client changed it', readyStatus(ID), 'ConnectionSecretRepaired'],
    ['updated after an edit', readyStatus(ID, { observedGeneration: 0 }), 'ConnectionSecretUpdated'],
  ])('is %s', async (_title, status, reason) => {
    const it = settled({ [NAME]: ours() }, { connector: settledConnector({ status }) });
    expect(eventsOf(await after(it, WRITE, { [NAME]: ours() }))).toMatchObject([{ reason }]);
  });

  it.each([
    ['exists', ours(), [`disown secret ${NAME}`]],
    ['is absent', secretAbsent, []],
  ])('is released where it %s', async (_title, fact, writes) => {
    const it = settled({ [NAME]: fact });
    const input = await after(it, { type: 'release-connection-secret', name: NAME }, { [NAME]: fact });
    expect([outcomeOf(input), written(it)]).toEqual([{ kind: 'done' }, writes]);
    expect(input.facts.get(NAME)).not.toMatchObject({ owners: [UID] });
    const unknown = settled();
    await after(unknown, { type: 'release-connection-secret', name: 'unknown' });
    expect(written(unknown)).toEqual([]);
  });

  it('that is absent is deleted without a comparison of the resource', async () => {
    const it = settled();
    const { ports, stored } = it;
    const input = { ...observe(ports, stored()), facts: new Map([[NAME, secretAbsent]]) };
    editMeanwhile(it);
    const result = await act(ports, input, { type: 'delete-connection-secret', name: NAME }, signal);
    expect([outcomeOf(result), written(it)]).toEqual([{ kind: 'done' }, []]);
  });
});

describe('a Secret that is read', () => {
  it('is remembered by its content where it is a connection', async () => {
    const it = settled({ [NAME]: ours(), [NEXT]: ours('3') });
    await after(it, { type: 'read-secret', name: 'crm-oauth' });
    expect(it.ports.memory.recall(UID)).toMatchObject({ connection: undefined, nextConnection: undefined });
    await after(it, { type: 'read-secret', name: NAME, also: [NEXT] });
    expect(it.ports.memory.recall(UID)).toMatchObject({
      connection: { resourceVersion: '1' },
      nextConnection: { resourceVersion: '3' },
    });
  });
});

describe('a Secret of a consent', () => {
  const REMOVE: Act = { type: 'remove-secret', name: 'crm-consent-code' };
  const WRITE_CODE: Act = { type: 'write-one-time-code', name: 'crm-consent-code' };

  it('is removed in the version that was observed', async () => {
    const it = settled({ 'crm-consent-code': ours() });
    const input = await after(it, REMOVE, { 'crm-consent-code': ours() });
    expect([outcomeOf(input), written(it)]).toEqual([{ kind: 'done' }, ['delete secret crm-consent-code']]);
    expect(input.facts.get('crm-consent-code')).toEqual({ state: 'absent' });
  });

  it('is read where it has another version by now', async () => {
    const it = settled({ 'crm-consent-code': ours('2') });
    const input = await after(it, REMOVE, { 'crm-consent-code': oursUnread() });
    expect([outcomeOf(input), written(it)]).toEqual([{ kind: 'stale' }, []]);
    expect(input.facts.get('crm-consent-code')).toEqual(ours('2'));
  });

  it.each([secretAbsent, undefined])('costs no call where it is absent: %j', async (fact) => {
    const removed: string[] = [];
    const it = withSecrets(settled(), {
      remove: async (_namespace, name) => {
        removed.push(name);
        return 'absent';
      },
    });
    const input = await after(it, REMOVE, fact && { 'crm-consent-code': fact });
    expect([outcomeOf(input), removed]).toEqual([{ kind: 'done' }, []]);
  });

  it('is created with a code of its own', async () => {
    const it = settled();
    const input = await after(it, WRITE_CODE);
    expect([outcomeOf(input), written(it)]).toEqual([{ kind: 'done' }, ['create secret crm-consent-code']]);
    expect(input.facts.get('crm-consent-code')).toMatchObject({ state: 'read', owners: [UID] });
  });

  it('is read where it exists already', async () => {
    const it = settled({ 'crm-consent-code': ours() });
    const input = await after(it, WRITE_CODE);
    expect([outcomeOf(input), written(it)]).toEqual([{ kind: 'stale' }, []]);
    expect(input.facts.get('crm-consent-code')).toEqual(ours());
  });

  it('fails to be created with the error of the API server', async () => {
    const denied = new KubeError('forbidden', 'denied');
    const it = withSecrets(settled(), { create: () => Promise.reject(denied) });
    await expect(after(it, WRITE_CODE)).rejects.toBe(denied);
    expect(it.reads).toEqual([]);
  });
});

describe('the write-ahead record', () => {
  it('takes the first credential after a lost key for the one that was sent', async () => {
    const keyed = parseRecord(JSON.stringify({ credential: 'old:hash', at: '2026-01-01T00:00:00.000Z' }));
    if (keyed === undefined) {
      throw new Error('the record of the test is none');
    }
    const it = settled();
    const credential = { value: 'a code', fingerprint: printOf('a code') };
    await after(it, {
      type: 'write-record',
      record: { kind: 'adopt', record: keyed, credential, credentialKind: 'code' },
    });
    const stored = parseRecord(it.stored().metadata.annotations?.[ANNOTATIONS.attempt]);
    expect([wasSent(stored, credential), stored?.kind, stored?.absentAt]).toEqual([true, 'code', undefined]);
  });

  it('keeps that nothing was found of its credential', async () => {
    const record = parseRecord(attempt());
    if (record === undefined) {
      throw new Error('the record of the test is none');
    }
    const it = settled();
    await after(it, { type: 'write-record', record: { kind: 'absent', at: 5_000, record } });
    expect(parseRecord(it.stored().metadata.annotations?.[ANNOTATIONS.attempt])).toEqual({
      ...record,
      absentAt: '1970-01-01T00:00:05.000Z',
    });
  });
});

describe('a created instance', () => {
  const body: InstanceBody = {
    element: 'infusionsoftrest',
    name: 'team-a-crm',
    tags: ['k8s-a'],
    configuration: {},
    grant: { kind: 'code', code: 'a code' },
  };

  it.each([
    ['infusionsoftrest', ['Created']],
    ['infusionsoftcrm', ['Created', 'LegacyConnector']],
  ] as const)('of %s is reported with %j', async (element, reasons) => {
    const it = settled({}, { connector: connector() });
    const input = await after(it, { type: 'create', body: { ...body, element }, draft: DRAFT });
    expect(outcomeOf(input)).toEqual({ kind: 'done' });
    expect(eventsOf(input)?.map(({ reason }) => reason)).toEqual(reasons);
    expect(it.stored().metadata.finalizers).toEqual([FINALIZER]);
  });
});
