import { describe } from 'vitest';
import {
  type AuthorizationResponse,
  responseData,
} from '../../../../src/authorization/authorization-response.ts';
import { consentRequestHash } from '../../../../src/authorization/consent-request.ts';
import {
  ACCOUNT,
  attempt,
  type ConnectorChange,
  connector,
  digest,
  HELD,
  UID,
} from '../../../support/builders/connector.ts';
import { ID, type InputChange, input, settledInput, UNREAD } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { READ, secretAbsent, secretRead, secretUnread, VALUES } from '../../../support/builders/secrets.ts';
import { at, MINUTE, NOW, SECOND } from '../../../support/builders/time.ts';
import { blockedBy, decides } from './table.ts';

const CALLBACK_OF_OPERATOR = 'https://operator.example.com/oauth/callback';
const ours = { owners: [UID] } as const;
const oneTimeCode = secretUnread(ours);

/** What a person agrees to on the page of the builders' connector. */
const CONSENT = consentRequestHash({
  accountUid: ACCOUNT.uid,
  baseUrl: ACCOUNT.baseUrl,
  connector: 'infusionsoftcrm',
  server: 'dt123.infusionsoft.com',
  clientId: VALUES.clientId,
  callbackUrl: CALLBACK_OF_OPERATOR,
  scope: 'full',
});

const answered = (answer: AuthorizationResponse) => secretRead(responseData(answer), ours);
const code = { kind: 'code', code: VALUES.code, consent: CONSENT } as const;

/** An input in which the operator's own page is where the consent is given. */
function page(change: Omit<InputChange, 'connector'> & { readonly connector?: ConnectorChange } = {}) {
  const { oauth, ...others } = change.connector ?? {};
  return input({
    ...change,
    settings: { ownCallbackUrl: CALLBACK_OF_OPERATOR },
    connector: connector({
      ...others,
      oauth: { callbackUrl: undefined, authorizationCodeSecretRef: undefined, ...oauth },
    }),
    secrets: { ...READ, 'crm-consent-code': oneTimeCode, ...change.secrets },
  });
}

describe('a consent on our own page', () => {
  decides([
    {
      name: 'not offered yet',
      because: 'only who may read Secrets in the namespace may start it, by a code that stands in one',
      input: page({ secrets: { 'crm-consent-code': secretAbsent } }),
      action: { type: 'write-one-time-code', name: 'crm-consent-code' },
    },
    {
      name: 'offered',
      because: 'the message leads a person all the way, and holds no code',
      input: page(),
      action: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        'Waiting for OAuth consent. Open https://operator.example.com/connect/team-a/crm with the code in Secret "crm-consent-code".',
      ),
    },
    {
      name: 'offered, with the Secret of the old name',
      because: 'an upgrade renames the Secret: the old one is removed once the new one exists',
      input: page({ secrets: { 'crm-enrolment': oneTimeCode } }),
      action: { type: 'remove-secret', name: 'crm-enrolment' },
    },
    {
      name: 'not offered yet, with the Secret of the old name',
      because: 'the new Secret is written first',
      input: page({ secrets: { 'crm-consent-code': secretAbsent, 'crm-enrolment': oneTimeCode } }),
      action: { type: 'write-one-time-code', name: 'crm-consent-code' },
    },
    {
      name: 'offered, with a Secret of the old name that is not ours',
      because: 'the operator removes only what it created',
      input: page({ secrets: { 'crm-enrolment': secretUnread({ owners: ['another'] }) } }),
      action: blockedBy('Authorized', 'AuthorizationRequired', '"crm-consent-code"'),
    },
    {
      name: 'offered, with the connection Secret under the old name',
      because: 'applications read that one',
      input: page({
        connector: { spec: { connectionSecretRef: { name: 'crm-enrolment' } } },
        secrets: { 'crm-enrolment': oneTimeCode },
      }),
      action: blockedBy('Authorized', 'AuthorizationRequired', '"crm-consent-code"'),
    },
    {
      name: 'offered, with the connection Secret under the old name before a rename',
      because: 'applications read it until the new one is written',
      input: page({
        connector: { status: { binding: { name: 'crm-enrolment' } } },
        secrets: { 'crm-enrolment': oneTimeCode },
      }),
      action: blockedBy('Authorized', 'AuthorizationRequired', '"crm-consent-code"'),
    },
    {
      name: 'with a Secret of that name that is not ours',
      because: 'it is neither read nor overwritten',
      input: page({ secrets: { 'crm-consent-code': secretUnread({ owners: ['another'] }) } }),
      action: blockedBy('Authorized', 'CodeSecretConflict', '"crm-consent-code"'),
    },
    {
      name: 'with the connection Secret in its place',
      because: 'applications read that one',
      input: page({ connector: { spec: { connectionSecretRef: { name: 'crm-consent-code' } } } }),
      action: blockedBy('Authorized', 'CodeSecretConflict', '"crm-consent-code"'),
    },
    {
      name: 'with the name of a connection Secret that is not written yet',
      because: 'applications will read that one',
      input: page({
        connector: { spec: { connectionSecretRef: { name: 'crm-consent-code' } } },
        secrets: { 'crm-consent-code': secretAbsent },
      }),
      action: blockedBy('Authorized', 'CodeSecretConflict', '"crm-consent-code"'),
    },
    {
      name: 'with another callback URL',
      because: 'Keap sends the browser elsewhere, so that no page of ours would see it',
      input: page({ connector: { oauth: { callbackUrl: 'https://other.example.com/callback' } } }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRequired',
        'Waiting for OAuth consent. Run: kubectl openconnectors authorize crm -n team-a',
      ),
    },
    {
      name: 'with a Secret named for the code',
      because: 'the resource says where the code comes from',
      input: page({ connector: { oauth: { authorizationCodeSecretRef: { name: 'crm-code' } } } }),
      action: { type: 'create' },
    },
    {
      name: 'answered, not read yet',
      because: 'the answer is read when it is needed',
      input: page({ secrets: { 'crm-grant': secretUnread(ours) } }),
      action: { type: 'read-secret', name: 'crm-grant' },
    },
    {
      name: 'answered in a Secret that is not ours',
      because: 'anybody who may create Secrets could slip in an account of his own',
      input: page({ secrets: { 'crm-grant': secretRead(responseData(code)) } }),
      action: blockedBy('Authorized', 'CodeSecretConflict', '"crm-grant"'),
    },
    {
      name: 'answered with a code',
      because: 'it is sent like any other',
      input: page({ secrets: { 'crm-grant': answered(code) } }),
      action: { type: 'create', body: { grant: { kind: 'code', code: VALUES.code } } },
    },
    {
      name: 'answered with a code that was not processed',
      because: 'it is still good, so that nobody has to consent again',
      input: page({
        connector: {
          metadata: HELD,
          annotations: { attempt: attempt({ at: at(-MINUTE), unprocessed: { notBefore: at(-SECOND) } }) },
        },
        secrets: { 'crm-grant': answered(code) },
        searchedAt: NOW,
      }),
      action: { type: 'create' },
    },
    {
      name: 'answered with a code that was sent before',
      because: 'it is of no use to anybody',
      input: page({
        connector: { metadata: HELD, annotations: { attempt: attempt({ absentAt: at(-SECOND) }) } },
        secrets: { 'crm-grant': answered(code) },
      }),
      action: { type: 'remove-secret', name: 'crm-grant' },
    },
    {
      name: 'answered for another client_id',
      because: 'what a person agreed to is not what the resource asks for now',
      input: page({ secrets: { 'crm-grant': answered({ ...code, consent: 'another' }) } }),
      action: { type: 'remove-secret', name: 'crm-grant' },
    },
    {
      name: 'answered with something unreadable',
      because: 'only what the pages write is an answer',
      input: page({ secrets: { 'crm-grant': secretRead({ token: 'x' }, ours) } }),
      action: { type: 'remove-secret', name: 'crm-grant' },
    },
    {
      name: 'answered with what masks a secret',
      because: 'a value that no Secret may hold is reported, and not sent',
      input: page({ secrets: { 'crm-grant': answered({ ...code, code: '********' }) } }),
      action: blockedBy('SecretsResolved', 'SecretInvalid', 'is the mask'),
    },
    {
      name: 'denied',
      because: 'a person said no, which another may see differently',
      input: page({
        secrets: {
          'crm-grant': answered({ kind: 'error', error: 'access_denied', consent: CONSENT }),
        },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationDenied',
        'OAuth consent was denied at Infusionsoft. Open https://operator.example.com/connect/team-a/crm with the code in Secret "crm-consent-code".',
      ),
    },
    {
      name: 'ended with an error',
      because: 'the error of the provider is one of a closed set, and safe to show',
      input: page({
        secrets: {
          'crm-grant': answered({ kind: 'error', error: 'invalid_scope', consent: CONSENT }),
        },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationFailed',
        'OAuth consent failed with error "invalid_scope" of Infusionsoft. Open https://operator.example.com/connect/team-a/crm with the code in Secret "crm-consent-code".',
      ),
    },
    {
      name: 'its code refused',
      because: 'the page is offered again, with what the remote side said',
      input: page({
        connector: { metadata: HELD, annotations: { attempt: attempt({ at: at(-SECOND) }) } },
        memory: { refused: { digest: digest(VALUES.code), message: 'Invalid code' } },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationFailed',
        'The authorization code failed: Invalid code. Open https://operator.example.com/connect/team-a/crm with the code in Secret "crm-consent-code".',
      ),
    },
    {
      name: 'an earlier code refused',
      because: 'the message is about the latest code alone',
      input: page({
        connector: {
          metadata: HELD,
          annotations: { attempt: attempt({ at: at(-SECOND), absentAt: at(0) }) },
        },
        memory: { refused: { digest: digest('another code'), message: 'Invalid code' } },
      }),
      action: blockedBy('Authorized', 'AuthorizationRequired', /^Waiting for OAuth consent. Open /),
    },
    {
      name: 'its code lost in a crash',
      because: 'the outcome is searched for before anybody is asked again',
      input: page({
        connector: { metadata: HELD, annotations: { attempt: attempt({ at: at(0) }) } },
        now: NOW + SECOND,
        searchedAt: NOW,
      }),
      action: blockedBy('Synced', 'SearchingInstance', 'outcome is unknown', 'any'),
    },
    {
      name: 'over',
      because: 'neither a code to start one nor one begun may stay behind',
      input: settledInput({ secrets: { 'crm-consent': secretUnread(ours) } }),
      action: { type: 'remove-secret', name: 'crm-consent' },
    },
    {
      name: 'over, with the Secret of the old name',
      because: 'an upgrade leaves no code behind',
      input: settledInput({ secrets: { 'crm-enrolment': secretUnread(ours) } }),
      action: { type: 'remove-secret', name: 'crm-enrolment' },
    },
    {
      name: "over, with somebody's Secret of such a name",
      because: 'what is not ours is not removed',
      input: settledInput({ secrets: { 'crm-consent': secretUnread() } }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
  ]);
});

describe('a new authorization that is asked for', () => {
  const asked = { annotations: { reauthorizeAt: 'today', attempt: attempt() } } as const;
  const answeredBy = { attempt: attempt({ reauthorizeAt: 'today' }) };
  decides([
    {
      name: 'and waits for a person',
      because: 'the instance works with the old one until then',
      input: settledInput({
        connector: { ...asked, oauth: { authorizationCodeSecretRef: undefined } },
        secrets: { ...READ, 'crm-connection': UNREAD['crm-connection'] },
      }),
      action: {
        type: 'finish',
        result: {
          kind: 'ready',
          reason: 'Succeeded',
          pending: {
            reason: 'AuthorizationRequired',
            message:
              'Reauthorization was requested; instance 4711 works until the new OAuth consent. Run: kubectl openconnectors authorize crm -n team-a',
            again: Number.POSITIVE_INFINITY,
          },
        },
      },
    },
    {
      name: 'and waits for a person who has begun',
      because: 'the Secret of that consent stays',
      input: settledInput({
        connector: { ...asked, oauth: { authorizationCodeSecretRef: undefined } },
        secrets: {
          ...READ,
          'crm-connection': UNREAD['crm-connection'],
          'crm-consent': secretUnread({ owners: [UID] }),
        },
      }),
      action: {
        type: 'finish',
        result: { kind: 'ready', pending: { reason: 'AuthorizationRequired' } },
      },
    },
    {
      name: 'while another client changed the instance',
      because: 'drift is corrected until the new authorization is there',
      input: settledInput({
        connector: { ...asked, oauth: { authorizationCodeSecretRef: undefined } },
        instances: [instance(ID, { name: 'renamed' })],
        secrets: READ,
      }),
      action: { type: 'patch', id: ID, patch: { name: 'team-a-crm' }, reason: 'DriftCorrected' },
    },
    {
      name: 'together with another client_id',
      because: 'the instance does not equal the spec before the consent',
      input: settledInput({
        connector: { ...asked, oauth: { authorizationCodeSecretRef: undefined } },
        secrets: {
          ...READ,
          'crm-oauth': secretRead(
            { client_id: 'client-2', client_secret: VALUES.clientSecret },
            { resourceVersion: '2' },
          ),
        },
        log: { ping: 'answered' },
      }),
      action: blockedBy('Authorized', 'AuthorizationRequired', 'The client_id changed'),
    },
    {
      name: 'its code refused',
      because: 'whether the old authorization survived is tried at once',
      input: settledInput({ connector: asked, log: { reauthorizationRejected: true } }),
      action: { type: 'ping', id: ID },
    },
    {
      name: 'with a new code',
      because: 'it goes the way of every code',
      input: settledInput({
        connector: asked,
        secrets: { ...READ, 'crm-code': secretRead({ code: 'a new code' }) },
      }),
      action: { type: 'reauthorize', id: ID, draft: { reauthorizeAt: 'today' } },
    },
    {
      name: 'with a code that was not processed',
      because: 'the instance stays Ready until the time at which the code is sent again',
      input: settledInput({
        connector: {
          annotations: {
            reauthorizeAt: 'today',
            attempt: attempt({
              operation: 'reauthorize',
              at: at(-MINUTE),
              unprocessed: { notBefore: at(SECOND) },
            }),
          },
        },
        secrets: { ...READ, 'crm-connection': UNREAD['crm-connection'] },
      }),
      action: {
        type: 'finish',
        result: {
          kind: 'ready',
          again: NOW + SECOND,
          pending: { reason: 'Throttled', again: NOW + SECOND },
        },
      },
    },
    {
      name: 'with a code of white space',
      because: 'a mistake in a Secret is no consent that is waited for',
      input: settledInput({
        connector: asked,
        secrets: { ...READ, 'crm-code': secretRead({ code: '\n' }) },
      }),
      action: blockedBy('SecretsResolved', 'SecretInvalid', 'is empty'),
    },
    {
      name: 'and was given before a status write that failed',
      because: 'the answer to the grant was seen',
      input: settledInput({
        connector: { annotations: { reauthorizeAt: 'today', ...answeredBy } },
        memory: { accepted: digest(VALUES.code) },
      }),
      action: { type: 'finish', result: { kind: 'ready', pending: undefined } },
    },
    {
      name: 'whose code was sent with an unknown outcome',
      because: 'that the instance works proves nothing: it works with the old grant, too',
      input: settledInput({
        connector: { annotations: { reauthorizeAt: 'today', ...answeredBy } },
        memory: { accepted: digest('another code') },
      }),
      action: { type: 'read-secret', name: 'crm-oauth' },
    },
    {
      name: 'no more, after it was given',
      because: 'an annotation that is removed asks for nothing',
      input: settledInput({
        connector: { annotations: answeredBy },
        memory: { accepted: digest(VALUES.code) },
      }),
      action: { type: 'finish', result: { kind: 'ready', pending: undefined } },
    },
    {
      name: 'and was given',
      because: 'one request is one authorization',
      input: settledInput({ connector: asked, log: { authorized: true, ping: 'answered' } }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'and is handled already',
      because: 'the echo in status says so',
      input: settledInput({
        connector: {
          annotations: { reauthorizeAt: 'today' },
          status: { ...settledInput().connector.status, lastHandledReauthorizeAt: 'today' },
        },
      }),
      action: { type: 'finish', result: { kind: 'ready', reason: 'Succeeded' } },
    },
    {
      name: 'without a value',
      because: 'an empty annotation asks for nothing',
      input: settledInput({ connector: { annotations: { reauthorizeAt: '' } }, instances: [] }),
      action: { type: 'read-instance', id: ID },
    },
  ]);
});
