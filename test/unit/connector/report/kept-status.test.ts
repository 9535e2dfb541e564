import { describe, expect, it } from 'vitest';
import type { ConnectorStatus } from '../../../../src/api/connector.ts';
import type { ConnectorInput } from '../../../../src/connector/input.ts';
import { type StatusUpdate, summarize } from '../../../../src/connector/report/summarize.ts';
import { CALLBACK, condition, connector, readyStatus, UID } from '../../../support/builders/connector.ts';
import { ID, input, settledInput } from '../../../support/builders/input.ts';
import { instance, TAGS } from '../../../support/builders/instance.ts';
import { secretUnread } from '../../../support/builders/secrets.ts';
import { MINUTE, NOW, second } from '../../../support/builders/time.ts';

const READY = { kind: 'ready', reason: 'Succeeded', message: 'Ready.', again: NOW + MINUTE } as const;
const blocked = (at: 'Authorized' | 'Synced') =>
  ({
    kind: 'blocked',
    condition: at,
    reason: 'RemoteError',
    message: 'Because.',
    retry: { kind: 'on-change' },
  }) as const;
const after = (subject: ConnectorInput, result: StatusUpdate = READY): ConnectorStatus =>
  summarize(subject, result, 0.5);
const { credentials: applied = [], instance: recorded } = readyStatus(ID);
const other = { secretName: 'another', key: 'client_id', resourceVersion: '1', fingerprint: 'x' };
const next = { id: 8, connector: 'infusionsoftrest' };

describe('the credentials in status', () => {
  const namesOf = (change: Partial<ConnectorStatus>) =>
    after(
      settledInput({
        connector: { status: readyStatus(ID, change) },
        instances: [instance(ID), instance(8, { element: 'infusionsoftrest' })],
      }),
    ).credentials?.map(({ secretName, key }) => `${secretName}/${key}`);
  const own = applied.map(({ secretName, key }) => `${secretName}/${key}`);

  it('are those of the Secrets that the spec names', () => {
    expect(namesOf({ credentials: [other, ...applied] })).toEqual(own);
  });

  it('are also those of an instance of another element that is kept', () => {
    expect(namesOf({ credentials: [other, ...applied], next })).toEqual([...own, 'another/client_id']);
  });

  it('are no longer those of an instance of another element that the same report drops', () => {
    const subject = settledInput({
      connector: { status: readyStatus(ID, { credentials: [other, ...applied], next }) },
      gone: [next.id],
    });
    const { credentials, next: dropped } = after(subject);
    expect(dropped).toBeUndefined();
    expect(credentials?.map(({ secretName }) => secretName)).not.toContain('another');
  });

  it('are none where none was recorded and none was read', () => {
    expect(namesOf({ credentials: undefined, next })).toEqual([]);
  });
});

describe('what status says of the instance', () => {
  it('stays where its tags are gone, and is shown as it is', () => {
    const subject = settledInput({ instances: [instance(ID, { name: 'renamed', tags: TAGS.none })] });
    expect(after(subject, blocked('Synced')).instance).toMatchObject({ id: ID, name: 'renamed' });
  });

  it('is named once where the next one takes the place of one that was deleted', () => {
    const status = readyStatus(ID, { next: { id: 8, connector: 'infusionsoftcrm' } });
    const subject = settledInput({ connector: { status }, instances: [instance(8)], gone: [ID] });
    const { instance: used, next } = after(subject);
    expect([used?.id, next]).toEqual([8, undefined]);
  });

  it('keeps what was recorded of its enabling where the answer leaves it out', () => {
    const status = readyStatus(ID, { instance: { ...recorded, id: ID, enabled: false } });
    const subject = settledInput({
      connector: { status },
      instances: [instance(ID, { disabled: undefined })],
    });
    expect(after(subject).instance?.enabled).toBe(false);
  });
});

it('keeps what the instance in use carries after a grant for another element', () => {
  const subject = settledInput({
    connector: { spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined } },
    log: { authorized: true },
  });
  expect(subject.instances).toMatchObject({ chosen: undefined, inUse: { id: ID } });
  const keys = after(subject, blocked('Synced')).credentials?.map(({ key }) => key);
  expect(keys).toContain('encryptedKey');
});

it('names the connection Secret of the old name alone while it is renamed', () => {
  const subject = settledInput({
    connector: { status: readyStatus(ID, { binding: { name: 'old' } }) },
    secrets: { old: secretUnread({ owners: [UID] }) },
  });
  expect(subject.secrets.connection.seen).toBeDefined();
  expect(after(subject).binding).toEqual({ name: 'old' });
});

it('keeps that an instance differs after an edit that is not applied yet', () => {
  const conditions = [condition('Synced', 'False', 'DriftDetected', { observedGeneration: 1 })];
  const subject = settledInput({
    connector: { metadata: { generation: 2 }, status: readyStatus(ID, { conditions }) },
  });
  const synced = after(subject, blocked('Authorized')).conditions?.find(({ type }) => type === 'Synced');
  expect(synced).toMatchObject({ status: 'False', reason: 'DriftDetected' });
});

it('calls a resource Stalled for no other reason while a Secret is missing for long', () => {
  const missing = condition('SecretsResolved', 'False', 'SecretNotFound', {
    lastTransitionTime: second(-60 * MINUTE),
  });
  const subject = settledInput({ connector: { status: readyStatus(ID, { conditions: [missing] }) } });
  const types = after(subject, blocked('Synced')).conditions?.map(({ type }) => type);
  expect(types).toContain('Reconciling');
  expect(types).not.toContain('Stalled');
});

it('counts a switch as handled only where the connection has the chosen instance', () => {
  const status = readyStatus(ID, {
    instance: { ...recorded, id: ID, connector: 'infusionsoftrest' },
    next: { id: 8, connector: 'infusionsoftcrm' },
  });
  const waiting = settledInput({
    connector: { annotations: { switch: '1' }, status },
    instances: [instance(ID, { element: 'infusionsoftrest' }), instance(8)],
  });
  expect(waiting.instances.inUse?.id).toBe(ID);
  expect(after(waiting).lastHandledSwitchAt).toBeUndefined();
  expect(after(settledInput({ connector: { annotations: { switch: '1' } } })).lastHandledSwitchAt).toBe('1');
});

const OBSERVED = {
  kind: 'observed',
  reason: 'ChangesPlanned',
  message: 'Planned.',
  plan: [],
  works: false,
  unmet: [],
  again: NOW,
} as const;

it.each([
  [false, 'Unknown'],
  [true, 'True'],
])('shows what holds of a resource that is only observed: its instance works %j', (works, authorized) => {
  const { conditions = [] } = after(settledInput(), { ...OBSERVED, works });
  expect(Object.fromEntries(conditions.map(({ type, status }) => [type, status]))).toMatchObject({
    SecretsResolved: 'True',
    AccountReady: 'True',
    Authorized: authorized,
    Synced: 'True',
  });
});

it.each([false, true])('has checked nothing that depends on Secrets which are not read', (works) => {
  const result = { ...OBSERVED, works };
  const { conditions = [] } = after(input({ secrets: { 'crm-oauth': secretUnread() } }), result);
  expect(conditions.find(({ type }) => type === 'SecretsResolved')?.status).toBe('Unknown');
});

it('does not say that the grant of a disabled instance works, although a call was answered', () => {
  const { conditions = [] } = after(settledInput({ log: { ping: 'answered' } }), OBSERVED);
  expect(conditions.find(({ type }) => type === 'Authorized')?.status).toBe('Unknown');
});

it('shows no page of a consent for a resource that is only observed', () => {
  const page = { startUrl: 'https://connect.example.com/x', codeSecretName: 'crm-consent-code' };
  const subject = input({
    connector: connector({
      oauth: { authorizationCodeSecretRef: undefined },
      status: readyStatus(ID, { instance: undefined, authorization: page }),
    }),
    settings: { ownCallbackUrl: CALLBACK },
  });
  expect(after(subject, blocked('Synced')).authorization).toMatchObject(page);
  expect(after(subject, OBSERVED).authorization).toBeUndefined();
});
