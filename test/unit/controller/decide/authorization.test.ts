import { describe, expect, test } from 'vitest';
import { decide } from '../../../../src/controller/decide.ts';
import { attempt, CALLBACK, connector, HELD, readyStatus } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { TAGS } from '../../../support/builders/instance.ts';
import {
  secretAbsent,
  secretRead,
  secretUnread,
  secretUnseen,
  VALUES,
} from '../../../support/builders/secrets.ts';
import { at, MINUTE, NOW, SECOND } from '../../../support/builders/time.ts';
import { ID, settledConnector, world } from '../../../support/builders/world.ts';
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
        /spec\.oauth\.authorizationCodeSecretRef .*kubectl openconnectors authorize .* spec\.oauth\.refreshTokenSecretRef\./,
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
