import { describe, expect, it } from 'vitest';
import type { PingAnswer } from '../../../../src/connector/action-log.ts';
import {
  causeOf,
  type Failure,
  hasWorkedSince,
  isAnyWorking,
  nextPeerToPing,
} from '../../../../src/connector/decide/authorization/evidence.ts';
import type { Peer } from '../../../../src/connector/peer.ts';
import { condition, readyStatus } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { ID, SETTINGS, settledInput } from '../../../support/builders/input.ts';
import { VALUES } from '../../../support/builders/secrets.ts';
import { MINUTE, NOW, SECOND, second } from '../../../support/builders/time.ts';

const OWN = printOf(VALUES.clientId);
const OTHER = printOf('client-2');

/** Another connector, called `ageMs` ago with `answer`. */
function peer(uid: string, client: string | undefined, answer?: PingAnswer, ageMs = 0): Peer {
  const tested = answer && { at: NOW - ageMs, answer };
  return { uid, token: `token-of-${uid}`, client, isDisabled: false, tested };
}

const disabled = (uid: string, client: string): Peer => ({ ...peer(uid, client), isDisabled: true });
const unread = (uid: string, client: string): Peer => ({ ...peer(uid, client), token: undefined });

describe('the other connectors that are called about one failure', () => {
  /** Their uids in order, where each call fails. */
  function called(peers: readonly Peer[]): string[] {
    const next = nextPeerToPing(settledInput({ peers }));
    if (next === undefined) {
      return [];
    }
    const tested = { at: NOW, answer: 'refused' as const };
    return [next.uid, ...called(peers.map((one) => (one.uid === next.uid ? { ...one, tested } : one)))];
  }
  const own = (...uids: string[]): Peer[] => uids.map((uid) => peer(uid, OWN));
  const failed = (...uids: string[]): Peer[] => uids.map((uid) => peer(uid, OWN, 'refused'));

  it('are one of each of three other client_ids, then two of the same', () => {
    const others = ['a', 'b', 'c', 'd'].map((uid) => peer(uid, printOf(`client of ${uid}`)));
    const twin = peer('a2', printOf('client of a'));
    const peers = [...own('s1', 's2', 's3'), ...others.slice(0, 1), twin, ...others.slice(1)];
    expect(called(peers)).toEqual(['a', 'b', 'c', 's1', 's2']);
  });

  it('are more of one kind where the account has no other', () => {
    expect(called(own('1', '2', '3', '4', '5', '6'))).toEqual(['1', '2', '3', '4', '5']);
    expect(called(['1', '2', '3', '4', '5', '6'].map((uid) => peer(uid, OTHER)))).toEqual([
      ...['1', '2', '3', '4', '5'],
    ]);
  });

  it('include one of another client_id, although five of the same are known to fail', () => {
    expect(called([...failed('1', '2', '3', '4', '5'), peer('o', OTHER)])).toEqual(['o']);
  });

  it('are none where five are known and the account has no other client_id', () => {
    expect(called([...failed('1', '2', '3', '4', '5'), peer('6', OWN)])).toEqual([]);
  });

  it('are none that is disabled or whose token is not known', () => {
    expect(called([disabled('d', OTHER), unread('t', OTHER), ...own('s')])).toEqual(['s']);
  });

  it('are none where five are known to be disabled, one of them of another client_id', () => {
    const known = ['1', '2', '3', '4'].map((uid) => disabled(uid, OWN));
    expect(called([...known, disabled('5', OTHER), ...own('s')])).toEqual([]);
    expect(called([...known, disabled('5', OWN), ...own('s')])).toEqual([]);
    expect(called([...known, ...own('s')])).toEqual(['s']);
  });

  it('are five that can be called, beside those that cannot', () => {
    const others = ['a', 'b', 'c', 'd'].map((uid) => unread(uid, printOf(`client of ${uid}`)));
    expect(called([...others, ...own('1', '2', '3', '4', '5', '6')])).toEqual(['1', '2', '3', '4', '5']);
    const same = ['v', 'w', 'x', 'y'].map((uid) => disabled(uid, OWN));
    expect(called([...same, unread('o', OTHER), ...own('1', '2', '3', '4', '5', '6')])).toEqual([
      ...['1', '2', '3', '4', '5'],
    ]);
  });

  it('are another of an other client_id before a third of the same', () => {
    const others = [peer('a', OTHER), peer('a2', OTHER)];
    expect(called([...others, ...own('s1', 's2', 's3', 's4')])).toEqual(['a', 's1', 's2', 'a2', 's3']);
  });

  it('are none that was called in this reconcile, although its answer says nothing', () => {
    const said = { action: { type: 'ping-peer', uid: 'a', token: 't' }, outcome: { kind: 'done' } } as const;
    const input = settledInput({ peers: [peer('a', OTHER, 'forbidden'), ...own('s')] });
    expect(nextPeerToPing(input)?.uid).toBe('a');
    expect(nextPeerToPing({ ...input, log: [{ ...said, read: undefined }] })?.uid).toBe('s');
  });

  it('are of the same kind where the client_id is not known', () => {
    const unknown = ['1', '2', '3'].map((uid) => peer(uid, undefined));
    expect(called([...unknown, peer('o', OTHER)])).toEqual(['o', '1', '2', '3']);
  });

  it('are of the same kind where the own client_id is not recorded', () => {
    const status = readyStatus(ID, { credentials: [] });
    const subject = settledInput({ connector: { status }, peers: [peer('a', OTHER), peer('b', OWN)] });
    expect(nextPeerToPing(subject)?.uid).toBe('a');
  });
});

describe('a call through another connector', () => {
  const { authorizationRecheckMs } = SETTINGS;
  const working = authorizationRecheckMs / 5;
  const failing = 2 * authorizationRecheckMs;

  it.each<[PingAnswer, number, boolean]>([
    ['answered', 0, true],
    ['unsupported', 0, true],
    ['answered', working, true],
    ['answered', working + 1, false],
    ['answered', -1, false],
    ['refused', 0, false],
    ['forbidden', 0, false],
  ])('that is %s and %d ms old shows that it works: %s', (answer, ageMs, works) => {
    expect(isAnyWorking(settledInput({ peers: [peer('a', OTHER, answer, ageMs)] }))).toBe(works);
  });

  it.each<[PingAnswer, number, boolean]>([
    ['refused', failing, true],
    ['refused', failing + 1, false],
    ['refused', -1, false],
    ['forbidden', 0, false],
  ])('that is %s and %d ms old shows that it fails: %s', (answer, ageMs, fails) => {
    const input = settledInput({ peers: [peer('a', OWN, answer, ageMs)] });
    expect(causeOf(input, 'disabled')).toBe(fails ? 'provider' : 'grant');
  });

  it.each<[string, PingAnswer, number, boolean]>([
    ['after the own one', 'answered', MINUTE - SECOND, true],
    ['at the same time', 'answered', MINUTE, false],
    ['after the own one, which failed', 'refused', 0, false],
  ])('%s shows that the provider works since: %s, %d, %s', (_what, answer, ageMs, is) => {
    const memory = { tested: { at: NOW - MINUTE, answer: 'refused' } } as const;
    expect(hasWorkedSince(settledInput({ memory, peers: [peer('a', OTHER, answer, ageMs)] }))).toBe(is);
  });
});

describe('the cause of a failure', () => {
  const works = (client: string): Peer => peer('w', client, 'answered');
  const fails = (client: string, uid = 'f'): Peer => peer(uid, client, 'refused');

  it.each<[Failure, string, readonly Peer[], string]>([
    ['refused', 'nothing else is known', [], 'grant'],
    ['refused', 'another of the client fails', [fails(OWN)], 'grant'],
    ['refused', 'two others of the client fail', [fails(OWN), fails(OWN, 'g')], 'provider'],
    ['refused', 'another client fails', [fails(OTHER)], 'provider'],
    ['refused', 'another client works', [works(OTHER)], 'grant'],
    ['refused', 'another client works, the own fails', [works(OTHER), fails(OWN)], 'client'],
    ['refused', 'one of the client works, one fails', [works(OWN), fails(OWN)], 'grant'],
    ['refused', 'one of the client and of another work', [works(OWN), works(OTHER), fails(OWN)], 'grant'],
    ['client-refused', 'nothing else is known', [], 'client'],
    ['client-refused', 'another client works', [works(OTHER)], 'client'],
    ['client-refused', 'one of the client works', [works(OWN)], 'grant'],
    ['client-refused', 'another client fails', [fails(OTHER)], 'provider'],
    ['disabled', 'nothing else is known', [], 'grant'],
    ['disabled', 'another of the client fails', [fails(OWN)], 'provider'],
    ['unexplained', 'nothing else is known', [], 'provider'],
    ['outage', 'nothing else is known', [], 'provider'],
  ])('of kind %s is clear where %s', (failure, _what, peers, cause) => {
    expect(causeOf(settledInput({ peers }), failure)).toBe(cause);
  });

  const since = (reason: 'ProviderUnavailable' | 'AuthorizationUnverified', offsetMs: number) => ({
    status: readyStatus(ID, {
      conditions: [condition('Authorized', 'False', reason, { lastTransitionTime: second(offsetMs) })],
    }),
  });
  const over = -SETTINGS.providerOutageLimitMs;

  it.each<[string, ReturnType<typeof since>, readonly Peer[], string]>([
    ['ends at the limit', since('ProviderUnavailable', over), [], 'grant'],
    ['lasts until the limit', since('ProviderUnavailable', over + SECOND), [], 'provider'],
    ['counts from its own reason', since('AuthorizationUnverified', over), [], 'provider'],
    [
      'has no limit while another client fails',
      since('ProviderUnavailable', over),
      [fails(OTHER)],
      'provider',
    ],
    ['has one where another works', since('ProviderUnavailable', over), [fails(OTHER), works(OWN)], 'grant'],
    ['has one where only the own client fails', since('ProviderUnavailable', over), [fails(OWN)], 'grant'],
  ])('of an outage %s', (_what, connector, peers, cause) => {
    expect(causeOf(settledInput({ connector, peers }), 'outage')).toBe(cause);
  });
});
