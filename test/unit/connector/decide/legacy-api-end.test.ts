import { describe, expect, it } from 'vitest';
import { nextPingAt } from '../../../../src/connector/decide/authorization/ping-time.ts';
import { decide } from '../../../../src/connector/decide/decide.ts';
import { attempt, connector, HELD, unverifiedStatus } from '../../../support/builders/connector.ts';
import { ID, input, settledInput } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { READ } from '../../../support/builders/secrets.ts';
import { at, MINUTE, NOW } from '../../../support/builders/time.ts';
import { blockedBy, decides } from './table.ts';

const ENDED = { settings: { legacyApiEndMs: NOW } };
const NOT_YET = { settings: { legacyApiEndMs: NOW + 1 } };
const REST = { connector: 'infusionsoftrest', server: undefined, encryptedKeySecretRef: undefined } as const;
const failing = { ping: 'refused', accountProven: true } as const;

describe('after the end of XML-RPC', () => {
  decides([
    {
      name: 'a new connector of infusionsoftcrm',
      because: 'its consent would succeed, and the instance would not work',
      input: input(ENDED),
      action: blockedBy('Authorized', 'LegacyApiEnded', 'Migrate to infusionsoftrest.'),
    },
    {
      name: 'a new connector of infusionsoftcrm, a moment before',
      because: 'XML-RPC still works',
      input: input(NOT_YET),
      action: { type: 'create' },
    },
    {
      name: 'a new connector of infusionsoftrest',
      because: 'it does not use XML-RPC',
      input: input({ ...ENDED, connector: connector({ spec: REST }) }),
      action: { type: 'create' },
    },
    {
      name: 'a create of infusionsoftcrm with an unknown outcome',
      because: 'an instance of it must not be left behind',
      input: input({
        ...ENDED,
        searchedAt: NOW - 10 * MINUTE,
        connector: connector({ metadata: HELD, annotations: { attempt: attempt({ at: at(-5 * MINUTE) }) } }),
      }),
      action: { type: 'search' },
    },
    {
      name: 'an instance that works',
      because: 'nobody is asked for anything as long as Keap answers',
      input: settledInput(ENDED),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'an instance that works and is to be reauthorized',
      because: 'the grant that works is kept',
      input: settledInput({ ...ENDED, connector: { annotations: { reauthorizeAt: 'now' } } }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'a ping that is refused, with an account that was not checked',
      because: 'the account may be what fails',
      input: settledInput({ ...ENDED, log: { ping: 'refused' } }),
      action: { type: 'verify-account', id: ID },
    },
    {
      name: 'a ping that is refused, with an account that works',
      because: 'a consent would help nothing; the regular ping goes on',
      input: settledInput({ ...ENDED, instances: [instance(ID)], secrets: READ, log: failing }),
      action: blockedBy('Authorized', 'LegacyApiEnded', 'Keap ended XML-RPC', 'any'),
    },
    {
      name: 'the same before the end',
      because: 'a new grant makes it work again',
      input: settledInput({
        ...NOT_YET,
        connector: { status: unverifiedStatus(ID) },
        instances: [instance(ID)],
        secrets: READ,
        log: failing,
      }),
      action: { type: 'reauthorize', id: ID },
    },
  ]);

  it('calls an instance again at the time of its regular ping', () => {
    const input = settledInput({ ...ENDED, instances: [instance(ID)], secrets: READ, log: failing });
    expect(decide(input)).toMatchObject({ result: { retry: { kind: 'at', time: nextPingAt(input) } } });
  });
});
