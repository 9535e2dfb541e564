import { describe, expect, test } from 'vitest';
import { decide } from '../../../../src/controller/decide.ts';
import { attempt, CALLBACK, connector, HELD, readyStatus } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { instance, TAGS } from '../../../support/builders/instance.ts';
import {
  secretAbsent,
  secretRead,
  secretUnread,
  secretUnseen,
  VALUES,
} from '../../../support/builders/secrets.ts';
import { at, MINUTE, NOW, SECOND, second } from '../../../support/builders/time.ts';
import { ID, SETTINGS, settledConnector, settledWorld, world } from '../../../support/builders/world.ts';
import { blockedBy, decides } from './table.ts';

const CODE = printOf(VALUES.code);
const OTHER = printOf('another code');
const announced = { announced: CODE } as const;
const held = (annotation?: string) =>
  connector({ metadata: HELD, ...(annotation !== undefined && { annotations: { attempt: annotation } }) });
const newCode = { 'crm-code': secretRead({ code: 'a new code' }, { resourceVersion: '2' }) };

const body = {
  connector: 'infusionsoftcrm',
  name: 'team-a-crm',
  tags: TAGS.own,
  configuration: {
    'oauth.callback.url': CALLBACK,
    'infusionsoft.server': 'dt123.infusionsoft.com',
    'oauth.api.key': VALUES.clientId,
    'oauth.api.secret': VALUES.clientSecret,
    'infusionsoft.private.key': VALUES.encryptedKey,
  },
  grant: { kind: 'code', code: VALUES.code },
};

describe('the first authorization', () => {
  decides([
    {
      name: 'everything there',
      because: 'the record is written before the code leaves this machine',
      world: world(),
      step: {
        do: 'announce',
        attempt: { credential: CODE, at: at(0), client: printOf(VALUES.clientId), spent: [] },
      },
    },
    {
      name: 'announced in this pass',
      because: 'only what was just written may be sent, with every true value',
      world: world({ connector: held(attempt({ at: at(0) })), pass: announced }),
      step: { do: 'create', credential: CODE, body },
    },
    {
      name: 'a refresh token',
      because: 'the way without a browser is the same, with another grant',
      world: world({
        connector: connector({
          oauth: { authorizationCodeSecretRef: undefined, refreshTokenSecretRef: { name: 'crm-token' } },
        }),
        secrets: { 'crm-token': secretRead({ refresh_token: 'token-1' }) },
        pass: { announced: printOf('token-1') },
      }),
      step: {
        do: 'create',
        credential: printOf('token-1'),
        body: { ...body, grant: { kind: 'refresh-token', refreshToken: 'token-1' } },
      },
    },
    {
      name: 'infusionsoftrest',
      because: 'neither the key nor the server of the old connector goes along',
      world: world({
        connector: connector({
          metadata: HELD,
          spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined },
        }),
        pass: announced,
      }),
      step: {
        do: 'create',
        body: {
          connector: 'infusionsoftrest',
          configuration: {
            'oauth.callback.url': CALLBACK,
            'oauth.api.key': VALUES.clientId,
            'oauth.api.secret': VALUES.clientSecret,
          },
        },
      },
    },
    {
      name: "the user's own name, tags, scope and configuration",
      because: 'the instance is what the resource says from its first moment on',
      world: world({
        connector: connector({
          spec: {
            instance: {
              name: 'Sales',
              tags: ['team-sales'],
              configuration: { 'filter.response.nulls': 'false' },
            },
          },
          oauth: { scope: 'full' },
        }),
        pass: announced,
      }),
      step: {
        do: 'create',
        body: {
          name: 'Sales',
          tags: [...TAGS.own, 'team-sales'],
          configuration: { 'filter.response.nulls': 'false', 'oauth.scope': 'full' },
        },
      },
    },
    {
      name: 'the code unread',
      because: 'it is read only now that it is due',
      world: world({ secrets: { 'crm-code': secretUnread() } }),
      step: { do: 'read-secret', name: 'crm-code' },
    },
    {
      name: 'no Secret with the code',
      because: 'this is the normal state before a consent: it waits for a person, and says for what',
      world: world({ secrets: { 'crm-code': secretAbsent } }),
      step: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        /connect\.example\.com%2Foauth%2Fcallback.* under key "code" of Secret "crm-code", .* is not there yet\.$/,
      ),
    },
    {
      name: 'no Secret with the code in the cache',
      because: 'the API server is asked before a person is',
      world: world({ secrets: { 'crm-code': secretUnseen } }),
      step: { do: 'read-secret', name: 'crm-code' },
    },
    {
      name: 'the Secret without the key',
      because: 'an empty Secret that waits for the code is no mistake',
      world: world({ secrets: { 'crm-code': secretRead({}) } }),
      step: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        'under key "code" of Secret "crm-code", which spec.oauth.authorizationCodeSecretRef names and which has no such key',
      ),
    },
    {
      name: 'a code of white space',
      because: 'an empty code is a mistake, and sending it would be one more',
      world: world({ secrets: { 'crm-code': secretRead({ code: '\n' }) } }),
      step: blockedBy('SecretsResolved', 'SecretInvalid', 'spec.oauth.authorizationCodeSecretRef, is empty'),
    },
    {
      name: 'no grant named',
      because: 'a person has to consent, and is told both ways to hand it over',
      world: world({ connector: connector({ oauth: { authorizationCodeSecretRef: undefined } }) }),
      step: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        /authorizationCodeSecretRef \(or a refresh token in spec\.oauth\.refreshTokenSecretRef\)\./,
      ),
    },
    {
      name: 'no callback URL anywhere',
      because: 'without it neither a person nor the exchange can go on',
      world: world({ connector: connector({ oauth: { callbackUrl: undefined } }) }),
      step: blockedBy('Ready', 'InvalidSpec', 'EXTERNAL_URL'),
    },
    {
      name: "the operator's own callback URL",
      because: 'it stands in where the resource names none',
      world: world({
        connector: connector({ oauth: { callbackUrl: undefined } }),
        settings: { ownCallbackUrl: 'https://operator.example.com/oauth/callback' },
        pass: announced,
      }),
      step: {
        do: 'create',
        body: { configuration: { 'oauth.callback.url': 'https://operator.example.com/oauth/callback' } },
      },
    },
  ]);
});

describe('a grant that was announced before', () => {
  const spent = blockedBy('Authorized', 'CredentialUsed', 'It is never sent twice.');
  decides([
    {
      name: 'answered and searched for',
      because: 'a hash that was written once is never sent again',
      world: world({ connector: held(attempt()), searchedAt: NOW - MINUTE }),
      step: spent,
    },
    {
      name: 'among the spent ones',
      because: 'putting an old code back does not make it new',
      world: world({
        connector: held(attempt({ credential: OTHER, spent: [CODE] })),
        searchedAt: NOW - MINUTE,
      }),
      step: blockedBy('Authorized', 'CredentialUsed', 'was sent before, and no instance came of it'),
    },
    {
      name: 'refused',
      because: 'the remote side said why, which helps more than that it was used',
      world: world({
        connector: held(attempt({ at: at(-SECOND) })),
        memory: { refused: { credential: CODE, message: 'Invalid code' } },
      }),
      step: blockedBy(
        'Authorized',
        'AuthorizationFailed',
        'was refused. Invalid code. It is never sent twice',
      ),
    },
    {
      name: 'refused, with an older refusal of another one',
      because: 'only the refusal of this grant explains this grant',
      world: world({
        connector: held(attempt()),
        memory: { refused: { credential: OTHER, message: 'Invalid code' } },
      }),
      step: blockedBy('Authorized', 'CredentialUsed', 'was sent before'),
    },
    {
      name: 'certainly never sent',
      because: 'a connection that was refused costs nobody a new consent',
      world: world({
        connector: held(attempt({ at: at(-SECOND) })),
        memory: { unsent: CODE },
      }),
      step: { do: 'announce', attempt: { credential: CODE, at: at(0), spent: [] } },
    },
    {
      name: 'a new one in its place',
      because: 'the old one is remembered, newest first, so that it never comes back',
      world: world({
        connector: held(attempt({ spent: [OTHER] })),
        secrets: newCode,
      }),
      step: { do: 'announce', attempt: { credential: printOf('a new code'), spent: [CODE, OTHER] } },
    },
    {
      name: 'announced in this pass, but for another grant',
      because: 'the record in the resource has to be that of the grant that is sent',
      world: world({ connector: held(attempt({ at: at(0) })), pass: announced, secrets: newCode }),
      step: { do: 'announce', attempt: { credential: printOf('a new code') } },
    },
    {
      name: 'something unreadable in the annotation',
      because: 'a record that cannot be read counts as none; the list still finds instances',
      world: world({ connector: held('{"credential":') }),
      step: { do: 'announce', attempt: { spent: [] } },
    },
    {
      name: 'used, with the Secret gone since',
      because: 'a new code is asked for, and the old one is of no interest',
      world: world({ connector: held(attempt()), secrets: { 'crm-code': secretAbsent } }),
      step: blockedBy('Authorized', 'AuthorizationRequired', 'crm-code'),
    },
  ]);
});

describe('a grant whose outcome is unknown', () => {
  const { createDeadlineMs, searchGraceMs } = SETTINGS;
  const settlesMs = createDeadlineMs + searchGraceMs;
  const crashed = held(attempt({ at: at(0) }));
  const waiting = (time: number) =>
    blockedBy('Synced', 'SearchingInstance', 'The answer to the creation of the instance was lost', {
      kind: 'at',
      time,
    });
  const doubt = { ambiguous: { credential: CODE, at: NOW } } as const;
  decides([
    {
      name: 'after a crash, not searched since',
      because: 'the instance may be there, and then nobody has to wait',
      world: world({ connector: crashed, now: NOW + SECOND, searchedAt: NOW - 1 }),
      step: { do: 'search' },
    },
    {
      name: 'after a crash, searched at the moment of the announcement',
      because: 'the request may still be under way, so that a miss proves nothing yet',
      world: world({ connector: crashed, now: NOW + SECOND, searchedAt: NOW }),
      step: waiting(NOW + settlesMs),
    },
    {
      name: 'one millisecond before it settles',
      because: 'the deadline and the lag of the list both count in full',
      world: world({ connector: crashed, now: NOW + settlesMs - 1, searchedAt: NOW + SECOND }),
      step: waiting(NOW + settlesMs),
    },
    {
      name: 'when it settles',
      because: 'only a search that begins now can prove that there is nothing',
      world: world({ connector: crashed, now: NOW + settlesMs, searchedAt: NOW + settlesMs - 1 }),
      step: { do: 'search' },
    },
    {
      name: 'settled, and searched exactly then',
      because: 'what is not there now never will be, and the code is spent',
      world: world({ connector: crashed, now: NOW + settlesMs, searchedAt: NOW + settlesMs }),
      step: blockedBy('Authorized', 'CredentialUsed', 'no instance came of it'),
    },
    {
      name: 'settled, with a new code',
      because: 'the way is free for it',
      world: world({
        connector: crashed,
        now: NOW + settlesMs,
        searchedAt: NOW + settlesMs,
        secrets: newCode,
      }),
      step: { do: 'announce' },
    },
    {
      name: 'not settled, with a new code',
      because: 'a second instance would be made beside the one that may be coming',
      world: world({ connector: crashed, now: NOW + SECOND, searchedAt: NOW, secrets: newCode }),
      step: waiting(NOW + settlesMs),
    },
    {
      name: 'seen to end in doubt',
      because: 'the request is not under way any more, so that only the lag of the list counts',
      world: world({ connector: crashed, memory: doubt, now: NOW + SECOND, searchedAt: NOW }),
      step: waiting(NOW + searchGraceMs),
    },
    {
      name: 'seen to end in doubt, last searched before',
      because: 'the list of a minute ago cannot know',
      world: world({ connector: crashed, memory: doubt, now: NOW, searchedAt: NOW - 1 }),
      step: { do: 'search' },
    },
    {
      name: 'seen to end in doubt, and settled',
      because: 'two searches with the grace between them are believed',
      world: world({
        connector: crashed,
        memory: doubt,
        now: NOW + searchGraceMs,
        searchedAt: NOW + searchGraceMs,
      }),
      step: blockedBy('Authorized', 'CredentialUsed', 'crm-code'),
    },
    {
      name: 'doubt about another grant',
      because: 'what is remembered of an older one does not shorten the wait for this one',
      world: world({
        connector: crashed,
        memory: { ambiguous: { credential: OTHER, at: NOW - MINUTE } },
        now: NOW + searchGraceMs,
        searchedAt: NOW + SECOND,
      }),
      step: waiting(NOW + settlesMs),
    },
    {
      name: 'refused',
      because: 'a refusal is an answer: nothing was made',
      world: world({
        connector: crashed,
        memory: { refused: { credential: CODE, message: 'no' } },
        searchedAt: NOW - MINUTE,
      }),
      step: blockedBy('Authorized', 'AuthorizationFailed', 'was refused'),
    },
    {
      name: 'found',
      because: 'the instance with our uid on it is the answer',
      world: world({ connector: crashed, now: NOW + SECOND, instances: [instance(9)] }),
      step: { do: 'ping', id: 9 },
    },
    {
      name: 'authorized since',
      because: 'status says that the grant was accepted; it is only in whole seconds',
      world: world({
        connector: connector({
          metadata: HELD,
          annotations: { attempt: attempt({ at: at(900) }) },
          status: readyStatus(ID, { authorization: { authorizedAt: second(900) } }),
        }),
        gone: [ID],
        searchedAt: NOW - MINUTE,
        now: NOW + 2 * SECOND,
      }),
      step: blockedBy('Authorized', 'AuthorizationRequired', 'does not exist in Open Connectors any more'),
    },
    {
      name: 'authorized before, announced a second later',
      because: 'that was another grant',
      world: world({
        connector: connector({
          metadata: HELD,
          annotations: { attempt: attempt({ at: at(SECOND) }) },
          status: readyStatus(ID, { authorization: { authorizedAt: second(0) } }),
        }),
        gone: [ID],
        searchedAt: NOW + SECOND,
        now: NOW + 2 * SECOND,
      }),
      step: waiting(NOW + SECOND + settlesMs),
    },
  ]);
});

describe('a grant for an instance that is there', () => {
  const newClient = {
    'crm-oauth': secretRead(
      { client_id: 'client-2', client_secret: VALUES.clientSecret },
      { resourceVersion: '2' },
    ),
    'crm-key': secretRead({ encryptedKey: VALUES.encryptedKey }),
  };
  const old = { attempt: attempt({ at: at(-600_000) }) };
  const carried = { attempt: attempt({ credential: OTHER, client: printOf('client-2'), at: at(-SECOND) }) };
  const revoked = { ping: 'refused', accountProven: true } as const;
  const read = {
    'crm-oauth': secretRead({ client_id: VALUES.clientId, client_secret: VALUES.clientSecret }),
    'crm-key': secretRead({ encryptedKey: VALUES.encryptedKey }),
    'crm-code': secretRead({ code: 'a new code' }),
  };
  decides([
    {
      name: 'a call refused',
      because: 'first it has to be certain that the account is not the reason',
      world: settledWorld({ pass: { ping: 'refused' } }),
      step: { do: 'prove-account', id: ID },
    },
    {
      name: 'a call refused, the account proven, the values unread',
      because: 'a new authorization carries the whole body with true values',
      world: settledWorld({ pass: revoked }),
      step: { do: 'read-secret', name: 'crm-oauth' },
    },
    {
      name: 'revoked, with a new code',
      because: 'the id stays, and the code is announced like any other',
      world: settledWorld({ connector: { annotations: old }, pass: revoked, secrets: read }),
      step: { do: 'announce', attempt: { credential: printOf('a new code'), spent: [CODE] } },
    },
    {
      name: 'revoked, announced',
      because: 'the same instance gets the new grant',
      world: settledWorld({
        connector: { annotations: old },
        pass: { ...revoked, announced: printOf('a new code') },
        secrets: read,
      }),
      step: {
        do: 'reauthorize',
        id: ID,
        credential: printOf('a new code'),
        body: { ...body, grant: { kind: 'code', code: 'a new code' } },
      },
    },
    {
      name: 'revoked, without a new code',
      because: 'the old code is of no use, and a new one is asked for',
      world: settledWorld({
        connector: { annotations: old },
        pass: revoked,
        secrets: { ...read, 'crm-code': secretRead({ code: VALUES.code }) },
      }),
      step: blockedBy('Authorized', 'AuthorizationRevoked', 'was used before. It is never sent twice'),
    },
    {
      name: 'revoked, without any grant named',
      because: 'the reason says that it worked once',
      world: settledWorld({
        connector: { annotations: old, oauth: { authorizationCodeSecretRef: undefined } },
        pass: revoked,
        secrets: read,
      }),
      step: blockedBy('Authorized', 'AuthorizationRevoked', 'does not accept the authorization'),
    },
    {
      name: 'revoked, and in doubt about an older attempt',
      because: 'there is an instance, so that there is nothing to search for',
      world: settledWorld({
        connector: { annotations: { attempt: attempt({ at: at(-SECOND) }) } },
        pass: revoked,
        secrets: { ...read, 'crm-code': secretRead({ code: VALUES.code }) },
      }),
      step: blockedBy('Authorized', 'AuthorizationRevoked', 'crm-code'),
    },
    {
      name: 'disabled by the platform',
      because: 'after failed renewals it disables an instance; enabling it would not make the grant work',
      world: settledWorld({
        connector: { oauth: { authorizationCodeSecretRef: undefined } },
        instances: [instance(ID, { disabled: true })],
        secrets: read,
      }),
      step: blockedBy('Authorized', 'AuthorizationRevoked', 'allow access again'),
    },
    {
      name: 'another client_id',
      because: 'whether the old grant still works is looked at first',
      world: settledWorld({ connector: { annotations: old }, secrets: newClient }),
      step: { do: 'ping', id: ID, token: VALUES.token },
    },
    {
      name: 'another client_id, without a new grant',
      because: 'the instance works with the old app until a person allows the new one',
      world: settledWorld({
        connector: { annotations: old, oauth: { authorizationCodeSecretRef: undefined } },
        secrets: newClient,
        pass: { ping: 'answered' },
      }),
      step: blockedBy('Authorized', 'AuthorizationRequired', 'works with the old one until then'),
    },
    {
      name: 'another client_id, with a new code',
      because: 'the announcement says which client the code is for',
      world: settledWorld({
        connector: { annotations: old },
        secrets: { ...newClient, 'crm-code': secretRead({ code: 'a new code' }) },
        pass: { ping: 'answered' },
      }),
      step: {
        do: 'announce',
        attempt: { credential: printOf('a new code'), client: printOf('client-2'), spent: [CODE] },
      },
    },
    {
      name: 'another client_id, its code accepted in this pass',
      because: 'nothing is left to do for it',
      world: settledWorld({
        connector: { annotations: carried },
        secrets: newClient,
        pass: { authorized: true, ping: 'answered' },
      }),
      step: { do: 'finish', verdict: { kind: 'ready' } },
    },
    {
      name: 'another client_id, its code sent before a crash, and the instance works',
      because: 'a read and a ping decide after a lost answer: what works is done',
      world: settledWorld({
        connector: { annotations: carried },
        secrets: newClient,
        pass: { ping: 'answered' },
      }),
      step: { do: 'finish', verdict: { kind: 'ready' } },
    },
    {
      name: 'another client_id, its code sent before a crash, and the instance does not work',
      because: 'a refused call says that the outcome was none',
      world: settledWorld({
        connector: { annotations: carried, oauth: { authorizationCodeSecretRef: undefined } },
        secrets: newClient,
        pass: { ping: 'refused', accountProven: true },
      }),
      step: blockedBy('Authorized', 'AuthorizationRevoked', 'a person has to allow access again'),
    },
    {
      name: 'another client_id on an adopted instance',
      because: 'nothing was recorded for it, so that nothing can have changed',
      world: settledWorld({
        connector: { status: readyStatus(ID, { credentials: undefined }) },
        secrets: newClient,
        pass: { patched: true, ping: 'answered' },
      }),
      step: { do: 'finish', verdict: { kind: 'ready' } },
    },
  ]);
});

test('a restart with an empty memory never sends a code again', () => {
  const subject = settledConnector({
    annotations: { attempt: attempt() },
    status: readyStatus(ID, { failures: undefined }),
  });
  for (const now of [NOW, NOW + MINUTE, NOW + 60 * MINUTE]) {
    const step = decide(world({ connector: subject, gone: [ID], now, searchedAt: now }));
    expect(step).toMatchObject({ verdict: { kind: 'blocked', reason: 'AuthorizationRequired' } });
  }
});
