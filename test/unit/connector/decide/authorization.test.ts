import { describe, expect, test } from 'vitest';
import { decide } from '../../../../src/connector/decide/decide.ts';
import { createFingerprinter } from '../../../../src/secrets/fingerprint.ts';
import {
  ACCOUNT,
  attempt,
  CALLBACK,
  connector,
  digest,
  HELD,
  readyStatus,
} from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { ID, input, settledConnector } from '../../../support/builders/input.ts';
import { TAGS } from '../../../support/builders/instance.ts';
import {
  secretAbsent,
  secretRead,
  secretUnread,
  secretUnseen,
  VALUES,
} from '../../../support/builders/secrets.ts';
import { at, MINUTE, NOW, SECOND } from '../../../support/builders/time.ts';
import { blockedBy, decides } from './table.ts';

const CODE = digest(VALUES.code);
const OTHER = digest('another code');
const held = (annotation?: string) =>
  connector({ metadata: HELD, ...(annotation !== undefined && { annotations: { attempt: annotation } }) });
const withToken = {
  oauth: { authorizationCodeSecretRef: undefined, refreshTokenSecretRef: { name: 'crm-token' } },
} as const;
const tokenSecret = { 'crm-token': secretRead({ refresh_token: 'token-1' }) };
/** A connector whose refresh token was sent. */
const tokenSent = (change: Parameters<typeof attempt>[0]) =>
  connector({
    ...withToken,
    metadata: HELD,
    annotations: {
      attempt: attempt({ kind: 'refresh-token', digest: digest('token-1'), at: at(-SECOND), ...change }),
    },
  });
const newCode = { 'crm-code': secretRead({ code: 'a new code' }, { resourceVersion: '2' }) };

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

describe('the first authorization', () => {
  decides([
    {
      name: 'everything there',
      because: 'the code is sent with every true value, and with all that its record needs',
      input: input(),
      action: {
        type: 'create',
        body,
        draft: {
          kind: 'code',
          operation: 'create',
          account: ACCOUNT,
          client: printOf(VALUES.clientId),
          previousCreated: 'no',
        },
      },
    },
    {
      name: 'a refresh token',
      because: 'the way without a browser is the same, with another grant',
      input: input({
        connector: connector(withToken),
        secrets: tokenSecret,
      }),
      action: {
        type: 'create',
        body: { ...body, grant: { kind: 'refresh-token', refreshToken: 'token-1' } },
        draft: { kind: 'refresh-token' },
      },
    },
    {
      name: 'infusionsoftrest',
      because: 'neither the key nor the server of the old connector goes along',
      input: input({
        connector: connector({
          metadata: HELD,
          spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined },
        }),
      }),
      action: {
        type: 'create',
        body: {
          element: 'infusionsoftrest',
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
      input: input({
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
      }),
      action: {
        type: 'create',
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
      input: input({ secrets: { 'crm-code': secretUnread() } }),
      action: { type: 'read-secret', name: 'crm-code' },
    },
    {
      name: 'the code unread, in a version of which another value was applied',
      because: 'a code is sent with its value, whatever status has of that Secret',
      input: input({
        connector: connector({
          status: { credentials: [{ secretName: 'crm-code', key: 'code', resourceVersion: '1' }] },
        }),
        secrets: { 'crm-code': secretUnread() },
      }),
      action: { type: 'read-secret', name: 'crm-code' },
    },
    {
      name: 'no Secret with the refresh token',
      because: 'the token comes from elsewhere, and the command for a consent would not store one',
      input: input({ connector: connector(withToken), secrets: { 'crm-token': secretAbsent } }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        'Waiting for OAuth consent. Store a refresh token in Secret "crm-token" with key "refresh_token" (spec.oauth.refreshTokenSecretRef).',
      ),
    },
    {
      name: 'no Secret with the code',
      because: 'this is the normal state before a consent: it waits for a person, and says for what',
      input: input({ secrets: { 'crm-code': secretAbsent } }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        'Waiting for OAuth consent. Run: kubectl openconnectors authorize crm -n team-a',
      ),
    },
    {
      name: 'no Secret with the code in the cache',
      because: 'the API server is asked before a person is',
      input: input({ secrets: { 'crm-code': secretUnseen } }),
      action: { type: 'read-secret', name: 'crm-code' },
    },
    {
      name: 'the Secret without the key',
      because: 'an empty Secret that waits for the code is no mistake',
      input: input({ secrets: { 'crm-code': secretRead({}) } }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        'Waiting for OAuth consent. Run: kubectl openconnectors authorize crm -n team-a',
      ),
    },
    {
      name: 'a code of white space',
      because: 'an empty code is a mistake, and sending it would be one more',
      input: input({ secrets: { 'crm-code': secretRead({ code: '\n' }) } }),
      action: blockedBy(
        'SecretsResolved',
        'SecretInvalid',
        'Key "code" of Secret "crm-code" (spec.oauth.authorizationCodeSecretRef) is empty.',
      ),
    },
    {
      name: 'no grant named',
      because: 'a person has to consent, and the message gives the command',
      input: input({ connector: connector({ oauth: { authorizationCodeSecretRef: undefined } }) }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        'Waiting for OAuth consent. Run: kubectl openconnectors authorize crm -n team-a',
      ),
    },
    {
      name: 'no callback URL anywhere',
      because: 'without it neither a person nor the exchange can go on',
      input: input({ connector: connector({ oauth: { callbackUrl: undefined } }) }),
      action: blockedBy('Ready', 'InvalidSpec', 'EXTERNAL_URL'),
    },
    {
      name: "the operator's own callback URL",
      because: 'it stands in where the resource names none',
      input: input({
        connector: connector({ oauth: { callbackUrl: undefined } }),
        settings: { ownCallbackUrl: 'https://operator.example.com/oauth/callback' },
      }),
      action: {
        type: 'create',
        body: { configuration: { 'oauth.callback.url': 'https://operator.example.com/oauth/callback' } },
      },
    },
  ]);
});

describe('a credential that was sent before', () => {
  const spent = blockedBy(
    'Authorized',
    'CredentialUsed',
    'The authorization code was sent and the outcome is unknown. Provide a new code in Secret "crm-code".',
  );
  const absent = { absentAt: at(-MINUTE) } as const;
  const sent = (credential: string, ageMs = MINUTE, kind: 'code' | 'refresh-token' = 'code') =>
    ({ digest: digest(credential), at: at(-ageMs), kind, created: 'no' }) as const;
  const many = (kind: 'code' | 'refresh-token') =>
    Array.from({ length: 63 }, (_, index) => sent(`code ${index}`, (index + 1) * MINUTE, kind));
  decides([
    {
      name: 'and searched for',
      because: 'a credential that was recorded once is not sent again',
      input: input({ connector: held(attempt(absent)), searchedAt: NOW - MINUTE }),
      action: spent,
    },
    {
      name: 'among the earlier ones',
      because: 'putting an old code back does not make it new',
      input: input({
        connector: held(attempt({ ...absent, digest: OTHER, spent: [sent(VALUES.code)] })),
        searchedAt: NOW - MINUTE,
      }),
      action: blockedBy(
        'Authorized',
        'CredentialUsed',
        'The authorization code was already used. Provide a new code in Secret "crm-code".',
      ),
    },
    {
      name: 'and refused',
      because: 'the answer says why, which helps more than that it was used',
      input: input({
        connector: held(attempt({ at: at(-SECOND) })),
        memory: { refused: { digest: CODE, message: 'Invalid code' } },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationFailed',
        'The authorization code in Secret "crm-code" failed: Invalid code. Provide a new code.',
      ),
    },
    {
      name: 'a refresh token, and searched for',
      because: 'it is not sent again either',
      input: input({
        connector: tokenSent(absent),
        secrets: tokenSecret,
        searchedAt: NOW - MINUTE,
      }),
      action: blockedBy(
        'Authorized',
        'CredentialUsed',
        'The refresh token was sent and the outcome is unknown. Provide a new refresh token in Secret "crm-token".',
      ),
    },
    {
      name: 'a refresh token, and refused',
      because: 'the answer says why',
      input: input({
        connector: tokenSent({}),
        secrets: tokenSecret,
        memory: { refused: { digest: digest('token-1'), message: 'Invalid token' } },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationFailed',
        'The refresh token in Secret "crm-token" failed: Invalid token. Provide a new refresh token.',
      ),
    },
    {
      name: 'with the refusal of another one',
      because: 'only the refusal of this credential explains this credential',
      input: input({
        connector: held(attempt(absent)),
        memory: { refused: { digest: OTHER, message: 'Invalid code' } },
      }),
      action: blockedBy('Authorized', 'CredentialUsed', 'was sent and the outcome is unknown'),
    },
    {
      name: 'a new one in its place',
      because: 'what the earlier one created is remembered beside it',
      input: input({
        connector: held(attempt({ ...absent, spent: [sent('another code')] })),
        secrets: newCode,
      }),
      action: { type: 'create', draft: { previousCreated: 'unknown' } },
    },
    {
      name: 'a new one, after one that was accepted',
      because: 'the instance that it created is known',
      input: input({
        connector: connector({
          metadata: HELD,
          annotations: { attempt: attempt() },
          status: readyStatus(ID),
        }),
        gone: [ID],
        secrets: newCode,
      }),
      action: { type: 'create', draft: { previousCreated: 'one' } },
    },
    {
      name: 'a new one, with 64 sent within a day',
      because: 'a credential that cannot be recorded is not sent, and the oldest leaves room first',
      input: input({ connector: held(attempt({ ...absent, spent: many('code') })), secrets: newCode }),
      action: blockedBy('Authorized', 'CredentialUsed', 'Too many authorization codes', {
        kind: 'at',
        time: NOW - 63 * MINUTE + 24 * 60 * MINUTE,
      }),
    },
    {
      name: 'a new one, with 64 sent, one of them more than a day ago',
      because: 'a code is of no use after a day, so that its digest can go',
      input: input({
        connector: held(
          attempt({
            ...absent,
            spent: [...many('code').slice(1), sent('an old code', 24 * 60 * MINUTE)],
          }),
        ),
        secrets: newCode,
      }),
      action: { type: 'create' },
    },
    {
      name: 'a new one, with 64 refresh tokens sent',
      because: 'a refresh token never gets old enough to be forgotten',
      input: input({
        connector: held(attempt({ ...absent, kind: 'refresh-token', spent: many('refresh-token') })),
        secrets: newCode,
      }),
      action: blockedBy('Authorized', 'CredentialUsed', 'Too many refresh tokens'),
    },
    {
      name: 'with something unreadable in the annotation',
      because: 'a record that cannot be read counts as none; the list still finds instances',
      input: input({ connector: held('{"credential":') }),
      action: { type: 'create', draft: { previousCreated: 'no' } },
    },
    {
      name: 'with the Secret absent since',
      because: 'a new code is asked for, and the old one is of no interest',
      input: input({ connector: held(attempt(absent)), secrets: { 'crm-code': secretAbsent } }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        'Waiting for OAuth consent. Run: kubectl openconnectors authorize crm -n team-a',
      ),
    },
  ]);
});

describe('a credential that provably was not processed', () => {
  const again = (change: Parameters<typeof attempt>[0] = {}) =>
    held(attempt({ at: at(-MINUTE), unprocessed: { notBefore: at(-SECOND) }, ...change }));
  const spent = blockedBy('Authorized', 'CredentialUsed', 'was sent and Open Connectors did not process it');
  decides([
    {
      name: 'before its time',
      because: 'the answer asked for a pause, and a listing may lag behind',
      input: input({ connector: again({ unprocessed: { notBefore: at(SECOND) } }) }),
      action: blockedBy('Synced', 'Throttled', 'did not process the request', {
        kind: 'at',
        time: NOW + SECOND,
      }),
    },
    {
      name: 'at its time, not searched since',
      because: 'only an empty search permits to send it again',
      input: input({ connector: again(), searchedAt: NOW - 2 * SECOND }),
      action: { type: 'search' },
    },
    {
      name: 'at its time, searched since',
      because: 'nothing was created, and the code is young',
      input: input({ connector: again(), searchedAt: NOW - SECOND }),
      action: { type: 'create', body, draft: { previousCreated: 'no' } },
    },
    {
      name: 'at the end of its life',
      because: 'the provider does not accept it any more',
      input: input({ connector: again({ firstAt: at(-10 * MINUTE) }), searchedAt: NOW }),
      action: spent,
    },
    {
      name: 'with a pause that is longer than its life',
      because: 'a person need not wait for a code that will be too old',
      input: input({
        connector: again({ firstAt: at(-MINUTE), unprocessed: { notBefore: at(9 * MINUTE) } }),
      }),
      action: spent,
    },
    {
      name: 'sent three times',
      because: 'a request that is refused again and again is not worth a fourth',
      input: input({ connector: again({ sends: 3 }), searchedAt: NOW }),
      action: spent,
    },
    {
      name: 'as this process learned before the record could say so',
      because: 'a record that could not be written does not spend the code',
      input: input({
        connector: held(attempt({ at: at(-MINUTE) })),
        memory: { unprocessed: { digest: CODE, notBefore: at(-SECOND), sends: 1 } },
        searchedAt: NOW,
      }),
      action: { type: 'create' },
    },
    {
      name: 'as this process learned of another one',
      because: 'it says nothing about this one',
      input: input({
        connector: held(attempt({ absentAt: at(-MINUTE) })),
        memory: { unprocessed: { digest: OTHER, notBefore: at(-SECOND), sends: 1 } },
        searchedAt: NOW,
      }),
      action: blockedBy('Authorized', 'CredentialUsed', 'was sent and the outcome is unknown'),
    },
  ]);
});

describe('a record of keyed hashes', () => {
  const keyed = (credential: string, spent: readonly string[] = []) =>
    held(JSON.stringify({ credential, at: at(-60 * MINUTE), client: printOf(VALUES.clientId), spent }));
  const lost = createFingerprinter(Buffer.alloc(32, 9)).of;
  decides([
    {
      name: 'of this code',
      because: 'an operator of before has sent it',
      input: input({ connector: keyed(printOf(VALUES.code)), searchedAt: NOW }),
      action: { type: 'write-record', record: { kind: 'absent' } },
    },
    {
      name: 'of another code, with this one among the earlier',
      because: 'the hashes of before count',
      input: input({
        connector: held(
          attempt({
            absentAt: at(0),
            digest: OTHER,
            spent: [{ digest: printOf(VALUES.code), at: at(0), kind: 'code', created: 'no' }],
          }),
        ),
      }),
      action: blockedBy('Authorized', 'CredentialUsed', 'was already used'),
    },
    {
      name: 'whose key is lost',
      because: 'the code that is there may be the one that was sent, so it counts as sent',
      input: input({
        connector: connector({
          metadata: HELD,
          annotations: {
            attempt: attempt({ digest: lost(VALUES.code), absentAt: at(0), salt: 'x' }),
          },
        }),
      }),
      action: { type: 'write-record', record: { kind: 'adopt', credentialKind: 'code' } },
    },
  ]);
});

test('a restart with an empty memory never sends a code again', () => {
  const subject = settledConnector({
    annotations: { attempt: attempt() },
    status: readyStatus(ID, { failures: undefined }),
  });
  for (const now of [NOW, NOW + MINUTE, NOW + 60 * MINUTE]) {
    const action = decide(input({ connector: subject, gone: [ID], now, searchedAt: now }));
    expect(action).toMatchObject({ result: { kind: 'blocked', reason: 'AuthorizationRequired' } });
  }
});
