import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/connector/decide/decide.ts';
import { accountInWords } from '../../../../src/connector/decide/remote-failure.ts';
import type { ConnectorInput } from '../../../../src/connector/input.ts';
import { dueReason } from '../../../../src/connector/observe/authorization-need.ts';
import { gather } from '../../../../src/connector/observe/gather.ts';
import { heldIdsOf, recordedElementOf } from '../../../../src/connector/observe/held-instances.ts';
import {
  CALLBACK,
  connector,
  readyStatus,
  UID,
  unverifiedStatus,
} from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { ID, input, settledInput } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { secretRead, secretUnread, VALUES } from '../../../support/builders/secrets.ts';

/** The client of the builders in a newer version of its Secret. */
const REREAD = secretRead(
  { client_id: VALUES.clientId, client_secret: VALUES.clientSecret },
  { resourceVersion: '3' },
);

/** `before` after status recorded `change` of the client_id. */
function recorded(before: ConnectorInput, change: { resourceVersion?: string; fingerprint?: string }) {
  const { status } = before.connector;
  const credentials = status?.credentials?.map((entry) =>
    entry.key === 'client_id' ? { ...entry, ...change } : entry,
  );
  const connector = { ...before.connector, status: { ...status, credentials } };
  return gather({ ...before, connector }, printOf, before);
}

describe('the page of a consent', () => {
  const offers = (callbackUrl: string | undefined, ownCallbackUrl: string | undefined, named = false) =>
    input({
      connector: connector({
        oauth: { callbackUrl, ...(!named && { authorizationCodeSecretRef: undefined }) },
      }),
      settings: { ownCallbackUrl },
    }).offersPage;

  it('is offered where the response comes to the operator and the spec names no grant', () => {
    expect(offers(CALLBACK, CALLBACK)).toBe(true);
    expect(offers(undefined, CALLBACK)).toBe(true);
    expect(offers(CALLBACK, CALLBACK, true)).toBe(false);
  });

  it('is not offered where the response goes elsewhere, or the operator has no page', () => {
    expect(offers('https://another.example.com/callback', CALLBACK)).toBe(false);
    expect(offers(CALLBACK, undefined)).toBe(false);
    expect(offers(undefined, undefined)).toBe(false);
  });

  it('is not offered while the spec is invalid', () => {
    const invalid = connector({ spec: { encryptedKeySecretRef: undefined } });
    const { violations, offersPage } = input({ connector: invalid, settings: { ownCallbackUrl: CALLBACK } });
    expect([violations.length > 0, offersPage]).toEqual([true, false]);
  });
});

describe('the first read of Secrets', () => {
  const unread = { 'crm-oauth': secretUnread(), 'crm-code': secretUnread() };

  it('is also one of the grant that the spec names', () => {
    expect(decide(input({ secrets: unread }))).toEqual({
      type: 'read-secret',
      name: 'crm-oauth',
      also: ['crm-code'],
    });
  });

  it('leaves the code of the page for later', () => {
    const subject = connector({ oauth: { authorizationCodeSecretRef: undefined } });
    const secrets = { ...unread, 'crm-grant': secretUnread({ owners: [UID] }) };
    expect(decide(input({ connector: subject, secrets, settings: { ownCallbackUrl: CALLBACK } }))).toEqual({
      type: 'read-secret',
      name: 'crm-oauth',
    });
  });
});

describe('what status names', () => {
  it('is the instances that it has, and no other', () => {
    expect(heldIdsOf(connector())).toEqual([]);
    expect(heldIdsOf(connector({ status: readyStatus(ID) }))).toEqual([ID]);
  });

  it('is the element of each instance', () => {
    const status = readyStatus(ID, { next: { id: 8, connector: 'infusionsoftrest' } });
    const subject = connector({ status });
    expect([ID, 8, 9].map((id) => recordedElementOf(subject, id))).toEqual([
      'infusionsoftcrm',
      'infusionsoftrest',
      undefined,
    ]);
  });

  it('replaces an element that an answer leaves out', () => {
    const { instance: before } = readyStatus(ID);
    const status = readyStatus(ID, { instance: { ...before, id: ID, connector: 'infusionsoftrest' } });
    const { connection } = settledInput({
      connector: { status },
      instances: [instance(ID, { element: undefined })],
    }).secrets;
    expect(connection.desired?.data).toMatchObject({ element: 'infusionsoftrest' });
  });

  it('leaves an instance alone whose element nothing tells', () => {
    const { instance: before } = readyStatus(ID);
    const status = readyStatus(ID, { instance: { ...before, id: ID, connector: undefined } });
    const found = instance(ID, { element: undefined });
    expect(settledInput({ connector: { status }, instances: [found] }).instances.chosen?.id).toBe(ID);
  });

  it('is the version of a key in its own Secret', () => {
    const status = readyStatus(ID, {
      credentials: [{ secretName: 'another', key: 'client_id', resourceVersion: '1', fingerprint: 'x' }],
    });
    const { clientId } = settledInput({ connector: { status } }).secrets;
    expect(clientId.value).toEqual({ state: 'unread' });
  });

  it('is compared again with a Secret when it is recorded', () => {
    const secrets = { 'crm-oauth': secretUnread({ resourceVersion: '2' }) };
    const before = settledInput({ secrets });
    expect(before.secrets.clientId.value.state).toBe('unread');
    expect(recorded(before, { resourceVersion: '2' }).secrets.clientId.value.state).toBe('same');
    const read = settledInput({ secrets: { 'crm-oauth': REREAD } });
    expect(read.secrets.clientId.value).toMatchObject({ changed: false });
    expect(recorded(read, { fingerprint: printOf('another') }).secrets.clientId.value).toMatchObject({
      changed: true,
    });
  });

  it('is the instance that the spec names, also of another element, until status has one', () => {
    const subject = connector({ spec: { instance: { importId: ID } } });
    const found = instance(ID, { element: 'infusionsoftrest' });
    expect(input({ connector: subject, instances: [found] }).instances.chosen?.id).toBe(ID);
  });

  it('tells whether a grant that fails has worked before', () => {
    const reasonOf = (status: ReturnType<typeof readyStatus>) =>
      dueReason(settledInput({ connector: { status } }), { why: 'revoked', instance: instance(ID) });
    expect(reasonOf(unverifiedStatus(ID))).toBe('AuthorizationRevoked');
    expect(reasonOf(unverifiedStatus(ID, { binding: undefined }))).toBe('AuthorizationFailed');
  });
});

it('compares no grant with the record before it was read', () => {
  expect(input({ secrets: { 'crm-code': secretUnread() } }).secrets.grant?.match).toBeUndefined();
  expect(input().secrets.grant?.match).toBeDefined();
});

it('names the default account as such', () => {
  expect(accountInWords(input())).toBe('Account "sap"');
  expect(accountInWords(input({ connector: connector({ spec: { accountRef: undefined } }) }))).toBe(
    'The default account',
  );
});
