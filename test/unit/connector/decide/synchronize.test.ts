import { expect, it } from 'vitest';
import { nextPingAt } from '../../../../src/connector/decide/authorization/ping-time.ts';
import { publishNextConnection } from '../../../../src/connector/decide/connection-secret.ts';
import { decide } from '../../../../src/connector/decide/decide.ts';
import { synchronize } from '../../../../src/connector/decide/synchronize.ts';
import { connector, readyStatus } from '../../../support/builders/connector.ts';
import { ID, input, settledInput, UNREAD } from '../../../support/builders/input.ts';
import { instance, TAGS } from '../../../support/builders/instance.ts';
import { READ, secretAbsent, secretUnread } from '../../../support/builders/secrets.ts';
import { MINUTE, second } from '../../../support/builders/time.ts';

it('reads one Secret with nothing beside it', () => {
  const secrets = { 'crm-key': secretUnread({ resourceVersion: '2' }) };
  expect(decide(settledInput({ secrets }))).toEqual({ type: 'read-secret', name: 'crm-key' });
});

it('adopts the recorded instance where it has the tags of a former self', () => {
  const found = instance(ID, { tags: TAGS.namesake });
  expect(decide(settledInput({ instances: [found] }))).toMatchObject({ type: 'patch', reason: 'Adopted' });
});

it('asks for no read where the answer leaves out whether the instance is disabled', () => {
  const { instance: recorded } = readyStatus(ID);
  const status = readyStatus(ID, { instance: { ...recorded, id: ID, enabled: false } });
  const of = settledInput({ connector: { status } });
  expect(synchronize(of, instance(ID, { disabled: undefined }))).toBeUndefined();
  expect(synchronize(of, instance(ID, { disabled: false }))).toMatchObject({ type: 'read-instance' });
});

it('names the instance in use where the resource was moved to another importId', () => {
  const status = readyStatus(ID, { importId: 5 });
  const subject = connector({ spec: { instance: { importId: 9 } }, status });
  expect(decide(input({ connector: subject }))).toMatchObject({
    result: { reason: 'InvalidSpec', message: expect.stringContaining(`manages instance ${ID}.`) },
  });
});

it('reads a new instance without a token before its connection is published', () => {
  const subject = settledInput({
    connector: {
      status: readyStatus(8, { next: { id: ID, connector: 'infusionsoftcrm' } }),
    },
  });
  const { connection } = subject.secrets;
  const next = { ...connection, name: 'crm-connection-next', fact: secretAbsent };
  const waiting = { ...subject, secrets: { ...subject.secrets, nextConnection: next } };
  expect(publishNextConnection(waiting, instance(ID, { token: undefined }))).toMatchObject({
    type: 'read-instance',
    id: ID,
  });
  expect(publishNextConnection(subject, instance(ID))).toBeUndefined();
});

it.each([
  ['does not exist', readyStatus(ID)],
  ['is not in status', readyStatus(ID, { instance: undefined })],
])('switches back from no instance that %s', (_title, status) => {
  const of = settledInput({
    connector: {
      annotations: { switch: '1' },
      status: { ...status, replacing: { id: 8, connector: 'infusionsoftcrm', until: second(MINUTE) } },
    },
    instances: [instance(8)],
    gone: [ID],
    log: { read: [8] },
  });
  expect(decide(of).type).not.toBe('record-switch');
});

it('looks again at the time of the next test call while a new grant waits for a user', () => {
  const pending = settledInput({
    connector: { annotations: { reauthorizeAt: 'now' }, oauth: { authorizationCodeSecretRef: undefined } },
    secrets: { ...READ, 'crm-connection': UNREAD['crm-connection'] },
  });
  expect(decide(pending)).toMatchObject({
    result: { kind: 'ready', again: nextPingAt(pending), pending: { reason: 'AuthorizationRequired' } },
  });
});
