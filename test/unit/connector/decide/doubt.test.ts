import { describe, expect, it } from 'vitest';
import { settleDoubt } from '../../../../src/connector/decide/authorization/authorize.ts';
import { attempt, connector, digest, HELD, readyStatus } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { ID, input, SETTINGS } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { secretRead, VALUES } from '../../../support/builders/secrets.ts';
import { at, MINUTE, NOW, SECOND, second } from '../../../support/builders/time.ts';
import { blockedBy, decides } from './table.ts';

const CODE = digest(VALUES.code);
const OTHER = digest('another code');
const held = (annotation?: string) =>
  connector({ metadata: HELD, ...(annotation !== undefined && { annotations: { attempt: annotation } }) });
const newCode = { 'crm-code': secretRead({ code: 'a new code' }, { resourceVersion: '2' }) };

describe('a grant whose outcome is unknown', () => {
  const { createDeadlineMs, searchGraceMs } = SETTINGS;
  const settlesMs = createDeadlineMs + searchGraceMs;
  const lateMs = settlesMs + MINUTE;
  const crashed = held(attempt({ at: at(0) }));
  const waiting = (time: number) =>
    blockedBy('Synced', 'SearchingInstance', 'outcome is unknown', {
      kind: 'at',
      time,
    });
  const doubt = { ambiguous: { digest: CODE, at: NOW + SECOND } } as const;
  const absent = held(attempt({ at: at(0), absentAt: at(settlesMs) }));
  decides([
    {
      name: 'after a crash, not searched since',
      because: 'the instance may be there, and then nobody has to wait',
      input: input({ connector: crashed, now: NOW + SECOND, searchedAt: NOW - 1 }),
      action: { type: 'search' },
    },
    {
      name: 'after a crash, searched at the moment of the record',
      because: 'most instances are found once the lag of the list is over',
      input: input({ connector: crashed, now: NOW + SECOND, searchedAt: NOW }),
      action: waiting(NOW + searchGraceMs),
    },
    {
      name: 'after the lag of the list',
      because: 'a second search costs one call and may spare minutes',
      input: input({ connector: crashed, now: NOW + searchGraceMs, searchedAt: NOW + SECOND }),
      action: { type: 'search' },
    },
    {
      name: 'searched after the lag of the list',
      because: 'the request may still be under way, so that a miss proves nothing yet',
      input: input({ connector: crashed, now: NOW + 2 * searchGraceMs, searchedAt: NOW + searchGraceMs }),
      action: waiting(NOW + settlesMs),
    },
    {
      name: 'one millisecond before it settles',
      because: 'the deadline and the lag of the list both count in full',
      input: input({ connector: crashed, now: NOW + settlesMs - 1, searchedAt: NOW + searchGraceMs }),
      action: waiting(NOW + settlesMs),
    },
    {
      name: 'when it settles',
      because: 'only a search that begins now can find nothing for certain',
      input: input({ connector: crashed, now: NOW + settlesMs, searchedAt: NOW + settlesMs - 1 }),
      action: { type: 'search' },
    },
    {
      name: 'settled, and searched exactly then',
      because: 'the absence is recorded, so that another account or a restart need not search again',
      input: input({ connector: crashed, now: NOW + settlesMs, searchedAt: NOW + settlesMs }),
      action: { type: 'write-record', record: { kind: 'absent', at: NOW + settlesMs } },
    },
    {
      name: 'recorded as absent',
      because: 'the code is spent',
      input: input({ connector: absent, now: NOW + settlesMs, searchedAt: NOW + settlesMs }),
      action: blockedBy(
        'Authorized',
        'CredentialUsed',
        'The authorization code was sent and the outcome is unknown. Provide a new code in Secret "crm-code".',
      ),
    },
    {
      name: 'recorded as absent, with a new code',
      because: 'the way is free for it',
      input: input({
        connector: absent,
        now: NOW + settlesMs,
        searchedAt: NOW + settlesMs,
        secrets: newCode,
      }),
      action: { type: 'create', draft: { previousCreated: 'unknown' } },
    },
    {
      name: 'not settled, with a new code',
      because: 'a second instance would be made beside the one that may be coming',
      input: input({ connector: crashed, now: NOW + SECOND, searchedAt: NOW, secrets: newCode }),
      action: waiting(NOW + searchGraceMs),
    },
    {
      name: 'seen to end in doubt, last searched before',
      because: 'the list of a second ago cannot show it',
      input: input({ connector: crashed, memory: doubt, now: NOW + SECOND, searchedAt: NOW }),
      action: { type: 'search' },
    },
    {
      name: 'seen to end in doubt, searched after the lag of the list',
      because: 'the server may still be working although the connection is lost',
      input: input({
        connector: crashed,
        memory: doubt,
        now: NOW + SECOND + searchGraceMs,
        searchedAt: NOW + SECOND + searchGraceMs,
      }),
      action: waiting(NOW + settlesMs),
    },
    {
      name: 'with a doubt about another credential',
      because: 'what is remembered of an older one does not shorten the wait for this one',
      input: input({
        connector: crashed,
        memory: { ambiguous: { digest: OTHER, at: NOW - MINUTE } },
        now: NOW + searchGraceMs,
        searchedAt: NOW + searchGraceMs,
      }),
      action: waiting(NOW + settlesMs),
    },
    {
      name: 'seen to end long after its deadline, searched at once',
      because:
        'the process stood still before the call left, so that it may be under way when its deadline is over',
      input: input({
        connector: crashed,
        memory: { ambiguous: { digest: CODE, at: NOW + lateMs } },
        now: NOW + lateMs + 1,
        searchedAt: NOW + lateMs,
      }),
      action: waiting(NOW + lateMs + searchGraceMs),
    },
    {
      name: 'seen to end long after its deadline, searched after the lag of the list',
      because: 'a call that is over for this long shows in the list',
      input: input({
        connector: crashed,
        memory: { ambiguous: { digest: CODE, at: NOW + lateMs } },
        now: NOW + lateMs + searchGraceMs,
        searchedAt: NOW + lateMs + searchGraceMs,
      }),
      action: { type: 'write-record', record: { kind: 'absent', at: NOW + lateMs + searchGraceMs } },
    },
    {
      name: 'seen to end in the future',
      because:
        'the clock was set back after the call; its record has waited for the deadline and the lag of the list',
      input: input({
        connector: crashed,
        memory: { ambiguous: { digest: CODE, at: NOW + 60 * MINUTE }, clockSetBackAt: NOW + SECOND },
        now: NOW + settlesMs,
        searchedAt: NOW + settlesMs,
      }),
      action: { type: 'write-record', record: { kind: 'absent', at: NOW + settlesMs } },
    },
    {
      name: 'recorded in the future',
      because: 'the clock was set back, so that the wait counts from when that was noticed',
      input: input({
        connector: held(attempt({ at: at(24 * 60 * MINUTE) })),
        memory: { clockSetBackAt: NOW - SECOND },
        now: NOW + searchGraceMs,
        searchedAt: NOW + searchGraceMs - SECOND,
      }),
      action: waiting(NOW - SECOND + settlesMs),
    },
    {
      name: 'searched in the future',
      because: 'a search before the clock was set back may be older than the create',
      input: input({ connector: crashed, now: NOW + SECOND, searchedAt: NOW + 24 * 60 * MINUTE }),
      action: { type: 'search' },
    },
    {
      name: 'refused',
      because: 'a refusal is an answer: nothing was made',
      input: input({
        connector: crashed,
        memory: { refused: { digest: CODE, message: 'no' } },
        searchedAt: NOW - MINUTE,
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationFailed',
        'The authorization code in Secret "crm-code" failed: no. Provide a new code.',
      ),
    },
    {
      name: 'followed by another code that was refused, and supplied again',
      because: 'the refusal was of the other code',
      input: input({
        connector: held(
          attempt({
            digest: OTHER,
            at: at(0),
            spent: [{ digest: CODE, at: at(-MINUTE), kind: 'code', created: 'no' }],
          }),
        ),
        memory: { refused: { digest: OTHER, message: 'no' } },
        searchedAt: NOW - MINUTE,
      }),
      action: blockedBy(
        'Authorized',
        'CredentialUsed',
        'The authorization code was already used. Provide a new code in Secret "crm-code".',
      ),
    },
    {
      name: 'found',
      because: 'the instance with our uid on it is the answer',
      input: input({ connector: crashed, now: NOW + SECOND, instances: [instance(9)] }),
      action: { type: 'read-instance', id: 9 },
    },
    {
      name: 'found, and read',
      because: 'an instance is adopted only after a read by id shows it as ours',
      input: input({
        connector: crashed,
        now: NOW + SECOND,
        instances: [instance(9)],
        log: { read: [9] },
      }),
      action: { type: 'ping', id: 9 },
    },
    {
      name: 'accepted',
      because: 'status names the credential that the instance works with',
      input: input({
        connector: connector({
          metadata: HELD,
          annotations: { attempt: attempt({ at: at(0) }) },
          status: readyStatus(ID),
        }),
        gone: [ID],
        searchedAt: NOW - MINUTE,
        now: NOW + 2 * SECOND,
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        'Instance 4711 not found in Open Connectors; a new one needs OAuth consent. Provide a new code in Secret "crm-code".',
      ),
    },
    {
      name: 'after another one was accepted, whatever the clock says',
      because: 'a time proves nothing: the clock may have been set back',
      input: input({
        connector: connector({
          metadata: HELD,
          annotations: { attempt: attempt({ at: at(0) }) },
          status: readyStatus(ID, {
            authorization: { authorizedAt: second(24 * 60 * MINUTE), grant: OTHER },
          }),
        }),
        gone: [ID],
        searchedAt: NOW + SECOND,
        now: NOW + 2 * SECOND,
      }),
      action: waiting(NOW + searchGraceMs),
    },
    {
      name: 'recorded with a keyed hash, and authorized since',
      because: 'status of before has only a time, in whole seconds',
      input: input({
        connector: connector({
          metadata: HELD,
          annotations: { attempt: JSON.stringify({ credential: printOf(VALUES.code), at: at(900) }) },
          status: readyStatus(ID, { authorization: { authorizedAt: second(900) } }),
        }),
        gone: [ID],
        searchedAt: NOW - MINUTE,
        now: NOW + 2 * SECOND,
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        'Instance 4711 not found in Open Connectors; a new one needs OAuth consent. Provide a new code in Secret "crm-code".',
      ),
    },
  ]);
});

it('the late instance of an earlier code does not end the search for the instance of the latest one', () => {
  const spent = [{ kind: 'code', digest: OTHER, at: at(-MINUTE), created: 'unknown' }] as const;
  const replaced = input({
    connector: connector({
      metadata: HELD,
      spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined },
      status: readyStatus(ID, { authorization: { authorizedAt: second(-60 * MINUTE), grant: OTHER } }),
      annotations: { attempt: attempt({ at: at(0), spent }) },
    }),
    instances: [
      instance(ID, { createdAt: second(-60 * MINUTE) }),
      instance(9, { createdAt: second(-55 * SECOND) }),
    ],
    now: NOW + SECOND,
    searchedAt: NOW - SECOND,
  });
  expect(replaced.instances.created.map(({ id }) => id)).toContain(9);
  const due = { why: 'create', insteadOf: { id: ID, because: 'replaced' } } as const;
  expect(settleDoubt(replaced, due)).toEqual({ type: 'search' });
});
