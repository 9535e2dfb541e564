import { expect, it } from 'vitest';
import { judgeFailure } from '../../../../src/connector/decide/authorization/judge-failure.ts';
import { unverifiedStatus } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { ID, settledInput } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { secretRead, VALUES } from '../../../support/builders/secrets.ts';
import { MINUTE, NOW } from '../../../support/builders/time.ts';

const status = unverifiedStatus(ID);
const disabled = instance(ID, { disabled: true });
/** Another connector, whose call works now. */
const working = {
  uid: 'a',
  token: 't',
  client: printOf('another client'),
  isDisabled: false,
  tested: { at: NOW, answer: 'answered' },
} as const;
const rotated = {
  'crm-oauth': secretRead({ client_id: VALUES.clientId, client_secret: 'rotated' }, { resourceVersion: '2' }),
};

it('sends a new client_secret to an instance that fails, and to none that was disabled', () => {
  const input = settledInput({ connector: { status }, secrets: rotated, log: { accountProven: true } });
  expect(judgeFailure(input, instance(ID), 'refused')).toMatchObject({ type: 'patch', reason: 'Updated' });
  expect(judgeFailure(input, disabled, 'disabled').type).not.toBe('patch');
});

it('calls an instance again after another one worked, and not where its token is unknown', () => {
  const input = settledInput({
    connector: { status },
    peers: [working],
    memory: { tested: { at: NOW - MINUTE, answer: 'refused' } },
    log: { ping: 'refused', accountProven: true },
  });
  expect(judgeFailure(input, instance(ID), 'refused')).toMatchObject({ type: 'ping', id: ID });
  expect(judgeFailure(input, instance(ID, { token: undefined }), 'refused').type).not.toBe('ping');
});

it('enables a disabled instance once where others work, before a consent is asked for', () => {
  const change = { connector: { status }, peers: [working], instances: [disabled] } as const;
  const action = { type: 'enable', id: ID, enabled: true };
  expect(
    judgeFailure(settledInput({ ...change, log: { accountProven: true } }), disabled, 'disabled'),
  ).toEqual(action);
  const again = settledInput({ ...change, log: { accountProven: true, enabledSet: true } });
  expect(judgeFailure(again, disabled, 'disabled')).not.toEqual(action);
});
