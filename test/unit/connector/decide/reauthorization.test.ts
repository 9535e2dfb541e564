import { describe } from 'vitest';
import { FINALIZER } from '../../../../src/api/group.ts';
import {
  attempt,
  CALLBACK,
  connector,
  digest,
  readyStatus,
  unverifiedStatus,
} from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { ID, input, settledInput, UNREAD } from '../../../support/builders/input.ts';
import { instance, TAGS } from '../../../support/builders/instance.ts';
import { secretRead, VALUES } from '../../../support/builders/secrets.ts';
import { at, SECOND } from '../../../support/builders/time.ts';
import { blockedBy, decides } from './table.ts';

const OTHER = digest('another code');
const TOKEN = 'a refresh token';

const body = {
  element: 'infusionsoftcrm',
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

describe('a grant for an instance that is there', () => {
  const newClient = {
    'crm-oauth': secretRead(
      { client_id: 'client-2', client_secret: VALUES.clientSecret },
      { resourceVersion: '2' },
    ),
    'crm-key': secretRead({ encryptedKey: VALUES.encryptedKey }),
  };
  const old = { attempt: attempt({ at: at(-600_000) }) };
  const unverified = { status: unverifiedStatus(ID) };
  const carried = {
    attempt: attempt({
      operation: 'reauthorize',
      digest: OTHER,
      client: printOf('client-2'),
      at: at(-SECOND),
    }),
  };
  /** The same before the first Ready: the record itself says that the client is another. */
  const carriedFirst = {
    attempt: attempt({
      operation: 'reauthorize',
      digest: OTHER,
      client: printOf('client-2'),
      changesClient: true,
      at: at(-SECOND),
    }),
  };
  const revoked = { ping: 'refused', accountProven: true } as const;
  const read = {
    'crm-oauth': secretRead({ client_id: VALUES.clientId, client_secret: VALUES.clientSecret }),
    'crm-key': secretRead({ encryptedKey: VALUES.encryptedKey }),
    'crm-code': secretRead({ code: 'a new code' }),
  };
  const withToken = {
    oauth: { authorizationCodeSecretRef: undefined, refreshTokenSecretRef: { name: 'crm-token' } },
  };
  const tokenSent = (operation: 'create' | 'reauthorize') =>
    attempt({ operation, kind: 'refresh-token', digest: digest(TOKEN), at: at(-SECOND) });
  decides([
    {
      name: 'a call refused',
      because: 'first it has to be certain that the account is not the reason',
      input: settledInput({ log: { ping: 'refused' } }),
      action: { type: 'verify-account', id: ID },
    },
    {
      name: 'a call refused, the account proven, the values unread',
      because: 'a new authorization carries the whole body with true values',
      input: settledInput({ connector: unverified, log: revoked }),
      action: { type: 'read-secret', name: 'crm-oauth' },
    },
    {
      name: 'revoked, with a new code',
      because: 'the same instance gets the new grant, and its record says what it is for',
      input: settledInput({ connector: { ...unverified, annotations: old }, log: revoked, secrets: read }),
      action: {
        type: 'reauthorize',
        id: ID,
        draft: { operation: 'reauthorize', previousCreated: 'one' },
        body: { ...body, grant: { kind: 'code', code: 'a new code' } },
      },
    },
    {
      name: 'revoked, without a new code',
      because: 'the old code is of no use, and a new one is asked for',
      input: settledInput({
        connector: { ...unverified, annotations: old },
        log: revoked,
        secrets: { ...read, 'crm-code': secretRead({ code: VALUES.code }) },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRevoked',
        'Infusionsoft rejected the authorization of instance 4711. Provide a new code in Secret "crm-code".',
      ),
    },
    {
      name: 'revoked, without any grant named',
      because: 'the reason says that it worked once',
      input: settledInput({
        connector: { ...unverified, annotations: old, oauth: { authorizationCodeSecretRef: undefined } },
        log: revoked,
        secrets: read,
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRevoked',
        'Infusionsoft rejected the authorization of instance 4711. Run: kubectl openconnectors authorize crm -n team-a',
      ),
    },
    {
      name: 'revoked, with a refresh token that created the instance',
      because: 'another refresh token needs no browser, and may work',
      input: settledInput({
        connector: { ...unverified, ...withToken, annotations: { attempt: tokenSent('create') } },
        log: revoked,
        secrets: { ...read, 'crm-token': secretRead({ refresh_token: TOKEN }) },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRevoked',
        'Infusionsoft rejected the authorization of instance 4711. Provide a new refresh token in Secret "crm-token".',
      ),
    },
    {
      name: 'revoked, with a refresh token that the instance got since',
      because: 'only a code is documented to authorize an existing instance again',
      input: settledInput({
        connector: { ...unverified, ...withToken, annotations: { attempt: tokenSent('reauthorize') } },
        log: revoked,
        secrets: { ...read, 'crm-token': secretRead({ refresh_token: TOKEN }) },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRevoked',
        'The refresh token did not restore the authorization of instance 4711. Run: kubectl openconnectors authorize crm -n team-a',
      ),
    },
    {
      name: 'revoked, with a code that the instance got since',
      because: 'another code may restore it, which another refresh token does not',
      input: settledInput({
        connector: {
          ...unverified,
          annotations: { attempt: attempt({ operation: 'reauthorize', at: at(-SECOND) }) },
        },
        log: revoked,
        secrets: { ...read, 'crm-code': secretRead({ code: VALUES.code }) },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRevoked',
        'Infusionsoft rejected the authorization of instance 4711. Provide a new code in Secret "crm-code".',
      ),
    },
    {
      name: 'revoked, with a code that was not processed',
      because: 'an instance that exists is not searched for',
      input: settledInput({
        connector: {
          ...unverified,
          annotations: {
            attempt: attempt({
              operation: 'reauthorize',
              at: at(-60 * SECOND),
              unprocessed: { notBefore: at(-SECOND) },
            }),
          },
        },
        log: revoked,
        secrets: { ...read, 'crm-code': secretRead({ code: VALUES.code }) },
      }),
      action: { type: 'reauthorize', id: ID, body: { grant: { kind: 'code', code: VALUES.code } } },
    },
    {
      name: 'revoked, and in doubt about an older attempt',
      because: 'there is an instance, so that there is nothing to search for',
      input: settledInput({
        connector: { ...unverified, annotations: { attempt: attempt({ at: at(-SECOND) }) } },
        log: revoked,
        secrets: { ...read, 'crm-code': secretRead({ code: VALUES.code }) },
      }),
      action: blockedBy('Authorized', 'AuthorizationRevoked', 'crm-code'),
    },
    {
      name: 'disabled by the platform, and the account not verified',
      because: 'first it has to be certain that the account is not the reason',
      input: settledInput({ instances: [instance(ID, { disabled: true })], log: { read: [ID] } }),
      action: { type: 'verify-account', id: ID },
    },
    {
      name: 'another client_id',
      because: 'whether the old grant still works is looked at first',
      input: settledInput({ connector: { annotations: old }, secrets: newClient }),
      action: { type: 'ping', id: ID, token: VALUES.token },
    },
    {
      name: 'another client_id than status names, with which the instance was created',
      because: 'only a call shows whether the instance works with it',
      input: settledInput({
        connector: { annotations: { attempt: attempt({ client: printOf('client-2') }) } },
        secrets: newClient,
      }),
      action: { type: 'ping', id: ID, token: VALUES.token },
    },
    {
      name: 'another client_id, without a new grant',
      because: 'the instance works with the old app until a person allows the new one',
      input: settledInput({
        connector: { annotations: old, oauth: { authorizationCodeSecretRef: undefined } },
        secrets: newClient,
        log: { ping: 'answered' },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        'The client_id changed; instance 4711 works with the old one until the new OAuth consent. Run: kubectl openconnectors authorize crm -n team-a',
      ),
    },
    {
      name: 'another client_id, before status was ever written',
      because:
        'only the record has the client of the grant; the secret of another client breaks the instance',
      input: input({
        instances: [instance(ID)],
        connector: connector({
          annotations: old,
          metadata: { finalizers: [FINALIZER] },
          oauth: { authorizationCodeSecretRef: undefined },
        }),
        secrets: { ...UNREAD, ...newClient },
        log: { read: [ID], ping: 'answered' },
      }),
      action: blockedBy('Authorized', 'AuthorizationRequired', 'The client_id changed'),
    },
    {
      name: 'another client_id, before status was ever written, its code not processed',
      because: 'the record names the new client, and the instance still has the old one',
      input: settledInput({
        connector: {
          annotations: {
            attempt: attempt({
              operation: 'reauthorize',
              client: printOf('client-2'),
              at: at(-SECOND),
              unprocessed: { notBefore: at(SECOND) },
            }),
          },
          status: readyStatus(ID, { credentials: undefined }),
        },
        secrets: { ...newClient, 'crm-code': secretRead({ code: VALUES.code }) },
        log: { ping: 'answered' },
      }),
      action: blockedBy('Synced', 'Throttled', 'did not process the request', {
        kind: 'at',
        time: Date.parse(at(SECOND)),
      }),
    },
    {
      name: 'another client_id, before status was ever written, its code refused',
      because: 'the record names the new client, and the instance still has the old one',
      input: settledInput({
        connector: {
          annotations: {
            attempt: attempt({ operation: 'reauthorize', client: printOf('client-2'), at: at(-SECOND) }),
          },
          status: readyStatus(ID, { credentials: undefined }),
        },
        memory: { refused: { digest: digest(VALUES.code), message: 'Invalid code', created: 'no' } },
        secrets: { ...newClient, 'crm-code': secretRead({ code: VALUES.code }) },
        log: { ping: 'answered' },
      }),
      action: blockedBy('Authorized', 'AuthorizationFailed', 'Invalid code. Provide a new code.'),
    },
    {
      name: 'another client_id, with a new code',
      because: 'the record says which client the code is for',
      input: settledInput({
        connector: { annotations: old },
        secrets: { ...newClient, 'crm-code': secretRead({ code: 'a new code' }) },
        log: { ping: 'answered' },
      }),
      action: {
        type: 'reauthorize',
        draft: { client: printOf('client-2'), changesClient: true },
      },
    },
    {
      name: 'another client_id, its code accepted in this reconcile',
      because: 'nothing is left to do for it',
      input: settledInput({
        connector: { annotations: carried },
        secrets: newClient,
        log: { authorized: true, ping: 'answered' },
      }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'another client_id, its code sent with an unknown outcome, and the instance works',
      because: 'it may work with the old client, which the secret of the new one would break',
      input: settledInput({
        connector: { annotations: carried, oauth: { authorizationCodeSecretRef: undefined } },
        secrets: newClient,
        log: { ping: 'answered' },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        'The client_id changed; instance 4711 works with the old one until the new OAuth consent. Run: kubectl openconnectors authorize crm -n team-a',
        'any',
      ),
    },
    {
      name: 'another client_id before the first Ready, its code sent with an unknown outcome',
      because: 'the record says that the instance had another client before, and status names none',
      input: settledInput({
        connector: {
          annotations: carriedFirst,
          status: readyStatus(ID, { credentials: undefined }),
          oauth: { authorizationCodeSecretRef: undefined },
        },
        secrets: newClient,
        log: { ping: 'answered' },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        'The client_id changed; instance 4711 works with the old one until the new OAuth consent. Run: kubectl openconnectors authorize crm -n team-a',
        'any',
      ),
    },
    {
      name: 'another client_id, its code accepted before a status write that failed',
      because: 'the answer was seen',
      input: settledInput({
        connector: { annotations: carried },
        secrets: newClient,
        memory: { accepted: OTHER },
        log: { ping: 'answered' },
      }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'another client_id, its code accepted before a status write that failed, and a call refused',
      because: 'the grant of the new client does not work, and the instance has no other',
      input: settledInput({
        connector: { annotations: carried, oauth: { authorizationCodeSecretRef: undefined } },
        secrets: newClient,
        memory: { accepted: OTHER },
        log: { ping: 'refused', accountProven: true },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRevoked',
        'Infusionsoft rejected the authorization of instance 4711. Run: kubectl openconnectors authorize crm -n team-a',
        'any',
      ),
    },
    {
      name: 'another client_id before the first Ready, its code accepted, and a call refused',
      because: 'the record names the client that the instance has, so that its secret may be what is missing',
      input: settledInput({
        connector: {
          annotations: carriedFirst,
          status: readyStatus(ID, { credentials: undefined }),
        },
        secrets: newClient,
        memory: { accepted: OTHER },
        log: { ping: 'refused', accountProven: true },
      }),
      action: { type: 'patch', id: ID, reason: 'Updated' },
    },
    {
      name: 'the client_id of the record before status was ever written, and a call refused',
      because: 'nothing shows another client, so that the client_secret may be what is missing',
      input: input({
        instances: [instance(ID)],
        connector: connector({
          annotations: old,
          metadata: { finalizers: [FINALIZER] },
          oauth: { authorizationCodeSecretRef: undefined },
        }),
        secrets: { ...UNREAD, ...read },
        log: { read: [ID], ...revoked },
      }),
      action: { type: 'patch', id: ID, reason: 'Updated' },
    },
    {
      name: 'another client_id, with which the instance was created before a crash',
      because: 'a new instance has no other grant, so that a call that works proves the new client',
      input: settledInput({
        connector: {
          annotations: { attempt: attempt({ digest: OTHER, client: printOf('client-2'), at: at(-SECOND) }) },
        },
        gone: [ID],
        instances: [instance(9, { createdAt: at(0) })],
        secrets: newClient,
        log: { read: [9], ping: 'answered' },
      }),
      action: { type: 'finish', result: { kind: 'ready', reason: 'Succeeded' } },
    },
    {
      name: 'another client_id, with a refresh token that the instance got before',
      because: 'the new client needs a grant of its own',
      input: settledInput({
        connector: { ...withToken, annotations: { attempt: tokenSent('reauthorize') } },
        secrets: { ...newClient, 'crm-token': secretRead({ refresh_token: TOKEN }) },
        log: { ping: 'answered' },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        'The client_id changed; instance 4711 works with the old one until the new OAuth consent. Provide a new refresh token in Secret "crm-token".',
      ),
    },
    {
      name: 'another client_id, its code sent before a crash, and the instance does not work',
      because: 'a refused call says that the outcome was none',
      input: settledInput({
        connector: { annotations: carried, oauth: { authorizationCodeSecretRef: undefined } },
        secrets: newClient,
        log: { ping: 'refused', accountProven: true },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRevoked',
        'Infusionsoft rejected the authorization of instance 4711. Run: kubectl openconnectors authorize crm -n team-a',
        'any',
      ),
    },
    {
      name: 'another client_id on an adopted instance',
      because: 'nothing was recorded for it, so that nothing can have changed',
      input: settledInput({
        connector: { status: readyStatus(ID, { credentials: undefined }) },
        secrets: newClient,
        log: { patched: true, ping: 'answered' },
      }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
  ]);
});
