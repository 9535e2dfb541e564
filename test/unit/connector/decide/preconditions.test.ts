import { describe } from 'vitest';
import type { Condition } from '../../../../src/api/condition.ts';
import type { Violation } from '../../../../src/api/validation/validate.ts';
import type { Memory } from '../../../../src/connector/input.ts';
import type { AccountView } from '../../../../src/ownership/account-view.ts';
import {
  ACCOUNT,
  attempt,
  condition,
  connector,
  digest,
  HELD,
  readyStatus,
  UID,
} from '../../../support/builders/connector.ts';
import {
  ID,
  input,
  READY_ACCOUNT,
  settledConnector,
  settledInput,
  UNREAD,
} from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import {
  READ,
  secretAbsent,
  secretRead,
  secretUnread,
  secretUnseen,
  VALUES,
} from '../../../support/builders/secrets.ts';
import { at, MINUTE, NOW, SECOND, second } from '../../../support/builders/time.ts';
import { blockedBy, decides, ends, type Row } from './table.ts';

const failures = { count: 3, lastReason: 'RemoteError', nextAttemptAt: second(5 * MINUTE) };
const violation: Violation = { path: 'spec.server', message: 'is needed: set it' };

function notFoundSince(time: number): Condition {
  return {
    type: 'SecretsResolved',
    status: 'False',
    reason: 'SecretNotFound',
    message: 'It was not there.',
    lastTransitionTime: `${new Date(time).toISOString().slice(0, 19)}Z`,
  };
}

/** A new connector whose record names another organization than its account has now. */
const elsewhere = (record: Parameters<typeof attempt>[0], memory: Partial<Memory> = {}) =>
  input({
    connector: connector({
      metadata: HELD,
      annotations: {
        attempt: attempt({
          digest: digest('another code'),
          account: { ...ACCOUNT, organizationId: '6000' },
          ...record,
        }),
      },
    }),
    memory,
  });

describe('before anything is done', () => {
  decides([
    {
      name: 'suspended by the spec',
      because: 'all work but deletion stops, before anything else is looked at',
      input: { ...input({ connector: connector({ spec: { suspend: true } }) }), violations: [violation] },
      action: ends({ kind: 'suspended' }),
    },
    {
      name: 'paused by the annotation',
      because: 'tools that must not change the spec have the same switch',
      input: input({ connector: connector({ annotations: { paused: 'true' } }) }),
      action: ends({ kind: 'suspended' }),
    },
    {
      name: 'paused: false',
      because: 'only "true" pauses',
      input: settledInput({ connector: { annotations: { paused: 'false' } } }),
      action: ends({
        kind: 'ready',
        reason: 'Succeeded',
        message: 'Instance 4711 is authorized and up to date.',
      }),
    },
    {
      name: 'one violation',
      because: 'the field and what to do are named; nothing else of the spec is trusted',
      input: { ...input(), violations: [violation], account: { state: 'unknown' } },
      action: blockedBy('Ready', 'InvalidSpec', 'spec.server is needed: set it'),
    },
    {
      name: 'several violations',
      because: 'the first is enough to begin with, and the count says that it will not be the last',
      input: { ...input(), violations: [violation, violation, violation] },
      action: blockedBy('Ready', 'InvalidSpec', 'spec.server is needed: set it.'),
    },
    {
      name: 'violations of two fields',
      because: 'a second field is named, so that both are corrected at once',
      input: {
        ...input(),
        violations: [violation, violation, { path: 'spec.oauth', message: 'is wrong' }],
      },
      action: blockedBy('Ready', 'InvalidSpec', /: set it\. Correct also spec\.oauth\.$/),
    },
    {
      name: 'violations of one field',
      because: 'no other field is named',
      input: { ...input(), violations: [violation, violation] },
      action: blockedBy('Ready', 'InvalidSpec', /: set it\.$/),
    },
    {
      name: 'an account that is unknown and an invalid spec',
      because: 'a person can correct the spec at once, so that it comes first',
      input: { ...input({ account: { state: 'unknown' } }), violations: [violation] },
      action: blockedBy('Ready', 'InvalidSpec', 'spec.server'),
    },
    {
      name: 'importId changed',
      because: 'an API server without transition rules lets it pass, and another instance must not be taken',
      input: settledInput({ connector: { spec: { instance: { importId: 5 } } } }),
      action: blockedBy('Ready', 'InvalidSpec', `the resource manages instance ${ID}. Restore it`),
    },
    {
      name: 'importId added for the instance that is held',
      because: 'it says what is so already',
      input: settledInput({ connector: { spec: { instance: { importId: ID } } } }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'a server that is not allowed',
      because: 'the encrypted key would be sent there',
      input: input({ connector: connector({ spec: { server: 'evil.example.com' } }) }),
      action: blockedBy('Synced', 'ServerNotAllowed', '"evil.example.com"'),
    },
    {
      name: 'a server below an allowed one',
      because: 'the star stands for exactly one label',
      input: input({ connector: connector({ spec: { server: 'a.b.infusionsoft.com' } }) }),
      action: blockedBy('Synced', 'ServerNotAllowed', 'ALLOWED_SERVERS'),
    },
  ]);
});

describe('the account', () => {
  const shared = { accountRef: undefined } as const;
  const isDefault = { ...READY_ACCOUNT, uid: 'default', isDefault: true };
  const refused = (name: string, subject: ReturnType<typeof connector>, field: string): Row => ({
    name: `${name} with the default account`,
    because: 'whoever may create a connector could reach what belongs to others',
    input: input({ connector: subject, account: isDefault }),
    action: blockedBy('AccountReady', 'NotAllowedWithDefaultAccount', `${field} is not allowed`),
  });
  decides([
    refused(
      'includeAccountCredentials',
      connector({ spec: { ...shared, includeAccountCredentials: true } }),
      'spec.includeAccountCredentials',
    ),
    refused(
      'importId',
      connector({ spec: { ...shared, instance: { importId: 5 } } }),
      'spec.instance.importId',
    ),
    refused(
      'take-over',
      connector({ spec: shared, annotations: { takeOver: 'true' } }),
      'the annotation openconnectors.dev/take-over',
    ),
    {
      name: 'includeAccountCredentials: false with the default account',
      because: 'saying no asks for nothing',
      input: input({
        connector: connector({ spec: { ...shared, includeAccountCredentials: false } }),
        account: isDefault,
      }),
      action: { type: 'create' },
    },
    {
      name: 'take-over with an account of the namespace',
      because: "there is nothing of others in one's own account",
      input: input({ connector: connector({ annotations: { takeOver: 'true' } }) }),
      action: { type: 'create' },
    },
    {
      name: 'not verified yet',
      because: 'this process has just begun; what status says of the instance still stands',
      input: input({ account: { state: 'unknown' } }),
      action: ends({ kind: 'cache-not-synced' }),
    },
    {
      name: 'blocked',
      because: 'the account says it best',
      input: input({
        account: { state: 'blocked', reason: 'AccountUnauthorized', message: 'Refused.', stalled: true },
      }),
      action: blockedBy('AccountReady', 'AccountUnauthorized', /^Refused\.$/),
    },
    {
      name: 'another organization than the one that made the instance',
      because: 'there the instance is not absent, it was never there',
      input: settledInput({ account: { ...READY_ACCOUNT, organizationId: '6000' } }),
      action: blockedBy(
        'Synced',
        'AccountChanged',
        'Account "sap" now belongs to another organization than the instance ("5211" at https://api.openconnectors.us2.ext.hana.ondemand.com/elements/api-v2). Restore the account, or delete the resource with the annotation openconnectors.dev/abandon.',
      ),
    },
    {
      name: 'another organization than a create with an unknown outcome was sent to',
      because: 'absence in the other account proves nothing',
      input: elsewhere({ at: at(-MINUTE) }),
      action: blockedBy(
        'Synced',
        'AccountChanged',
        'Account "sap" now belongs to another organization than the latest create call ("6000" at https://api.openconnectors.us2.ext.hana.ondemand.com/elements/api-v2). Restore the account until the outcome is known.',
      ),
    },
    {
      name: 'a create with an unknown outcome in another organization, beside an instance in this one',
      because: 'its credential may be in use there',
      input: settledInput({
        connector: {
          annotations: {
            attempt: attempt({
              digest: digest('another code'),
              at: at(-MINUTE),
              account: { ...ACCOUNT, organizationId: '6000' },
            }),
          },
        },
      }),
      action: blockedBy(
        'Synced',
        'AccountChanged',
        'Account "sap" now belongs to another organization than the latest create call ("6000" at https://api.openconnectors.us2.ext.hana.ondemand.com/elements/api-v2). Restore the account until the outcome is known.',
      ),
    },
    {
      name: 'another organization than a create without an instance was sent to, a while ago',
      because: 'the server may commit late, and nobody would look there',
      input: elsewhere({ at: at(-30 * MINUTE), absentAt: at(-MINUTE) }),
      action: blockedBy('Synced', 'AccountChanged', 'Restore the account', {
        kind: 'at',
        time: NOW + 30 * MINUTE,
      }),
    },
    {
      name: 'another organization than a create without an instance was sent to, long ago',
      because: 'nothing of it can come any more',
      input: elsewhere({ at: at(-60 * MINUTE), absentAt: at(-MINUTE) }),
      action: { type: 'create' },
    },
    {
      name: 'another organization than a create was sent to whose instance is not in status yet',
      because: 'the instance is there, and nobody would find it again',
      input: elsewhere({ at: at(-MINUTE) }, { accepted: digest('another code') }),
      action: blockedBy('Synced', 'AccountChanged', 'Restore the account', { kind: 'on-change' }),
    },
    {
      name: 'another organization than an accepted create was sent to, with an instance of this one in status',
      because: 'the account in status is the one of the instance in use',
      input: settledInput({
        connector: { annotations: { attempt: attempt({ account: { ...ACCOUNT, organizationId: '6000' } }) } },
      }),
      action: ends({ kind: 'ready' }),
    },
    {
      name: 'another organization than a create was sent to that refused it',
      because: 'a refusal says that nothing was created, and the account may have been the mistake',
      input: elsewhere(
        { at: at(-MINUTE) },
        { refused: { digest: digest('another code'), message: 'No', created: 'no' } },
      ),
      action: { type: 'create', draft: { previousCreated: 'no' } },
    },
    {
      name: 'another base URL than the one that made the instance',
      because: 'an id of one region says nothing in another',
      input: settledInput({ account: { ...READY_ACCOUNT, baseUrl: 'https://elsewhere/elements/api-v2' } }),
      action: blockedBy('Synced', 'AccountChanged', 'openconnectors.dev/abandon'),
    },
    {
      name: 'another OpenConnectorsAccount of the same organization',
      because: 'the instance is there all the same',
      input: settledInput({ account: { ...READY_ACCOUNT, uid: 'another' } }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'a status without an account',
      because: 'it was written before accounts were recorded, and proves nothing against this one',
      input: settledInput({ connector: { status: readyStatus(ID, { instance: { id: ID } }) } }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'not listed yet',
      because: 'an instance may be there already, and a create would make a second one',
      input: input({ searchedAt: null }),
      action: ends({ kind: 'cache-not-synced' }),
    },
    {
      name: 'neither verified nor allowed to be used',
      because: 'what a person has to correct comes before what only takes time',
      input: input({
        connector: connector({ spec: { ...shared, instance: { importId: 5 } } }),
        account: { state: 'unknown' },
      }),
      action: blockedBy('AccountReady', 'NotAllowedWithDefaultAccount', 'importId'),
    },
  ]);
});

describe('a retry that is remembered', () => {
  const failing = (change: Parameters<typeof settledConnector>[0] = {}) =>
    settledConnector({ ...change, status: readyStatus(ID, { failures }) });
  const changed = secretUnread({ owners: [UID], resourceVersion: '2' });
  const base = {
    instances: [instance(ID)],
    secrets: { ...UNREAD, 'crm-connection': changed },
  } as const;
  decides([
    {
      name: 'not due',
      because: 'a restart does not forget the backoff',
      input: input({ ...base, connector: failing() }),
      action: ends({ kind: 'not-due', time: NOW + 5 * MINUTE }),
    },
    {
      name: 'due in a moment',
      because: 'the time is kept to the millisecond',
      input: input({ ...base, connector: failing(), now: NOW + 5 * MINUTE - 1 }),
      action: ends({ kind: 'not-due', time: NOW + 5 * MINUTE }),
    },
    {
      name: 'due now',
      because: 'the moment itself is late enough, or the queue would come twice',
      input: input({ ...base, connector: failing(), now: NOW + 5 * MINUTE }),
      action: { type: 'read-secret', name: 'crm-connection' },
    },
    {
      name: 'not due, but somebody asked',
      because: 'who changed something wants to see what comes of it',
      input: input({ ...base, connector: failing(), triggered: true }),
      action: { type: 'read-secret', name: 'crm-connection' },
    },
    {
      name: 'not due, but the spec was edited',
      because: 'the failure was of another spec',
      input: input({ ...base, connector: failing({ metadata: { generation: 2 } }) }),
      action: { type: 'read-secret', name: 'crm-connection' },
    },
    {
      name: 'without a time',
      because: 'nothing holds it back',
      input: input({
        ...base,
        connector: settledConnector({ status: readyStatus(ID, { failures: { count: 1 } }) }),
      }),
      action: { type: 'read-secret', name: 'crm-connection' },
    },
    {
      name: 'with a time that cannot be read',
      because: 'a status that somebody wrote by hand must not stop the resource for ever',
      input: input({
        ...base,
        connector: settledConnector({
          status: readyStatus(ID, { failures: { count: 1, nextAttemptAt: 'soon' } }),
        }),
      }),
      action: { type: 'read-secret', name: 'crm-connection' },
    },
  ]);
});

describe('the lasting Secrets', () => {
  decides([
    {
      name: 'absent',
      because: 'a person has to create it, and is told which key it needs',
      input: input({ secrets: { 'crm-key': secretAbsent } }),
      action: blockedBy(
        'SecretsResolved',
        'SecretNotFound',
        'Secret "crm-key" (spec.encryptedKeySecretRef) not found. Create it with key "encryptedKey".',
        { kind: 'at', time: NOW + 5 * MINUTE },
      ),
    },
    {
      name: 'absent for longer than GitOps takes',
      because: 'nothing changes by itself any more, so that nothing has to be looked at by itself',
      input: input({
        connector: connector({ status: { conditions: [notFoundSince(NOW - 5 * MINUTE)] } }),
        secrets: { 'crm-key': secretAbsent },
      }),
      action: blockedBy('SecretsResolved', 'SecretNotFound', 'crm-key'),
    },
    {
      name: 'absent since a moment in the future',
      because: 'after the clock was set back a day, a day without a word would be too long',
      input: input({
        connector: connector({ status: { conditions: [notFoundSince(NOW + 24 * 60 * MINUTE)] } }),
        secrets: { 'crm-key': secretAbsent },
      }),
      action: blockedBy('SecretsResolved', 'SecretNotFound', 'crm-key'),
    },
    {
      name: 'not in the cache',
      because: 'it may have been created a moment ago; the API server is asked before a person is',
      input: input({ secrets: { 'crm-key': secretUnseen } }),
      action: { type: 'read-secret', name: 'crm-key' },
    },
    {
      name: 'absent, and another unread',
      because: 'no call is made for a resource that cannot go on anyway',
      input: input({ secrets: { 'crm-key': secretAbsent, 'crm-oauth': secretUnread() } }),
      action: blockedBy('SecretsResolved', 'SecretNotFound', 'crm-key', 'any'),
    },
    {
      name: 'unread',
      because: 'values are only read when they are needed, one Secret at a time',
      input: input({ secrets: { 'crm-oauth': secretUnread() } }),
      action: { type: 'read-secret', name: 'crm-oauth' },
    },
    {
      name: 'unread, with keys of other names',
      because: 'the keys are known only after a read',
      input: input({
        connector: connector({ oauth: { clientSecretRef: { name: 'crm-oauth', clientIdKey: 'id' } } }),
        secrets: { 'crm-oauth': secretUnread() },
      }),
      action: { type: 'read-secret', name: 'crm-oauth' },
    },
    {
      name: 'a key missing',
      because: 'the keys that are there show a slip of the pen at once',
      input: input({ secrets: { 'crm-oauth': secretRead({ clientId: 'x', client_secret: 'y' }) } }),
      action: blockedBy(
        'SecretsResolved',
        'SecretKeyMissing',
        'Secret "crm-oauth" has no key "client_id" (spec.oauth.clientSecretRef). Add it.',
      ),
    },
    {
      name: 'no keys at all',
      because: 'an empty Secret is a common first step',
      input: input({ secrets: { 'crm-key': secretRead({}) } }),
      action: blockedBy(
        'SecretsResolved',
        'SecretKeyMissing',
        'Secret "crm-key" has no key "encryptedKey" (spec.encryptedKeySecretRef). Add it.',
      ),
    },
    {
      name: 'many keys',
      because: 'the message stays short',
      input: input({
        secrets: { 'crm-key': secretRead({ a: '1', b: '2', c: '3', d: '4', e: '5', f: '6' }) },
      }),
      action: blockedBy(
        'SecretsResolved',
        'SecretKeyMissing',
        'Secret "crm-key" has no key "encryptedKey" (spec.encryptedKeySecretRef). Add it.',
      ),
    },
    {
      name: 'an empty value',
      because: 'it cannot be right, and would be refused remotely at the price of a code',
      input: input({ secrets: { 'crm-key': secretRead({ encryptedKey: ' \n' }) } }),
      action: blockedBy('SecretsResolved', 'SecretInvalid', 'is empty'),
    },
    {
      name: 'two lines',
      because: 'a file that was stored by mistake is not a key',
      input: input({ secrets: { 'crm-key': secretRead({ encryptedKey: 'a\nb' }) } }),
      action: blockedBy('SecretsResolved', 'SecretInvalid', 'several lines'),
    },
    {
      name: 'no encrypted key for infusionsoftrest',
      because: 'that connector uses OAuth alone',
      input: input({
        connector: connector({ spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined } }),
        secrets: { 'crm-key': secretAbsent },
      }),
      action: { type: 'create' },
    },
    {
      name: 'touched, but not changed',
      because: 'a label on a Secret costs one read and no remote call',
      input: settledInput({
        secrets: {
          'crm-key': secretRead({ encryptedKey: VALUES.encryptedKey }, { resourceVersion: '2' }),
        },
      }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'touched and unread',
      because: 'only a read tells whether the value changed',
      input: settledInput({ secrets: { 'crm-key': secretUnread({ resourceVersion: '2' }) } }),
      action: { type: 'read-secret', name: 'crm-key' },
    },
    {
      name: 'not touched since it was applied',
      because: 'an unchanged reconcile reads nothing',
      input: settledInput(),
      action: { type: 'finish', result: { kind: 'ready', reason: 'Succeeded' } },
    },
    {
      name: 'deleted after the instance was made',
      because: 'the next rotation would need it, and the person should hear of it now',
      input: settledInput({ secrets: { 'crm-oauth': secretAbsent } }),
      action: blockedBy('SecretsResolved', 'SecretNotFound', 'crm-oauth', 'any'),
    },
    {
      name: 'the code gone after it was used',
      because: 'an authorization Secret is needed only while an authorization is due',
      input: settledInput({ secrets: { 'crm-code': secretAbsent } }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'a failure that is over, with everything there',
      because: 'what is remembered in the past does not matter any more',
      input: settledInput({
        connector: {
          status: readyStatus(ID, { failures: { count: 2, nextAttemptAt: at(-SECOND) } }),
        },
      }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
  ]);
});

describe('the order', () => {
  decides([
    {
      name: 'a changed account and a Secret that is absent',
      because: 'the account decides whether anything may be done at all',
      input: settledInput({
        account: { ...READY_ACCOUNT, organizationId: '6000' },
        secrets: { ...READ, 'crm-key': secretAbsent },
      }),
      action: blockedBy('Synced', 'AccountChanged', ACCOUNT.organizationId),
    },
    {
      name: 'an absent Secret and no list of instances',
      because: 'a person can create the Secret while the list is on its way',
      input: input({ secrets: { 'crm-key': secretAbsent }, searchedAt: null }),
      action: blockedBy('SecretsResolved', 'SecretNotFound', 'crm-key', 'any'),
    },
  ]);
});

describe('an account that is not ready for the moment', () => {
  const away: AccountView = {
    state: 'blocked',
    reason: 'AccountNotReady',
    message: 'Account "sap" is not ready.',
    stalled: false,
  };
  const notReady = blockedBy('AccountReady', 'AccountNotReady', 'is not ready');
  decides([
    {
      name: 'and the connector is Ready',
      because: 'an account that cannot be reached for a while takes nothing away from it',
      input: settledInput({ account: away }),
      action: ends({ kind: 'cache-not-synced' }),
    },
    {
      name: 'and the connector is Ready, but the account needs a user',
      because: 'the user is told where the connector is',
      input: settledInput({ account: { ...away, stalled: true } }),
      action: notReady,
    },
    {
      name: 'for another reason',
      because: 'only a short failure is passed over',
      input: settledInput({ account: { ...away, reason: 'AccountNotFound' } }),
      action: blockedBy('AccountReady', 'AccountNotFound', 'is not ready'),
    },
    {
      name: 'and the connector was edited',
      because: 'the edit is not applied',
      input: settledInput({ account: away, connector: { metadata: { generation: 2 } } }),
      action: notReady,
    },
    {
      name: 'and the connector is not Ready',
      because: 'there is nothing to keep',
      input: settledInput({
        account: away,
        connector: {
          status: readyStatus(ID, { conditions: [condition('Ready', 'False', 'InstanceNotAnswering')] }),
        },
      }),
      action: notReady,
    },
  ]);
});
