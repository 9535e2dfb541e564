import { describe, expect, it } from 'vitest';
import { FINALIZER } from '../../../../src/api/group.ts';
import type { Act } from '../../../../src/connector/action.ts';
import type { ConnectorInput } from '../../../../src/connector/input.ts';
import { assume, NEW_INSTANCE_ID } from '../../../../src/connector/plan/assume.ts';
import type { InstanceBody } from '../../../../src/openconnectors/port.ts';
import { wasSent } from '../../../../src/ownership/write-ahead-record.ts';
import { ACCOUNT, attempt, connector, HELD, readyStatus, UID } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { ID, input, settledInput } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { DRAFT } from '../../../support/builders/record-draft.ts';
import { NOW } from '../../../support/builders/time.ts';

const BODY: InstanceBody = {
  element: 'infusionsoftcrm',
  name: 'team-a-crm',
  tags: instance(ID).tags ?? [],
  configuration: { 'oauth.api.secret': 'a value' },
  grant: { kind: 'code', code: 'a code' },
};
const after = (action: Act, of: ConnectorInput = settledInput()): ConnectorInput =>
  assume(of, action, printOf);
const shown = (of: ConnectorInput, id = ID) => of.external.instances.get(id);
const last = ({ log }: ConnectorInput) => log.at(-1);

describe('an action that is assumed to succeed', () => {
  it.each<Act>([
    { type: 'read-secret', name: 'a' },
    { type: 'ping-peer', uid: 'a', token: 't' },
    { type: 'read-element', element: 'infusionsoftrest' },
    { type: 'open-fallback-credentials', account: ACCOUNT },
    { type: 'record-removal', id: ID },
    { type: 'reauthorize', id: ID, body: BODY, draft: DRAFT },
    { type: 'release-tags', id: ID, tags: [], onFailure: 'retry' },
    { type: 'release-connection-secret', name: 'a' },
  ])('is in the log, and changes nothing that is known: $type', (action) => {
    const of = settledInput();
    const { log, ...rest } = after(action, of);
    expect(log).toEqual([{ action, outcome: { kind: 'done' }, read: undefined }]);
    expect([rest.external, rest.connector, rest.facts, rest.memory, rest.account]).toEqual([
      of.external,
      of.connector,
      of.facts,
      of.memory,
      of.account,
    ]);
  });

  it('reads what is known', () => {
    expect(last(after({ type: 'read-instance', id: ID }))).toMatchObject({ read: ID });
    expect(last(after({ type: 'verify-account', id: ID }))).toMatchObject({ read: ID });
    expect(last(after({ type: 'ping', id: ID, token: 't' }))).toMatchObject({
      outcome: { kind: 'ping', answer: 'answered' },
    });
    expect(after({ type: 'search' }, input({ searchedAt: NOW - 1 })).external.searchedAt).toBe(NOW);
  });

  it('finds nothing of an instance that was deleted before', () => {
    const deleted = after({ type: 'delete-instance', id: ID, reason: 'Deleted' });
    expect(shown(deleted)).toBeUndefined();
    const read = after({ type: 'read-instance', id: ID }, deleted);
    expect([shown(read), last(read)?.read]).toEqual(['not-found', ID]);
  });

  it('changes an instance that is known, and no other', () => {
    const renamed = after({ type: 'patch', id: ID, patch: { name: 'x' }, reason: 'Updated' });
    expect(shown(renamed)).toEqual({ ...instance(ID), name: 'x' });
    const configured = after({
      type: 'patch',
      id: ID,
      patch: { configuration: { 'oauth.scope': 'full' } },
      reason: 'Updated',
    });
    expect(shown(configured)).toMatchObject({
      configuration: { ...instance(ID).configuration, 'oauth.scope': 'full' },
    });
    expect(shown(after({ type: 'enable', id: ID, enabled: false }))).toMatchObject({ disabled: true });
    expect(shown(after({ type: 'enable', id: ID, enabled: true }))).toMatchObject({ disabled: false });
    const gone = settledInput({ instances: [], gone: [ID] });
    expect(shown(after({ type: 'enable', id: ID, enabled: false }, gone))).toBe('not-found');
    expect(shown(after({ type: 'enable', id: 8, enabled: false }), 8)).toBeUndefined();
  });

  it('creates an instance with a higher id than any, whose values are not shown', () => {
    const created = after({ type: 'create', body: BODY, draft: DRAFT }, input());
    expect(shown(created, NEW_INSTANCE_ID)).toMatchObject({
      id: NEW_INSTANCE_ID,
      name: 'team-a-crm',
      disabled: false,
      createdAt: new Date(NOW).toISOString(),
      configuration: { 'oauth.api.secret': '********' },
    });
    expect(created.connector.metadata.finalizers).toEqual([FINALIZER]);
    expect(created.memory.accepted).toBe(created.storedRecord?.digest);
    const token = { ...BODY, grant: { kind: 'refresh-token', refreshToken: 'a token' } } as const;
    const { storedRecord } = after({ type: 'create', body: token, draft: DRAFT }, input());
    const sent = (value: string) => wasSent(storedRecord, { value, fingerprint: printOf(value) });
    expect([sent('a token'), sent('a code')]).toEqual([true, false]);
  });

  it('adds the finalizer once', () => {
    const finalizersOf = (subject: ConnectorInput) => subject.connector.metadata.finalizers;
    expect(finalizersOf(after({ type: 'add-finalizer' }, input()))).toEqual([FINALIZER]);
    const other = input({ connector: connector({ metadata: { finalizers: ['another/one'] } }) });
    expect(finalizersOf(after({ type: 'add-finalizer' }, other))).toEqual(['another/one', FINALIZER]);
    const held = input({ connector: connector({ metadata: HELD }) });
    expect(after({ type: 'add-finalizer' }, held).connector).toBe(held.connector);
  });

  it('writes and deletes Secrets', () => {
    const written = after({ type: 'write-one-time-code', name: 'a' });
    expect(written.facts.get('a')).toMatchObject({ state: 'unread', owners: [UID] });
    for (const type of ['remove-secret', 'delete-connection-secret'] as const) {
      expect(after({ type, name: 'a' }, written).facts.get('a')).toEqual({
        state: 'absent',
        confirmed: true,
      });
    }
  });

  it.each([
    ['crm-connection', 'connection', 'nextConnection'],
    ['crm-connection-next', 'nextConnection', 'connection'],
  ] as const)('knows the content of the Secret that it wrote: %s', (name, role, other) => {
    const of = input();
    const data = { 'element-token': 't' };
    const { facts, memory } = after({ type: 'write-connection-secret', name, data, exists: false }, of);
    expect(facts.get(name)).toMatchObject({ state: 'unread', owners: [UID] });
    expect([memory[role]?.resourceVersion, memory[other]]).toEqual(['assumed', undefined]);
    const again = after({ type: 'write-connection-secret', name, data: {}, exists: false }, of);
    expect(again.memory[role]?.content).not.toBe(memory[role]?.content);
  });

  it('records in status what a real one records', () => {
    const recorded = after({ type: 'record-instance', instance: instance(8) }, input());
    expect(recorded.connector.status?.instance).toMatchObject({ id: 8 });
    const disabled = after({ type: 'record-disabling' });
    expect(disabled.connector.status?.instance).toMatchObject({ id: ID, enabled: false });
    const none = input();
    expect(after({ type: 'record-disabling' }, none).connector).toBe(none.connector);
    const switched = after({
      type: 'record-switch',
      to: instance(8),
      from: { id: ID, connector: 'infusionsoftcrm', as: { kind: 'next' } },
    });
    expect(switched.connector.status).toMatchObject({ instance: { id: 8 }, next: { id: ID } });
  });

  it('records the outcome of a credential', () => {
    const of = input({
      connector: connector({ metadata: HELD, annotations: { attempt: attempt() }, status: readyStatus(ID) }),
    });
    const { storedRecord: record } = of;
    if (record === undefined) {
      throw new Error('the record of the test is none');
    }
    const absent = after({ type: 'write-record', record: { kind: 'absent', at: NOW, record } }, of);
    expect(absent.storedRecord?.absentAt).toBe(new Date(NOW).toISOString());
    const credential = { value: 'first', fingerprint: printOf('first') };
    const adopted = after(
      { type: 'write-record', record: { kind: 'adopt', record, credential, credentialKind: 'code' } },
      of,
    );
    expect(wasSent(adopted.storedRecord, credential)).toBe(true);
  });
});
