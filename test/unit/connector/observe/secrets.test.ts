import { describe, expect, it } from 'vitest';
import { responseData } from '../../../../src/authorization/authorization-response.ts';
import { consentRequestHash, consentRequestOf } from '../../../../src/authorization/consent-request.ts';
import type { ConnectorInput } from '../../../../src/connector/input.ts';
import { gather } from '../../../../src/connector/observe/gather.ts';
import { withFact } from '../../../../src/connector/observe/observe.ts';
import type { SecretFact } from '../../../../src/secrets/secret-fact.ts';
import { CALLBACK, connector, readyStatus, UID } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { ID, type InputChange, input, READY_ACCOUNT, settledInput } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import {
  secretAbsent,
  secretRead,
  secretUnread,
  secretUnseen,
  VALUES,
} from '../../../support/builders/secrets.ts';

const keyOf = (change: InputChange) => input(change).secrets.encryptedKey?.value;
const withKey = (fact: SecretFact, status = readyStatus(ID)) =>
  keyOf({ secrets: { 'crm-key': fact }, connector: connector({ status }) });

describe('the value of a Secret', () => {
  it.each<[string, () => ReturnType<typeof keyOf>, object]>([
    ['absent, as the API server says', () => withKey(secretAbsent), { state: 'absent', isConfirmed: true }],
    ['absent, as the cache says', () => withKey(secretUnseen), { state: 'absent', isConfirmed: false }],
    ['the same', () => withKey(secretUnread()), { state: 'same' }],
    ['unread in another version', () => withKey(secretUnread({ resourceVersion: '2' })), { state: 'unread' }],
    [
      'unread where nothing is recorded',
      () => keyOf({ secrets: { 'crm-key': secretUnread() } }),
      { state: 'unread' },
    ],
    ['missing its key', () => withKey(secretRead({ other: 'x' })), { state: 'key-missing' }],
    [
      'invalid',
      () => withKey(secretRead({ encryptedKey: 'a\nb' })),
      { state: 'invalid', why: expect.any(String) as unknown },
    ],
    [
      'unchanged in the recorded version, whatever its fingerprint',
      () => withKey(secretRead({ encryptedKey: 'another' })),
      { state: 'value', value: 'another', changed: false },
    ],
    [
      'unchanged in another version',
      () => withKey(secretRead({ encryptedKey: VALUES.encryptedKey }, { resourceVersion: '2' })),
      { state: 'value', changed: false },
    ],
    [
      'changed',
      () => withKey(secretRead({ encryptedKey: 'another' }, { resourceVersion: '2' })),
      { state: 'value', changed: true },
    ],
    [
      'not comparable where nothing is recorded',
      () => keyOf({ secrets: { 'crm-key': secretRead({ encryptedKey: 'another' }) } }),
      { state: 'value', changed: undefined },
    ],
  ])('is %s', (_title, value, expected) => {
    expect(value()).toMatchObject(expected);
  });

  it('is recorded by Secret and key', () => {
    const { clientId, clientSecret } = input({
      connector: connector({ status: readyStatus(ID) }),
      secrets: {
        'crm-oauth': secretRead(
          { client_id: 'new', client_secret: VALUES.clientSecret },
          { resourceVersion: '2' },
        ),
      },
    }).secrets;
    expect([clientId.value, clientSecret.value]).toMatchObject([{ changed: true }, { changed: false }]);
  });
});

describe('the Secrets after an action', () => {
  const of = settledInput({ secrets: { 'crm-key': secretRead({ encryptedKey: 'a' }) } });
  const next = (change: Partial<ConnectorInput>): ConnectorInput => gather({ ...of, ...change }, printOf, of);

  it('are the same objects where nothing of them changed', () => {
    const { secrets } = next({});
    expect(secrets.encryptedKey).toBe(of.secrets.encryptedKey);
    expect(secrets.connection.desired).toBe(of.secrets.connection.desired);
    expect(secrets.grant).toBe(of.secrets.grant);
  });

  it('are derived again from another Secret', () => {
    const { secrets } = next(
      withFact(of, 'crm-key', secretRead({ encryptedKey: 'b' }, { resourceVersion: '5' })),
    );
    expect(secrets.encryptedKey?.value).toMatchObject({ value: 'b' });
    expect(secrets.clientId).toBe(of.secrets.clientId);
  });

  it('are derived again after an edit, another reference or another record', () => {
    const edited = (change: Parameters<typeof connector>[0]) =>
      next({ connector: { ...connector(change), status: of.connector.status } }).secrets.encryptedKey;
    expect(edited({ metadata: { generation: 2 } })).not.toBe(of.secrets.encryptedKey);
    expect(edited({ spec: { encryptedKeySecretRef: { name: 'crm-key', key: 'other' } } })?.value).toEqual({
      state: 'key-missing',
    });
    expect(edited({ spec: { encryptedKeySecretRef: { name: 'another' } } })?.value.state).toBe('absent');
    const status = { ...of.connector.status, credentials: [] };
    expect(next({ connector: { ...of.connector, status } }).secrets.encryptedKey?.value).toMatchObject({
      changed: undefined,
    });
  });
});

describe('the connection Secret in an input', () => {
  const connectionOf = (change: Parameters<typeof settledInput>[0]) =>
    settledInput(change).secrets.connection;

  it.each<[string, Parameters<typeof settledInput>[0]]>([
    ['the account is not ready', { account: { state: 'unknown' } }],
    ['the instance is not read', { instances: [] }],
    ['the instance does not exist', { instances: [], gone: [ID] }],
    ['the token is not shown', { instances: [instance(ID, { token: undefined })] }],
  ])('has no desired content while %s', (_title, change) => {
    expect(connectionOf(change).desired).toBeUndefined();
  });

  it('names the element of the instance, else the recorded one', () => {
    const element = (shown: string | undefined) =>
      connectionOf({ instances: [instance(ID, { element: shown })] }).desired?.data['element'];
    expect([element('infusionsoftcrm'), element(undefined)]).toEqual(['infusionsoftcrm', 'infusionsoftcrm']);
    const rest = settledInput({
      connector: { status: readyStatus(ID, { instance: undefined }) },
      instances: [instance(9, { element: undefined })],
    });
    expect(rest.secrets.connection.desired?.data['element']).toBe('infusionsoftcrm');
  });

  it.each([
    ['of the same name', { name: 'crm-connection', resourceVersion: '3', fingerprint: 'f' }, '3'],
    ['of another name', { name: 'old', resourceVersion: '3', fingerprint: 'f' }, undefined],
    ['without a version', { name: 'crm-connection', fingerprint: 'f' }, undefined],
    ['without a fingerprint', { name: 'crm-connection', resourceVersion: '3' }, undefined],
  ])('is known after a restart by a record %s', (_title, binding, version) => {
    const subject = input({ connector: connector({ status: readyStatus(ID, { binding }) }) });
    expect(subject.secrets.connection.seen?.resourceVersion).toBe(version);
  });

  it('of a new instance is there only while one waits for the switch', () => {
    const rest = { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined } as const;
    const waiting = (instances: readonly ReturnType<typeof instance>[]) =>
      settledInput({
        connector: { spec: rest },
        instances: [instance(ID), ...instances],
        secrets: { 'crm-connection-next': secretUnread({ owners: [UID] }) },
      }).secrets;
    expect(waiting([instance(9, { element: 'infusionsoftrest' })])).toMatchObject({
      nextConnection: { name: 'crm-connection-next', isOwn: true },
      leftovers: [],
    });
    const { nextConnection, leftovers } = waiting([]);
    expect(nextConnection).toBeUndefined();
    expect(leftovers.map(({ name }) => name)).toEqual(['crm-connection-next']);
  });

  it('of the name before a rename is ours while it is there', () => {
    const renamed = (fact: SecretFact) =>
      input({
        connector: connector({ status: readyStatus(ID, { binding: { name: 'old' } }) }),
        secrets: { old: fact },
      }).secrets.previousConnection;
    expect(renamed(secretUnread({ owners: [UID] }))).toMatchObject({ name: 'old', isOwn: true });
    expect(renamed(secretUnread())).toMatchObject({ isOwn: false });
    expect(renamed(secretAbsent)).toMatchObject({ isOwn: false });
    expect(settledInput().secrets.previousConnection).toBeUndefined();
    expect(input().secrets.previousConnection).toBeUndefined();
  });
});

describe('the Secrets of a consent', () => {
  const own = secretUnread({ owners: [UID] });

  it('are not those that the connection Secret is named like', () => {
    const named = (name: string) =>
      input({
        connector: connector({ spec: { connectionSecretRef: { name } } }),
        secrets: { 'crm-consent-code': own, 'crm-grant': own },
      }).secrets;
    expect(named('crm-connection').oneTimeCode.isOwn).toBe(true);
    expect(named('crm-consent-code').oneTimeCode.isOwn).toBe(false);
    expect(named('crm-grant').authorizationCode.isOwn).toBe(false);
  });

  it('under the old name are not the connection Secret of the name before a rename', () => {
    const { name } = input().secrets.oldOneTimeCode;
    const of = (binding: string) =>
      input({
        connector: connector({ status: readyStatus(ID, { binding: { name: binding } }) }),
        secrets: { [name]: own },
      }).secrets.oldOneTimeCode.isOwn;
    expect([of('crm-connection'), of(name)]).toEqual([true, false]);
  });

  it('leave out Secrets that status does not record and that are not ours', () => {
    const { leftovers } = input({ secrets: { mine: own, foreign: secretUnread() } }).secrets;
    expect(leftovers.map(({ name }) => name)).toEqual(['mine']);
  });
});

describe('the response of a consent', () => {
  const subject = connector({ oauth: { authorizationCodeSecretRef: undefined } });
  const hash = (clientId: string) =>
    consentRequestHash(consentRequestOf(subject.spec, READY_ACCOUNT, clientId, CALLBACK));
  const response = (consent: string, change: InputChange = {}) =>
    input({
      connector: subject,
      settings: { ownCallbackUrl: CALLBACK },
      secrets: {
        'crm-grant': secretRead(responseData({ kind: 'code', code: 'a-code', consent }), { owners: [UID] }),
        ...change.secrets,
      },
      ...(change.account !== undefined && { account: change.account }),
    }).secrets.authorizationCode;

  it('is current for what is asked for now', () => {
    expect(response(hash(VALUES.clientId))).toMatchObject({ response: { code: 'a-code' }, isCurrent: true });
  });

  it.each<[string, () => ReturnType<typeof response>]>([
    ['for another request', () => response('another hash')],
    ['for another client', () => response(hash('another client'))],
    ['without an account', () => response(hash(VALUES.clientId), { account: { state: 'unknown' } })],
    [
      'without the client_id',
      () => response(hash(VALUES.clientId), { secrets: { 'crm-oauth': secretUnread() } }),
    ],
    [
      'where it is none',
      () => response('', { secrets: { 'crm-grant': secretRead({ code: 'x' }, { owners: [UID] }) } }),
    ],
    [
      'where it is not ours',
      () => response(hash(VALUES.clientId), { secrets: { 'crm-grant': secretRead({}) } }),
    ],
  ])('is not current %s', (_title, found) => {
    expect(found().isCurrent).toBe(false);
  });
});
