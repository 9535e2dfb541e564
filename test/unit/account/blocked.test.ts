import { describe, expect, it } from 'vitest';
import { actOnAccount } from '../../../src/account/act/act.ts';
import type { AccountAction } from '../../../src/account/action.ts';
import { decideAccount } from '../../../src/account/decide/decide.ts';
import type { SessionFacts } from '../../../src/account/input.ts';
import { observeAccount } from '../../../src/account/observe/observe.ts';
import { defaultAccountOf } from '../../../src/ownership/default-account.ts';
import {
  ACCOUNT_SECRET,
  type AccountWorldChange,
  account,
  accountSecret,
  accountWorld,
  CREDENTIAL,
  OPEN,
} from '../../support/builders/account.ts';
import { accountBench } from '../../support/builders/account-bench.ts';
import { remoteError } from '../../support/builders/input.ts';
import { workingRemote } from '../../support/builders/remote.ts';
import { secretAbsent, secretRead, secretUnread } from '../../support/builders/secrets.ts';
import { at, HOUR, MINUTE, NOW, SECOND } from '../../support/builders/time.ts';

const URL = 'https://api.openconnectors.us2.ext.hana.ondemand.com';
const deleted = account({ metadata: { deletionTimestamp: at(0) } });
const refused = (ms: number, keepsOlder = false): SessionFacts => ({
  state: 'refused',
  credential: CREDENTIAL,
  at: ms,
  keepsOlder,
});

/** How the reconcile of this input ends. */
function resultOf(change: AccountWorldChange): Extract<AccountAction, { type: 'finish' }>['result'] {
  const action = decideAccount(accountWorld(change));
  if (action.type !== 'finish') {
    throw new Error(`the reconcile goes on with ${action.type}`);
  }
  return action.result;
}

describe('an account that is blocked', () => {
  const elsewhere = account({ spec: { baseUrl: 'https://api.example.com' } });

  it.each<[string, SessionFacts, boolean]>([
    ['a session that works', OPEN, true],
    ['a session that was not listed yet', { ...OPEN, listedAt: undefined }, false],
    ['a session whose credentials were refused since', { ...OPEN, invalidated: true }, false],
    ['no session', { state: 'none' }, false],
    ['refused credentials', refused(NOW), false],
    ['refused credentials, and older ones that work', refused(NOW, true), true],
  ])('leaves its connectors working with %s: %#', (_title, session, usable) => {
    expect(resultOf({ account: elsewhere, session })).toMatchObject({ reason: 'HostNotAllowed', usable });
  });
});

describe('a deleted account that connectors of other operators use', () => {
  const used = { account: deleted, listedUsers: ['erp'] };

  it('is looked at again in 30 seconds, although its next attempt is later', () => {
    expect(resultOf({ ...used, session: refused(NOW) })).toMatchObject({
      reason: 'AccountUnauthorized',
      retry: { kind: 'at', time: NOW + 30 * SECOND },
    });
  });

  it('is tried again earlier where that is due', () => {
    expect(resultOf({ ...used, session: refused(NOW - HOUR + 10 * SECOND) })).toMatchObject({
      retry: { kind: 'at', time: NOW + 10 * SECOND },
    });
  });

  it('backs off as any other while Open Connectors is away', () => {
    const failure = { action: 'list', error: remoteError('unavailable') } as const;
    expect(resultOf({ ...used, session: OPEN, done: { failure } })).toMatchObject({
      reason: 'AccountUnreachable',
      retry: { kind: 'backoff' },
    });
  });

  it.each([
    [['e', 'd', 'c', 'b', 'a'], '"a", "b", "c", "d", "e". Delete them'],
    [['a'], '"a". Delete them'],
  ])('names %j', (listedUsers, text) => {
    expect(resultOf({ account: deleted, session: OPEN, listedUsers })).toMatchObject({
      reason: 'InUse',
      message: expect.stringContaining(text),
    });
  });
});

describe('the words for an account', () => {
  const failing = (errorClass: 'unauthorized' | 'forbidden', action: 'verify' | 'list') => ({
    session: action === 'list' ? OPEN : ({ state: 'none' } as const),
    done: { failure: { action, error: remoteError(errorClass) } },
  });

  it.each<[AccountWorldChange, string]>([
    [
      failing('unauthorized', 'verify'),
      'Account "sap" rejected the credentials (401). Update Secret "sap-account".',
    ],
    [
      { ...failing('unauthorized', 'verify'), account: defaultAccountOf(URL) },
      'The default account rejected the credentials (401). Update the mounted Secret of the default account.',
    ],
    [
      failing('forbidden', 'verify'),
      'The user in Secret "sap-account" has no permission to read the organization (403). Grant it the admin role in Open Connectors.',
    ],
    [
      failing('forbidden', 'list'),
      'The user in Secret "sap-account" has no permission to list instances (403). Grant it the admin role in Open Connectors.',
    ],
    [
      { secret: secretRead({ userSecret: 'a\nb', organizationSecret: 'c' }) },
      'Store the user secret there as one line.',
    ],
    [
      { secret: secretRead({ userSecret: 'a', organizationSecret: 'b\nc' }) },
      'Store the organization secret there as one line.',
    ],
  ])('%#', (change, message) => {
    expect(resultOf(change)).toMatchObject({ message: expect.stringContaining(message) });
  });
});

describe('credentials', () => {
  it('are read again where a session was opened with another version, or is doubted', () => {
    const unread = { secret: secretUnread({ resourceVersion: '1' }) };
    const read = { type: 'read-secret', name: 'sap-account' };
    expect(decideAccount(accountWorld({ ...unread, session: OPEN }))).toMatchObject({ type: 'finish' });
    expect(decideAccount(accountWorld({ ...unread, session: { ...OPEN, invalidated: true } }))).toEqual(read);
    expect(decideAccount(accountWorld({ ...unread, session: refused(NOW) }))).toEqual(read);
  });

  it('that were refused at this very moment are not tried', () => {
    expect(resultOf({ session: refused(NOW) })).toMatchObject({
      reason: 'AccountUnauthorized',
      retry: { kind: 'at', time: NOW + HOUR },
    });
  });

  it('other than those that were refused are tried', () => {
    const session = { ...refused(NOW), credential: 'another' } as SessionFacts;
    expect(decideAccount(accountWorld({ session }))).toMatchObject({ type: 'verify' });
  });
});

describe('a ready account', () => {
  it('is looked at again when its pause ends, if that is before its next listing', () => {
    const session = { ...OPEN, listedAt: NOW };
    expect(resultOf({ session, throttledUntil: NOW + MINUTE })).toEqual({
      kind: 'ready',
      again: NOW + MINUTE,
    });
    const { again } = resultOf({ session }) as { again: number };
    expect(again).toBeGreaterThan(NOW + 5 * MINUTE);
    expect(resultOf({ session, throttledUntil: NOW + HOUR })).toEqual({ kind: 'ready', again });
    // The wall clock was set forward during the pause.
    expect(resultOf({ session, throttledUntil: NOW - HOUR })).toEqual({ kind: 'ready', again });
    expect(resultOf({ session, throttledUntil: NOW })).toEqual({ kind: 'ready', again });
    expect(decideAccount(accountWorld({ session, now: again }))).toEqual({ type: 'list' });
    expect(decideAccount(accountWorld({ session, now: Math.ceil(again) - 1 }))).toMatchObject({
      type: 'finish',
    });
  });
});

describe('the observation of an account', () => {
  const bench = () => accountBench(workingRemote(new Map()), { names: ['crm'], ownerTags: new Set() });

  it('is not triggered at first, and by each change afterwards', async () => {
    const it = bench();
    expect(observeAccount(it.ports, account()).triggered).toBe(false);
    await it.reconcile(account());
    expect(observeAccount(it.ports, account()).triggered).toBe(false);
    expect(observeAccount(it.ports, account({ metadata: { generation: 2 } })).triggered).toBe(true);
    expect(observeAccount(it.ports, deleted).triggered).toBe(true);
    it.secret = accountSecret('2');
    expect(observeAccount(it.ports, account()).triggered).toBe(true);
    it.secret = secretAbsent;
    expect(observeAccount(it.ports, account()).triggered).toBe(true);
  });

  it('is triggered by a request, also of an account that was never seen', () => {
    expect(observeAccount(bench().ports, account({ reconcileAt: 'now' })).triggered).toBe(true);
    const handled = account({ reconcileAt: 'now', status: { lastHandledReconcileAt: 'now' } });
    expect(observeAccount(bench().ports, handled).triggered).toBe(false);
  });

  it('has the users of a deleted account alone', () => {
    const { ports } = bench();
    expect(observeAccount(ports, account()).users).toEqual([]);
    expect(observeAccount(ports, deleted).users).toEqual(['crm']);
  });

  it('decodes the Secret once while it is the same', async () => {
    const it = bench();
    const prints: string[] = [];
    const ports = {
      ...it.ports,
      fingerprinter: { ...it.ports.fingerprinter, of: (value: string) => `print ${prints.push(value)}` },
    };
    const { signal } = new AbortController();
    const read = await actOnAccount(
      ports,
      observeAccount(ports, account()),
      { type: 'read-secret', name: 'sap-account' },
      signal,
    );
    await actOnAccount(ports, read, { type: 'list-users' }, signal);
    expect([read.secret, prints.length]).toEqual([ACCOUNT_SECRET, 1]);
  });
});
