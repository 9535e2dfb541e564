import { describe, expect, it } from 'vitest';
import type { Reason } from '../../../../src/api/reasons.ts';
import type { PingAnswer } from '../../../../src/connector/action-log.ts';
import { authorize } from '../../../../src/connector/decide/authorization/authorize.ts';
import { judgeFailure } from '../../../../src/connector/decide/authorization/judge-failure.ts';
import type { Peer } from '../../../../src/connector/peer.ts';
import { jitterOffsetOf } from '../../../../src/reconciler/jitter-offset.ts';
import { condition, readyStatus, UID, unverifiedStatus } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import {
  ID,
  remoteError,
  type SettledChange,
  settledInput,
  UNREAD,
} from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { READ, secretAbsent, secretRead, VALUES } from '../../../support/builders/secrets.ts';
import { HOUR, MINUTE, NOW, SECOND, second } from '../../../support/builders/time.ts';
import { blockedBy, decides } from './table.ts';

const OWN = printOf(VALUES.clientId);
const OTHER = printOf('client-2');

/** An hour in which, of five instances of an account, the one of the builders is enabled to find out. */
const PROBE_TURN = [0, 1, 2, 3, 4]
  .map((hours) => NOW + hours * HOUR)
  .find((now) => Math.floor(now / HOUR) % 5 === Math.floor(jitterOffsetOf(UID) * 5)) as number;

/** Another connector, by its uid, whose latest call was now. */
function peer(uid: string, client: string, answer: PingAnswer | undefined, change: Partial<Peer> = {}): Peer {
  const tested = answer && { at: NOW, answer };
  return { uid, token: `token-of-${uid}`, client, isDisabled: false, tested, ...change };
}

/** A connector whose call failed as `answer` says after the account was verified. */
function failing(answer: PingAnswer, peers: readonly Peer[], change: SettledChange = {}) {
  return settledInput({
    secrets: READ,
    log: { ping: answer, accountProven: true },
    peers,
    ...change,
    connector: {
      status: unverifiedStatus(ID),
      oauth: { authorizationCodeSecretRef: undefined },
      ...change.connector,
    },
  });
}

/** The same where Open Connectors disabled the instance. */
function disabled(peers: readonly Peer[], change: SettledChange = {}) {
  return failing('forbidden', peers, {
    instances: [instance(ID, { disabled: true })],
    log: { read: [ID], accountProven: true },
    ...change,
  });
}

/** A status in which the OAuth app is rejected. */
const REJECTED_APP = readyStatus(ID, {
  conditions: [condition('Authorized', 'False', 'OAuthClientRejected')],
});

/** A Secret with another client_secret than the one that was applied. */
const newClientSecret = {
  secrets: {
    ...READ,
    'crm-oauth': secretRead(
      { client_id: VALUES.clientId, client_secret: VALUES.clientSecret },
      { resourceVersion: '2' },
    ),
  },
  connector: {
    status: unverifiedStatus(ID, {
      credentials: readyStatus(ID).credentials?.map((entry) =>
        entry.key === 'client_secret' ? { ...entry, fingerprint: printOf('older') } : entry,
      ),
    }),
  },
} satisfies SettledChange;

/** Four other connectors, of which those of another client_id work at this moment. */
const rejectedApp = (at: number): readonly Peer[] => [
  peer('a', OWN, 'refused', { tested: { at, answer: 'refused' } }),
  ...['b', 'c', 'd'].map((uid) => peer(uid, OTHER, 'answered', { tested: { at, answer: 'answered' } })),
];

/** A connector of another client_id whose call was refused at this moment. */
const refusedAt = (uid: string, at: number): Peer =>
  peer(uid, OTHER, 'refused', { tested: { at, answer: 'refused' } });

/** A status in which an outage has lasted for `ms`. */
function outage(ms: number) {
  return readyStatus(ID, {
    conditions: [
      condition('Authorized', 'False', 'ProviderUnavailable', { lastTransitionTime: second(-ms) }),
    ],
  });
}

/** A doubted connector that was triggered while `failures` in status still hold it back for `ms`. */
function waiting(lastReason: Reason, ms: number): SettledChange {
  const failures = { count: 1, lastReason, nextAttemptAt: second(ms) };
  return { triggered: true, connector: { status: unverifiedStatus(ID, { failures }) } };
}

/** The values of the Secrets were sent in this reconcile, and the call still fails. */
const secretsSent: SettledChange = {
  log: { reconfigured: true, ping: 'client-refused', accountProven: true },
};

const first = { connector: { status: readyStatus(ID) } };
const unverified = (text: string) => blockedBy('Authorized', 'AuthorizationUnverified', text, 'any');
const unavailable = blockedBy('Authorized', 'ProviderUnavailable', 'no consent is required', 'any');
const clientRejected = blockedBy('Authorized', 'OAuthClientRejected', 'Secret "crm-oauth"', 'any');
const revoked = blockedBy('Authorized', 'AuthorizationRevoked', 'Infusionsoft rejected', 'any');
const many = (client: string, answer: PingAnswer) =>
  ['a', 'b', 'c', 'd', 'e'].map((uid) => peer(`${uid}${client}`, client, answer));

describe('a first failure', () => {
  decides([
    {
      name: 'with other connectors',
      because: 'what they show decides, and those of other client_ids show most',
      input: failing('refused', [peer('a', OWN, undefined), peer('b', OTHER, undefined)], first),
      action: { type: 'ping-peer', uid: 'b', token: 'token-of-b' },
    },
    {
      name: 'with others that are known',
      because: 'the call is repeated before anything follows from it',
      input: failing('refused', [peer('a', OWN, 'answered'), peer('b', OTHER, 'answered')], first),
      action: {
        type: 'finish',
        result: { reason: 'AuthorizationUnverified', retry: { kind: 'backoff', retryAfterMs: 5 * MINUTE } },
      },
    },
    {
      name: 'before a call of another connector that works',
      because: 'the second call comes after the wait, and not at the same moment',
      input: failing('refused', many(OWN, 'answered'), {
        ...first,
        memory: { tested: { at: NOW - 1, answer: 'refused' } },
      }),
      action: unverified('A test call through instance 4711 failed'),
    },
    {
      name: 'with an outage of the provider for an answer',
      because: 'it may be over in a moment',
      input: failing('outage', [], first),
      action: unverified('A test call through instance 4711 failed; the cause is not verified.'),
    },
    {
      name: 'an instance that Open Connectors disabled',
      because: 'an outage of the token endpoint disables many',
      input: disabled([], first),
      action: unverified('Open Connectors disabled instance 4711; the cause is not verified.'),
    },
    {
      name: 'repeated early, because the resource was edited',
      because: 'the time between the two calls is what tells an outage from a short failure',
      input: failing('refused', [], {
        triggered: true,
        connector: {
          status: unverifiedStatus(ID, {
            failures: { count: 1, lastReason: 'AuthorizationUnverified', nextAttemptAt: second(MINUTE) },
          }),
        },
      }),
      action: unverified('Wait for the next check.'),
    },
    {
      name: 'repeated at the begin of the longest wait',
      because: 'the time of the next attempt is rounded up to a second',
      input: failing('refused', [], waiting('AuthorizationUnverified', 5 * MINUTE + SECOND)),
      action: {
        type: 'finish',
        result: {
          reason: 'AuthorizationUnverified',
          retry: { kind: 'backoff', retryAfterMs: 5 * MINUTE + SECOND },
        },
      },
    },
    {
      name: 'repeated while a wait is on record that is longer than any',
      because: 'the clock was set back since',
      input: failing('refused', [], waiting('AuthorizationUnverified', 10 * MINUTE)),
      action: revoked,
    },
    {
      name: 'repeated while the wait after another failure is not over',
      because: 'that wait was not for the second call',
      input: failing('refused', [], waiting('RemoteError', MINUTE)),
      action: revoked,
    },
    {
      name: 'of Open Connectors, for the third time',
      because: 'the provider may be behind it',
      input: settledInput({
        connector: {
          status: readyStatus(ID, {
            failures: { count: 3, lastReason: 'InstanceNotAnswering', nextAttemptAt: second(-MINUTE) },
          }),
        },
        log: { failure: { type: 'ping', error: remoteError('unavailable', 'HTTP 502', { status: 502 }) } },
      }),
      action: { type: 'verify-account', id: ID },
    },
    {
      name: 'of Open Connectors, for the second time',
      because: 'it may be short',
      input: settledInput({
        connector: {
          status: readyStatus(ID, {
            failures: { count: 2, lastReason: 'InstanceNotAnswering', nextAttemptAt: second(-MINUTE) },
          }),
        },
        log: { failure: { type: 'ping', error: remoteError('unavailable', 'HTTP 502', { status: 502 }) } },
      }),
      action: blockedBy('Ready', 'InstanceNotAnswering', 'A test call through the instance failed', 'any'),
    },
    {
      name: 'of Open Connectors, after three failures of another kind',
      because: 'they say nothing about the provider',
      input: settledInput({
        connector: {
          status: readyStatus(ID, {
            failures: { count: 3, lastReason: 'RemoteError', nextAttemptAt: second(-MINUTE) },
          }),
        },
        log: { failure: { type: 'ping', error: remoteError('unavailable', 'HTTP 502', { status: 502 }) } },
      }),
      action: blockedBy('Ready', 'InstanceNotAnswering', 'A test call through the instance failed', 'any'),
    },
    {
      name: 'that is no failure of Open Connectors, after three that were',
      because: 'another class says nothing about the provider',
      input: settledInput({
        connector: {
          status: readyStatus(ID, {
            failures: { count: 3, lastReason: 'InstanceNotAnswering', nextAttemptAt: second(-MINUTE) },
          }),
        },
        log: { failure: { type: 'ping', error: remoteError('unexpected', 'HTTP 502', { status: 502 }) } },
      }),
      action: blockedBy('Ready', 'InstanceNotAnswering', 'A test call through the instance failed', 'any'),
    },
  ]);
});

describe('a second failure', () => {
  decides([
    {
      name: 'alone among connectors of its client_id that work',
      because: 'the grant was revoked',
      input: failing('refused', [...many(OWN, 'answered'), peer('x', OTHER, 'answered')]),
      action: revoked,
    },
    {
      name: 'without any other connector, refused for its token',
      because: 'nothing speaks for an outage',
      input: failing('refused', []),
      action: revoked,
    },
    {
      name: 'without any other connector, refused without a word about a token',
      because: 'a switch-off of the API looks like this',
      input: failing('unexplained', []),
      action: unavailable,
    },
    {
      name: 'without a word about a token, while others work',
      because: 'the provider works for them',
      input: failing('unexplained', many(OWN, 'answered')),
      action: revoked,
    },
    {
      name: 'of several client_ids',
      because: 'the provider refuses everybody',
      input: failing('refused', [...many(OWN, 'refused'), peer('x', OTHER, 'unexplained')]),
      action: unavailable,
    },
    {
      name: 'of many connectors of the only client_id',
      because: 'it is more likely an outage than so many revocations',
      input: failing('refused', many(OWN, 'refused')),
      action: unavailable,
    },
    {
      name: 'of one client_id, while another works',
      because: 'the OAuth app is what they have in common',
      input: failing('refused', [peer('a', OWN, 'refused'), peer('x', OTHER, 'answered')], {
        log: { reconfigured: true, ping: 'refused', accountProven: true },
      }),
      action: clientRejected,
    },
    {
      name: 'with a text about the OAuth app',
      because: 'the provider names the cause',
      input: failing('client-refused', [], secretsSent),
      action: clientRejected,
    },
    {
      name: 'with a text about the OAuth app, before the values of the Secrets were sent again',
      because: 'an update that was given up may have been processed late, after a newer one',
      input: failing('client-refused', []),
      action: {
        type: 'patch',
        id: ID,
        patch: {
          configuration: {
            'oauth.api.secret': VALUES.clientSecret,
            'infusionsoft.private.key': VALUES.encryptedKey,
          },
        },
        reason: 'Updated',
      },
    },
    {
      name: 'with a text about the OAuth app, and Secrets that were not read',
      because: 'their values are sent again',
      input: failing('client-refused', [], { secrets: UNREAD }),
      action: { type: 'read-secret', name: 'crm-oauth' },
    },
    {
      name: 'with a text about the OAuth app that status names already',
      because: 'the values were sent before it did',
      input: failing('client-refused', [], { connector: { status: REJECTED_APP } }),
      action: clientRejected,
    },
    {
      name: 'with an outage for an answer',
      because: 'a consent would help nothing',
      input: failing('outage', many(OWN, 'answered')),
      action: unavailable,
    },
    {
      name: 'after a call that worked long before it',
      because: 'it says nothing about now',
      input: failing('refused', [
        peer('a', OWN, 'answered', { tested: { at: NOW - 4 * MINUTE, answer: 'answered' } }),
      ]),
      action: { type: 'ping-peer', uid: 'a' },
    },
    {
      name: 'before a call of another connector that works',
      because: 'a short failure may have ended between the two calls',
      input: failing('refused', many(OWN, 'answered'), {
        memory: { tested: { at: NOW - 1, answer: 'refused' } },
      }),
      action: { type: 'ping', id: ID },
    },
    {
      name: 'repeated after a call of another connector that works',
      because: 'others work before and after it',
      input: failing('refused', many(OWN, 'answered'), {
        memory: { tested: { at: NOW - 1, answer: 'refused' } },
        log: { accountProven: true, repeatedPing: 'refused' },
      }),
      action: revoked,
    },
    {
      name: 'with an outage for an answer, before a call of another connector that works',
      because: 'an outage of one call says nothing that a comparison could correct',
      input: failing('outage', many(OWN, 'answered'), {
        memory: { tested: { at: NOW - 1, answer: 'outage' } },
      }),
      action: unavailable,
    },
    {
      name: 'with a new client_secret in the Secret',
      because: 'it may be what makes the instance work',
      input: failing('client-refused', [], newClientSecret),
      action: { type: 'patch', id: ID, reason: 'Updated' },
    },
    {
      name: 'with a new client_secret that was sent in this reconcile',
      because: 'what Open Connectors did not keep is not sent in a circle',
      input: failing('client-refused', [], {
        ...newClientSecret,
        log: { reconfigured: true, ping: 'client-refused', accountProven: true },
      }),
      action: clientRejected,
    },
  ]);
});

describe('an outage', () => {
  decides([
    {
      name: 'of a single client_id, for 72 hours',
      because: 'no announced outage is longer',
      input: failing('refused', many(OWN, 'refused'), { connector: { status: outage(72 * HOUR) } }),
      action: revoked,
    },
    {
      name: 'of a single client_id, a second before that',
      because: 'it may still end',
      input: failing('refused', many(OWN, 'refused'), { connector: { status: outage(72 * HOUR - 1_000) } }),
      action: unavailable,
    },
    {
      name: 'of several client_ids, after 72 hours',
      because: 'so many consents would help nothing',
      input: failing('refused', many(OTHER, 'refused'), { connector: { status: outage(100 * HOUR) } }),
      action: unavailable,
    },
    {
      name: 'in which a consent was accepted',
      because: 'nobody is asked for another one',
      input: failing('unexplained', [], {
        log: { authorized: true, ping: 'unexplained', accountProven: true },
        connector: {
          status: readyStatus(ID, { conditions: [condition('Authorized', 'False', 'AuthorizationRevoked')] }),
        },
      }),
      action: unverified('the cause is not verified'),
    },
    {
      name: 'that disabled this instance and others',
      because: 'one of them at a time is enabled to find out whether it is over',
      input: disabled(
        ['a', 'b', 'c', 'd'].map((uid) => peer(uid, OTHER, undefined, { isDisabled: true })),
        { now: PROBE_TURN + HOUR, connector: { status: outage(HOUR) } },
      ),
      action: unavailable,
    },
    {
      name: 'that disabled this instance and others, when its turn comes',
      because: 'without a call nothing shows that the outage is over',
      input: disabled(
        ['a', 'b', 'c', 'd'].map((uid) => peer(uid, OTHER, undefined, { isDisabled: true })),
        { now: PROBE_TURN, connector: { status: outage(HOUR) } },
      ),
      action: { type: 'enable', id: ID, enabled: true },
    },
    {
      name: 'that disabled this instance, and is over',
      because: 'the instance is enabled once',
      input: disabled(many(OWN, 'answered'), { connector: { status: outage(HOUR) } }),
      action: { type: 'enable', id: ID, enabled: true },
    },
    {
      name: 'that is over for other connectors',
      because: 'it does not end for all at the same moment',
      input: failing('refused', many(OWN, 'answered'), { connector: { status: outage(HOUR) } }),
      action: unverified('Wait for the next check.'),
    },
    {
      name: 'that is over for another client_id',
      because: 'it does not end for all at the same moment',
      input: failing('unexplained', [peer('a', OWN, 'refused'), peer('x', OTHER, 'answered')], {
        connector: { status: outage(HOUR) },
      }),
      action: unverified('Wait for the next check.'),
    },
    {
      name: 'with 5xx for longer than any outage, while others work',
      because: 'nothing but a new grant is left to try',
      input: failing('outage', many(OWN, 'answered'), { connector: { status: outage(72 * HOUR) } }),
      action: revoked,
    },
    {
      name: 'that disabled this instance, and is over for another client_id',
      because: 'another failing instance of its client_id may wait for this one',
      input: disabled([peer('a', OWN, 'refused'), peer('x', OTHER, 'answered')], {
        connector: { status: outage(HOUR) },
      }),
      action: { type: 'enable', id: ID, enabled: true },
    },
    {
      name: 'of this instance alone, which Open Connectors disabled while another of its client_id fails',
      because: 'each would count as the proof that the client_id is rejected',
      input: disabled([peer('a', OWN, 'refused'), peer('x', OTHER, 'answered')]),
      action: { type: 'enable', id: ID, enabled: true },
    },
    {
      name: 'of one other client_id, where Open Connectors disabled this instance',
      because: 'two that fail for different causes would wait for each other',
      input: disabled([refusedAt('x', PROBE_TURN + HOUR)], { now: PROBE_TURN + HOUR }),
      action: { type: 'enable', id: ID, enabled: true },
    },
    {
      name: 'of many client_ids, where Open Connectors disabled this instance',
      because: 'it disables all of them in a long outage',
      input: disabled(
        ['v', 'w', 'x', 'y', 'z'].map((uid) => refusedAt(uid, PROBE_TURN + HOUR)),
        { now: PROBE_TURN + HOUR },
      ),
      action: unavailable,
    },
    {
      name: 'that is over, with an instance that was enabled and works no more than the others of its client_id',
      because: 'it is enabled once',
      input: failing('refused', [peer('a', OWN, 'refused'), peer('x', OTHER, 'answered')], {
        connector: { status: outage(HOUR) },
        log: { enabledSet: true, reconfigured: true, ping: 'refused', accountProven: true },
      }),
      action: clientRejected,
    },
    {
      name: 'that is over, with an instance that was enabled and does not work',
      because: 'its grant ended',
      input: failing('refused', many(OWN, 'answered'), {
        connector: { status: outage(HOUR) },
        log: { enabledSet: true, ping: 'refused', accountProven: true },
      }),
      action: revoked,
    },
    {
      name: 'that disabled the only instance',
      because: 'no other one can show that it is over',
      input: disabled([], { connector: { status: outage(HOUR) } }),
      action: { type: 'enable', id: ID, enabled: true },
    },
    {
      name: 'of one client_id that disabled this instance, before its turn',
      because: 'enabling it in a loop would not make its grant work',
      input: disabled(rejectedApp(PROBE_TURN + HOUR), {
        now: PROBE_TURN + HOUR,
        connector: { status: REJECTED_APP },
      }),
      action: clientRejected,
    },
    {
      name: 'of one client_id that disabled this instance again after it was enabled',
      because: 'a disabled instance cannot show that the values of the Secrets make it work',
      input: disabled(rejectedApp(NOW), {
        log: { enabledSet: true, ping: 'forbidden', accountProven: true, read: [ID] },
      }),
      action: clientRejected,
    },
    {
      name: 'of one client_id that disabled this instance, and is over for another instance of it',
      because: 'the app works again, so that a call shows whether the grant does',
      input: disabled(many(OWN, 'answered'), { connector: { status: REJECTED_APP } }),
      action: { type: 'enable', id: ID, enabled: true },
    },
    {
      name: 'of one client_id that disabled this instance, when its turn comes',
      because: 'without a call nothing shows that the app works again',
      input: disabled(rejectedApp(PROBE_TURN), { now: PROBE_TURN, connector: { status: REJECTED_APP } }),
      action: { type: 'enable', id: ID, enabled: true },
    },
    {
      name: 'of which a failure before is still to be repeated',
      because: 'the wait was for the failure, and the outage is known since',
      input: failing('refused', [], {
        triggered: true,
        connector: {
          status: {
            ...outage(HOUR),
            failures: { count: 1, lastReason: 'AuthorizationUnverified', nextAttemptAt: second(MINUTE) },
          },
        },
      }),
      action: revoked,
    },
    {
      name: 'in which a user asks for a new grant',
      because: 'what a user asks for is not withheld',
      input: failing('unexplained', [], {
        connector: { annotations: { reauthorizeAt: 'now' }, status: outage(HOUR) },
      }),
      action: { type: 'finish', result: { condition: 'Authorized', reason: 'AuthorizationRevoked' } },
    },
    {
      name: 'that is over for another client_id, before the turn of this disabled instance',
      because: 'the instance is enabled once when others work again',
      input: disabled(rejectedApp(PROBE_TURN + HOUR), {
        now: PROBE_TURN + HOUR,
        connector: { status: outage(HOUR) },
      }),
      action: { type: 'enable', id: ID, enabled: true },
    },
    {
      name: 'of one client_id that disabled this instance, with a new client_secret sent in this reconcile',
      because: 'the new value may be what makes it work',
      input: disabled(rejectedApp(PROBE_TURN + HOUR), {
        now: PROBE_TURN + HOUR,
        connector: { status: REJECTED_APP },
        log: { read: [ID], accountProven: true, reconfigured: true },
      }),
      action: { type: 'enable', id: ID, enabled: true },
    },
    {
      name: 'while a person is asked already',
      because: 'a call at intervals notices if it was not the grant after all',
      input: failing('unexplained', [], {
        connector: {
          status: readyStatus(ID, { conditions: [condition('Authorized', 'False', 'AuthorizationRevoked')] }),
        },
      }),
      action: { type: 'finish', result: { reason: 'AuthorizationRevoked', retry: { kind: 'at' } } },
    },
  ]);
});

describe('a failing call while a person is asked', () => {
  const asked = readyStatus(ID, { conditions: [condition('Authorized', 'False', 'AuthorizationRevoked')] });
  const newCode = { ...READ, 'crm-code': secretRead({ code: 'a new code' }, { resourceVersion: '2' }) };

  it('sends the new code that is there, and nothing else', () => {
    const input = failing('refused', [], { secrets: newCode, connector: { status: asked, oauth: {} } });
    const action = judgeFailure(input, instance(ID), 'refused');
    expect(action).toMatchObject({ type: 'reauthorize', id: ID });
    expect(action).not.toHaveProperty('result');
  });

  it('waits as long as for any Secret that is missing, and not until the next call is due', () => {
    const input = failing('refused', [], {
      secrets: { ...READ, 'crm-key': secretAbsent },
      connector: { status: asked },
    });
    const action = judgeFailure(input, instance(ID), 'refused');
    expect(action).toMatchObject({ result: { reason: 'SecretNotFound', retry: { kind: 'at' } } });
    expect(action).toEqual(authorize(input, { why: 'revoked', instance: instance(ID) }));
  });
});
