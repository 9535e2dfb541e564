import { describe, expect, it } from 'vitest';
import type { Act } from '../../../src/connector/action.ts';
import {
  type ActionLog,
  areTagsReleased,
  isAccountVerified,
  isAuthorized,
  isConnectionWritten,
  isGrantDisputed,
  isInstancePinged,
  isPeerPinged,
  isPingRepeated,
  isReadSincePatch,
  isReadSincePing,
  isReconfigured,
  isRemovalRecorded,
  justRead,
  type LogEntry,
  latestPatch,
  type Outcome,
  pingAnswer,
} from '../../../src/connector/action-log.ts';
import type { InstanceBody } from '../../../src/openconnectors/port.ts';
import { remoteError } from '../../support/builders/input.ts';
import { DRAFT } from '../../support/builders/record-draft.ts';

const ID = 7;
const OTHER = 8;
const BODY: InstanceBody = {
  element: 'infusionsoftcrm',
  name: 'x',
  tags: [],
  configuration: {},
  grant: { kind: 'code', code: 'a code' },
};
const OUTCOMES = {
  done: { kind: 'done' },
  stale: { kind: 'stale' },
  ambiguous: { kind: 'ambiguous' },
  rejected: { kind: 'rejected' },
  failed: { kind: 'failed', error: remoteError('unavailable') },
} as const satisfies Record<string, Outcome>;
type Kind = keyof typeof OUTCOMES;

const entry = (action: Act, kind: Kind = 'done', read?: number): LogEntry => ({
  action,
  outcome: OUTCOMES[kind],
  read,
});
const create = (kind?: Kind) => entry({ type: 'create', body: BODY, draft: DRAFT }, kind);
const reauthorize = (kind?: Kind) => entry({ type: 'reauthorize', id: ID, body: BODY, draft: DRAFT }, kind);
const rename = (kind?: Kind) =>
  entry({ type: 'patch', id: ID, patch: { name: 'x' }, reason: 'Updated' }, kind);
const configure = (kind?: Kind) =>
  entry({ type: 'patch', id: ID, patch: { configuration: {} }, reason: 'Updated' }, kind);
const read = (id = ID) => entry({ type: 'read-instance', id }, 'done', id);
const verify = (kind?: Kind) => entry({ type: 'verify-account', id: ID }, kind);
const search = entry({ type: 'search' });
const ping = (id = ID, answer: 'answered' | 'refused' = 'refused'): LogEntry => ({
  action: { type: 'ping', id, token: 'a' },
  outcome: { kind: 'ping', answer },
});
const wrote = (name: string) => entry({ type: 'write-connection-secret', name, data: {}, exists: true });
const switched = entry({
  type: 'record-switch',
  to: {
    id: OTHER,
    name: 'x',
    element: undefined,
    tags: undefined,
    disabled: undefined,
    createdAt: undefined,
    token: undefined,
    configuration: undefined,
  },
  from: { id: ID, connector: 'infusionsoftcrm', as: { kind: 'next' } },
});

describe('the latest answer to a ping', () => {
  it.each<[string, ActionLog, string | undefined]>([
    ['is none without a ping', [read()], undefined],
    ['is the latest of several', [ping(ID, 'answered'), ping(ID, 'refused')], 'refused'],
    ['stays after a read', [ping(), read()], 'refused'],
    ['is out of date after a create', [ping(), create()], undefined],
    ['is out of date after a create with an unknown outcome', [ping(), create('ambiguous')], undefined],
    ['stays after a create that was refused', [ping(), create('rejected')], 'refused'],
    ['stays after a create that failed', [ping(), create('failed')], 'refused'],
    ['is out of date after a new grant', [ping(), reauthorize()], undefined],
    ['is out of date after a disputed grant', [ping(), reauthorize('rejected')], undefined],
    ['stays after a grant that was not sent', [ping(), reauthorize('stale')], 'refused'],
    ['is out of date after a new configuration', [ping(), configure()], undefined],
    ['stays after a configuration that was not sent', [ping(), configure('stale')], 'refused'],
    ['stays after a new name', [ping(), rename()], 'refused'],
    ['follows a new configuration', [configure(), ping(ID, 'answered')], 'answered'],
  ])('%s', (_title, log, answer) => {
    expect(pingAnswer(log)).toBe(answer);
  });
});

describe('a grant', () => {
  it.each<[string, ActionLog, boolean, boolean]>([
    ['none', [search], false, false],
    ['a create', [create()], true, false],
    ['a reauthorization', [reauthorize()], true, false],
    ['a reauthorization with an unknown outcome', [reauthorize('ambiguous')], false, true],
    ['a rejected reauthorization', [reauthorize('rejected')], false, true],
    ['a failed reauthorization', [reauthorize('failed')], false, false],
    ['a stale reauthorization', [reauthorize('stale')], false, false],
    ['a create with an unknown outcome', [create('ambiguous')], false, false],
    ['a rejected create', [create('rejected')], false, false],
  ])('is accepted, and is disputed, by %s: %#', (_title, log, accepted, disputed) => {
    expect([isAuthorized(log), isGrantDisputed(log)]).toEqual([accepted, disputed]);
  });
});

describe('the verification of the account', () => {
  it.each<[string, ActionLog, boolean, boolean]>([
    ['none', [ping()], false, false],
    ['a failed one', [verify('failed')], false, false],
    ['one', [verify()], true, false],
    ['one before a new grant', [verify(), reauthorize()], false, false],
    ['one after a new grant', [reauthorize(), verify()], true, false],
    ['one before a grant that was rejected', [verify(), reauthorize('rejected')], true, false],
    ['one after the call', [ping(), verify()], true, false],
    ['one before a second call', [ping(), verify(), ping()], true, true],
    ['two, with a call between them', [verify(), ping(), verify()], true, false],
  ])('counts with a repeated call by %s: %#', (_title, log, verified, repeated) => {
    expect([isAccountVerified(log), isPingRepeated(log)]).toEqual([verified, repeated]);
  });
});

describe('a read', () => {
  it('since a patch is one after the latest that took effect', () => {
    expect(isReadSincePatch([read(), rename()], ID)).toBe(false);
    expect(isReadSincePatch([rename(), read()], ID)).toBe(true);
    expect(isReadSincePatch([rename(), read(OTHER)], ID)).toBe(false);
    expect(isReadSincePatch([rename(), read(), rename('stale')], ID)).toBe(true);
    expect(isReadSincePatch([read()], ID)).toBe(true);
  });

  it('since a ping is one after the latest', () => {
    expect(isReadSincePing([read(), ping()], ID)).toBe(false);
    expect(isReadSincePing([read(), search, ping()], ID)).toBe(false);
    expect(isReadSincePing([ping(), read()], ID)).toBe(true);
    expect(isReadSincePing([read()], ID)).toBe(true);
  });

  it('counts for a write that follows it immediately', () => {
    expect([justRead([]), justRead([search, read()]), justRead([read(), search])]).toEqual([
      undefined,
      ID,
      undefined,
    ]);
  });
});

describe('what was done', () => {
  it('is known by instance, connector and name', () => {
    const peer = entry({ type: 'ping-peer', uid: 'a', token: 't' });
    expect([isInstancePinged([search, ping()], ID), isInstancePinged([ping()], OTHER)]).toEqual([
      true,
      false,
    ]);
    expect(isInstancePinged([read(), verify()], ID)).toBe(false);
    expect([isPeerPinged([search, peer], 'a'), isPeerPinged([peer], 'b')]).toEqual([true, false]);
    const released = entry({ type: 'release-tags', id: ID, tags: [], onFailure: 'ignore' });
    expect([areTagsReleased([released], ID), areTagsReleased([released], OTHER)]).toEqual([true, false]);
    const removal = entry({ type: 'record-removal', id: ID });
    expect([isRemovalRecorded([removal], ID), isRemovalRecorded([removal], OTHER)]).toEqual([true, false]);
  });

  it('is a patch only where it took effect', () => {
    expect([latestPatch([rename('stale')]), latestPatch([configure(), rename()])]).toEqual([
      undefined,
      { name: 'x' },
    ]);
    expect([isReconfigured([rename()]), isReconfigured([configure(), rename()])]).toEqual([false, true]);
  });

  it('is the write of a connection Secret since the latest switch', () => {
    expect(isConnectionWritten([wrote('a')], 'a')).toBe(true);
    expect(isConnectionWritten([wrote('a')], 'b')).toBe(false);
    expect(isConnectionWritten([wrote('a'), switched], 'a')).toBe(false);
    expect(isConnectionWritten([switched, wrote('a')], 'a')).toBe(true);
  });
});
