import { describe, expect, it } from 'vitest';
import type { InfusionsoftConnector } from '../../../../src/api/connector.ts';
import type { ActionLog } from '../../../../src/connector/action-log.ts';
import { NO_MEMORY } from '../../../../src/connector/input.ts';
import { observe } from '../../../../src/connector/observe/observe.ts';
import { knownPeers } from '../../../../src/connector/observe/peers.ts';
import {
  type ConnectorChange,
  condition,
  connector,
  readyStatus,
} from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { ID, settledConnector } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { type BenchChange, bench } from '../../../support/builders/ports.ts';
import { VALUES } from '../../../support/builders/secrets.ts';
import { at, NOW } from '../../../support/builders/time.ts';

const PEER = 'uid-of-a-peer';
const OTHER = 9;
const VERIFIED: ActionLog = [{ action: { type: 'verify-account', id: ID }, outcome: { kind: 'done' } }];

/** Another connector with the instance 9. */
function peer(change: ConnectorChange = {}): InfusionsoftConnector {
  return connector({ status: readyStatus(OTHER), ...change, metadata: { uid: PEER, ...change.metadata } });
}

function peersOf(other: InfusionsoftConnector, change: Partial<BenchChange> = {}, log = VERIFIED) {
  const { ports, stored } = bench({
    connector: settledConnector(),
    listed: [instance(OTHER)],
    peers: () => [other],
    ...change,
  });
  ports.memory.remember(PEER, { ...NO_MEMORY, tested: { at: NOW, answer: 'answered' } });
  return knownPeers(ports, { ...observe(ports, stored()), log });
}

describe('the other connectors of an account', () => {
  it('are known with their instance, their client_id and the latest call', () => {
    expect(peersOf(peer())).toEqual([
      {
        uid: PEER,
        token: VALUES.token,
        client: printOf(VALUES.clientId),
        isDisabled: false,
        tested: { at: NOW, answer: 'answered' },
      },
    ]);
  });

  it.each([
    ['a disabled instance', [instance(OTHER, { disabled: true })], { isDisabled: true, token: VALUES.token }],
    ['an instance that is not read yet', [], { isDisabled: false, token: undefined }],
  ])('are known with %s', (_title, listed, expected) => {
    expect(peersOf(peer(), { listed })).toMatchObject([expected]);
  });

  it('are known without an instance, and where it does not exist', () => {
    const none = { isDisabled: false, token: undefined };
    expect(peersOf(peer({ status: readyStatus(OTHER, { instance: undefined }) }))).toMatchObject([none]);
    const subject = bench({ connector: settledConnector(), listed: [], peers: () => [peer()] });
    subject.inventory.markGone(OTHER);
    const observation = { ...observe(subject.ports, subject.stored()), log: VERIFIED };
    expect(knownPeers(subject.ports, observation)).toMatchObject([none]);
  });

  it('are none before the account is verified, and without a session', () => {
    expect(peersOf(peer(), {}, [])).toEqual([]);
    expect(peersOf(peer(), { account: { state: 'unknown' } })).toEqual([]);
  });

  it.each([
    ['is being deleted', peer({ metadata: { deletionTimestamp: at(0) } })],
    ['is suspended', peer({ spec: { suspend: true } })],
    [
      'has a disabled instance by its spec',
      peer({ status: readyStatus(OTHER, { instance: { id: OTHER, enabled: false } }) }),
    ],
    [
      'waits for a consent',
      peer({
        status: readyStatus(OTHER, {
          conditions: [condition('Authorized', 'False', 'AuthorizationRequired')],
        }),
      }),
    ],
  ])('say nothing where one %s', (_title, other) => {
    expect(peersOf(other)).toEqual([]);
  });

  it('count where nothing is recorded about the instance being enabled', () => {
    expect(peersOf(peer({ status: readyStatus(OTHER, { instance: { id: OTHER } }) }))).toHaveLength(1);
  });
});
