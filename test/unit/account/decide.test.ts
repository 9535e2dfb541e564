import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { AccountAction, AccountResult } from '../../../src/account/action.ts';
import { decideAccount } from '../../../src/account/decide/decide.ts';
import type { AccountInput } from '../../../src/account/input.ts';
import { summarizeAccount } from '../../../src/account/report/summarize.ts';
import type { Reason } from '../../../src/api/reasons.ts';
import type { Retry } from '../../../src/reconciler/retry.ts';
import {
  ACCOUNT_SECRET,
  account,
  accountWorld,
  CREDENTIAL,
  INVENTORY_MS,
  OPEN,
} from '../../support/builders/account.ts';
import { ERROR_CLASSES } from '../../support/builders/arbitraries.ts';
import { faultsOfMessage } from '../../support/builders/hygiene.ts';
import { remoteError } from '../../support/builders/input.ts';
import { secretAbsent, secretRead, secretUnread, VALUES } from '../../support/builders/secrets.ts';
import { at, HOUR, MINUTE, NOW, SECOND, second } from '../../support/builders/time.ts';
import { assertStatusConforms } from '../../support/kstatus/kstatus.ts';

const refusedAt = (ms: number, keepsOlder = false) =>
  ({ state: 'refused', credential: CREDENTIAL, at: ms, keepsOlder }) as const;

function blockedBy(reason: Reason, message: string, retry: Retry, usable: boolean): object {
  return {
    type: 'finish',
    result: { kind: 'blocked', reason, message: expect.stringContaining(message) as unknown, retry, usable },
  };
}

function assertStatusOf(input: AccountInput, action: AccountAction): void {
  if (action.type === 'finish' && (action.result.kind === 'ready' || action.result.kind === 'blocked')) {
    const status = summarizeAccount(input, action.result, { managed: 1 }, 0.5);
    assertStatusConforms({ ...input.account, status });
    expect(JSON.stringify(status)).not.toMatch(/user-secret-|organization-secret-/);
  }
}

const verify = {
  type: 'verify',
  credential: CREDENTIAL,
  secretVersion: OPEN.secretVersion,
  credentials: { userSecret: VALUES.userSecret, organizationSecret: VALUES.organizationSecret },
};
const onChange: Retry = { kind: 'on-change' };

describe('an account', () => {
  const cases: readonly {
    readonly name: string;
    readonly because: string;
    readonly input: AccountInput;
    readonly action: object;
  }[] = [
    {
      name: 'new, its Secret unread',
      because: 'values are read only to be verified',
      input: accountWorld({ secret: secretUnread() }),
      action: { type: 'read-secret', name: 'sap-account' },
    },
    {
      name: 'new',
      because: 'credentials are tried before anybody works with them',
      input: accountWorld(),
      action: verify,
    },
    {
      name: 'with keys of other names',
      because: 'the Secret may be one that exists already',
      input: accountWorld({
        account: account({
          spec: {
            credentialsSecretRef: { name: 's', userSecretKey: 'u', organizationSecretKey: 'o' },
          },
        }),
        secret: secretRead({ u: VALUES.userSecret, o: VALUES.organizationSecret }),
      }),
      action: { ...verify, secretVersion: '["1","u","o"]' },
    },
    {
      name: 'verified, never listed',
      because: 'before the first list nobody may create anything',
      input: accountWorld({ session: { ...OPEN, listedAt: undefined } }),
      action: { type: 'list' },
    },
    {
      name: 'verified and listed',
      because: 'nothing is due before the next list',
      input: accountWorld({ session: OPEN }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'listed long ago',
      because: 'drift is found by the list',
      input: accountWorld({ session: { ...OPEN, listedAt: NOW - 2 * INVENTORY_MS } }),
      action: { type: 'list' },
    },
    {
      name: 'verified, its Secret not touched',
      because: 'an unchanged reconcile reads nothing',
      input: accountWorld({ session: OPEN, secret: secretUnread() }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'verified, with another key of the same Secret',
      because: 'the other key may hold another value',
      input: accountWorld({
        account: account({
          spec: { credentialsSecretRef: { name: 'sap-account', userSecretKey: 'other' } },
        }),
        session: OPEN,
        secret: secretUnread(),
      }),
      action: { type: 'read-secret', name: 'sap-account' },
    },
    {
      name: 'verified, its Secret touched',
      because: 'only a read tells whether the values changed',
      input: accountWorld({ session: OPEN, secret: secretUnread({ resourceVersion: '2' }) }),
      action: { type: 'read-secret', name: 'sap-account' },
    },
    {
      name: 'verified, its Secret touched and the same',
      because: 'the same values need no new verification',
      input: accountWorld({ session: { ...OPEN, secretVersion: '0' } }),
      action: { type: 'finish', result: { kind: 'ready' } },
    },
    {
      name: 'with new values',
      because: 'they are tried beside those in use',
      input: accountWorld({ session: { ...OPEN, credential: 'another' } }),
      action: verify,
    },
    {
      name: 'suspected',
      because: 'a connector was refused; the cheapest call tells whether it was the account',
      input: accountWorld({ session: { ...OPEN, invalidated: true } }),
      action: verify,
    },
    {
      name: 'suspected, its Secret unread',
      because: 'the values were not kept outside of the session',
      input: accountWorld({ session: { ...OPEN, invalidated: true }, secret: secretUnread() }),
      action: { type: 'read-secret', name: 'sap-account' },
    },
    {
      name: 'refused a moment ago',
      because: 'one probe an hour, never faster: wrong secrets may lock a user out',
      input: accountWorld({ session: refusedAt(NOW - SECOND) }),
      action: blockedBy(
        'AccountUnauthorized',
        'Account "sap" rejected the credentials (401). Update Secret "sap-account".',
        { kind: 'at', time: NOW - SECOND + HOUR },
        false,
      ),
    },
    {
      name: 'refused a moment ago, older ones in use',
      because: 'what works goes on working while somebody corrects the Secret',
      input: accountWorld({ session: refusedAt(NOW - SECOND, true) }),
      action: blockedBy(
        'AccountUnauthorized',
        'Account "sap" rejected the credentials (401). Update Secret "sap-account".',
        { kind: 'at', time: NOW - SECOND + HOUR },
        true,
      ),
    },
    {
      name: 'refused almost an hour ago',
      because: 'the hour is kept to the millisecond',
      input: accountWorld({ session: refusedAt(NOW - HOUR + 1) }),
      action: blockedBy(
        'AccountUnauthorized',
        'Account "sap" rejected the credentials (401). Update Secret "sap-account".',
        { kind: 'at', time: NOW + 1 },
        false,
      ),
    },
    {
      name: 'refused an hour ago',
      because: 'it may have been repaired at the other side',
      input: accountWorld({ session: refusedAt(NOW - HOUR) }),
      action: verify,
    },
    {
      name: 'refused, but somebody asked',
      because: 'who asks wants to know now',
      input: accountWorld({ session: refusedAt(NOW - SECOND), triggered: true }),
      action: verify,
    },
    {
      name: 'refused, with new values',
      because: 'these were never refused',
      input: accountWorld({ session: { ...refusedAt(NOW - SECOND), credential: 'another' } }),
      action: verify,
    },
    {
      name: 'without its Secret',
      because: 'a person creates it, and is told with which keys',
      input: accountWorld({ secret: secretAbsent }),
      action: blockedBy('SecretNotFound', 'keys "userSecret" and "organizationSecret"', onChange, false),
    },
    {
      name: 'in use, its Secret deleted',
      because: 'connectors go on with what works',
      input: accountWorld({ secret: secretAbsent, session: OPEN }),
      action: blockedBy('SecretNotFound', 'sap-account', onChange, true),
    },
    {
      name: 'with a key missing',
      because: 'the key is named',
      input: accountWorld({ secret: secretRead({ userSecret: 'x' }) }),
      action: blockedBy('SecretKeyMissing', 'no key "organizationSecret"', onChange, false),
    },
    {
      name: 'with a value of two lines',
      because: 'it cannot be right',
      input: accountWorld({ secret: secretRead({ userSecret: 'a\nb', organizationSecret: 'x' }) }),
      action: blockedBy('SecretInvalid', 'Key "userSecret"', onChange, false),
    },
    {
      name: 'at a host that is not allowed',
      because: 'nothing may be sent there, not even to try',
      input: accountWorld({ account: account({ spec: { baseUrl: 'https://evil.example.com' } }) }),
      action: blockedBy('HostNotAllowed', '"evil.example.com"', onChange, false),
    },
    {
      name: 'at a port that is not allowed',
      because: 'an entry without a port allows 443 alone',
      input: accountWorld({
        account: account({
          spec: { baseUrl: 'https://api.openconnectors.us2.ext.hana.ondemand.com:8443' },
        }),
      }),
      action: blockedBy('HostNotAllowed', ':8443', onChange, false),
    },
    {
      name: 'with a base URL that is none',
      because: 'servers without the rules let it reconcile',
      input: accountWorld({ account: account({ spec: { baseUrl: 'http://10.0.0.1' } }) }),
      action: blockedBy('InvalidSpec', 'spec.baseUrl', onChange, false),
    },
    {
      name: 'with a retry that is not due',
      because: 'a restart does not forget the backoff',
      input: accountWorld({
        account: account({
          status: { observedGeneration: 1, failures: { count: 1, nextAttemptAt: second(MINUTE) } },
        }),
      }),
      action: { type: 'finish', result: { kind: 'not-due', time: NOW + MINUTE } },
    },
    {
      name: 'with a retry that is an hour away',
      because: 'Open Connectors may ask for a pause of that length',
      input: accountWorld({
        account: account({
          status: { observedGeneration: 1, failures: { count: 1, nextAttemptAt: second(HOUR) } },
        }),
      }),
      action: { type: 'finish', result: { kind: 'not-due', time: NOW + HOUR } },
    },
    {
      name: 'with a retry that is further away than any backoff',
      because: 'the clock was set back since it was written',
      input: accountWorld({
        account: account({
          status: { observedGeneration: 1, failures: { count: 1, nextAttemptAt: second(24 * HOUR) } },
        }),
      }),
      action: verify,
    },
    {
      name: 'with a retry that is due now',
      because: 'the moment itself is late enough',
      input: accountWorld({
        account: account({
          status: { observedGeneration: 1, failures: { count: 1, nextAttemptAt: second(0) } },
        }),
      }),
      action: verify,
    },
    {
      name: 'with a retry that is not due, edited',
      because: 'the failure was of another spec',
      input: accountWorld({
        account: account({
          metadata: { generation: 2 },
          status: { observedGeneration: 1, failures: { count: 1, nextAttemptAt: second(MINUTE) } },
        }),
      }),
      action: verify,
    },
    {
      name: 'listed in the future',
      because: 'the clock was set back, and nothing is known of what happened since',
      input: accountWorld({ session: { ...OPEN, listedAt: NOW + 24 * HOUR } }),
      action: { type: 'list' },
    },
    {
      name: 'refused in the future',
      because: 'the clock was set back, and the hour of the next try would never come',
      input: accountWorld({ session: refusedAt(NOW + 24 * HOUR) }),
      action: verify,
    },
    {
      name: 'with a retry that no backoff gives',
      because: 'the clock was set back since the failure',
      input: accountWorld({
        account: account({
          status: { observedGeneration: 1, failures: { count: 1, nextAttemptAt: second(24 * HOUR) } },
        }),
      }),
      action: verify,
    },
    {
      name: 'with the longest retry',
      because: 'Open Connectors asked for an hour',
      input: accountWorld({
        account: account({
          status: { observedGeneration: 1, failures: { count: 1, nextAttemptAt: second(HOUR) } },
        }),
      }),
      action: { type: 'finish', result: { kind: 'not-due', time: NOW + HOUR } },
    },
    {
      name: 'being deleted, without users in the cache',
      because: 'the cache may be behind, and holds no connectors of other operators',
      input: accountWorld({ account: account({ metadata: { deletionTimestamp: at(0) } }) }),
      action: { type: 'list-users' },
    },
    {
      name: 'being deleted, unused',
      because: 'nobody needs it',
      input: accountWorld({
        account: account({ metadata: { deletionTimestamp: at(0) } }),
        listedUsers: [],
      }),
      action: { type: 'finish', result: { kind: 'released' } },
    },
    {
      name: 'being deleted, used by a connector of another operator',
      because: 'no watch tells when that one is deleted',
      input: accountWorld({
        account: account({ metadata: { deletionTimestamp: at(0) } }),
        session: OPEN,
        listedUsers: ['erp'],
      }),
      action: blockedBy('InUse', 'erp', { kind: 'at', time: NOW + 30 * SECOND }, true),
    },
    {
      name: 'being deleted without its Secret, used by a connector of another operator',
      because: 'the account has to notice that it can be released whatever else is wrong with it',
      input: accountWorld({
        account: account({ metadata: { deletionTimestamp: at(0) } }),
        secret: secretAbsent,
        listedUsers: ['erp'],
      }),
      action: blockedBy('SecretNotFound', 'sap-account', { kind: 'at', time: NOW + 30 * SECOND }, false),
    },
  ];
  test.each(cases)('$name: $because', ({ input, action: expected }) => {
    const action = decideAccount(input);
    expect(action).toMatchObject(expected);
    assertStatusOf(input, action);
  });

  test('being deleted, in use, waits, and says for whom', () => {
    const action = decideAccount(
      accountWorld({
        account: account({ metadata: { deletionTimestamp: at(0) } }),
        session: OPEN,
        users: ['f', 'e', 'd', 'c', 'b', 'a'],
      }),
    );
    expect(action).toMatchObject(
      blockedBy(
        'InUse',
        'Account "sap" is still in use by InfusionsoftConnectors "a", "b", "c", "d", "e" and others. Delete them, or set another spec.accountRef.',
        onChange,
        true,
      ),
    );
  });

  test('is listed within ten per cent of the interval, always at the same moment for the same account', () => {
    fc.assert(
      fc.property(fc.uuid(), (uid) => {
        const action = decideAccount(
          accountWorld({ account: account({ metadata: { uid } }), session: { ...OPEN, listedAt: NOW } }),
        );
        const again =
          action.type === 'finish' && action.result.kind === 'ready' ? action.result.again - NOW : 0;
        expect(again).toBeGreaterThanOrEqual(0.9 * INVENTORY_MS);
        expect(again).toBeLessThanOrEqual(1.1 * INVENTORY_MS);
      }),
    );
  });
});

describe('spec.inventoryInterval', () => {
  const listedAgo = (ms: number, inventoryInterval?: string) =>
    decideAccount(
      accountWorld({
        account: account({ spec: { inventoryInterval } }),
        session: { ...OPEN, listedAt: NOW - ms },
      }),
    );

  it('takes the place of the setting', () => {
    expect(listedAgo(INVENTORY_MS * 2)).toEqual({ type: 'list' });
    expect(listedAgo(INVENTORY_MS * 2, '1h')).toMatchObject({ type: 'finish', result: { kind: 'ready' } });
    expect(listedAgo(1.2 * HOUR, '1h')).toEqual({ type: 'list' });
    expect(listedAgo(2 * MINUTE)).toMatchObject({ type: 'finish', result: { kind: 'ready' } });
    expect(listedAgo(2 * MINUTE, '1m')).toEqual({ type: 'list' });
  });
});

describe('a call of the account that failed', () => {
  const backoff = { kind: 'backoff', retryAfterMs: undefined } as const;
  const hourly = { kind: 'at', time: NOW + HOUR } as const;
  const expected: Readonly<Record<(typeof ERROR_CLASSES)[number], readonly [Reason, Retry]>> = {
    unauthorized: ['AccountUnauthorized', hourly],
    forbidden: ['AccountForbidden', hourly],
    throttled: ['Throttled', backoff],
    unexpected: ['UnexpectedAnswer', backoff],
    'not-found': ['UnexpectedAnswer', backoff],
    invalid: ['UnexpectedAnswer', backoff],
    unavailable: ['AccountUnreachable', backoff],
    ambiguous: ['AccountUnreachable', backoff],
  };
  test.each(ERROR_CLASSES)('%s', (errorClass) => {
    for (const action of ['verify', 'list'] as const) {
      const [reason, retry] = expected[errorClass];
      const input = accountWorld({
        session: action === 'list' ? OPEN : { state: 'none' },
        done: { failure: { action, error: remoteError(errorClass, 'because of it') } },
      });
      const decided = decideAccount(input);
      expect(decided).toMatchObject(blockedBy(reason, '', retry, action === 'list'));
      assertStatusOf(input, decided);
      const { message } = (decided as { result: Extract<AccountResult, { kind: 'blocked' }> }).result;
      expect(faultsOfMessage(message)).toEqual([]);
      expect(message.endsWith('.')).toBe(true);
    }
  });

  test('keeps what the remote side asked for', () => {
    const error = remoteError('throttled', 'slow', { retryAfterMs: 9_000 });
    expect(decideAccount(accountWorld({ done: { failure: { action: 'verify', error } } }))).toMatchObject(
      blockedBy('Throttled', '', { kind: 'backoff', retryAfterMs: 9_000 }, false),
    );
  });
});

describe('the status of an account', () => {
  const ready: AccountResult = { kind: 'ready', again: NOW };
  test('names the organization and the counts, and clears failures', () => {
    const input = accountWorld({
      account: account({ status: { failures: { count: 3 } }, reconcileAt: 'now' }),
      session: OPEN,
    });
    expect(summarizeAccount(input, ready, { managed: 2, orphaned: 1 }, 0)).toMatchObject({
      observedGeneration: 1,
      organization: { id: '5211', name: 'Acme' },
      instances: { managed: 2, orphaned: 1 },
      lastHandledReconcileAt: 'now',
    });
    expect(summarizeAccount(input, ready, {}, 0).failures).toBeUndefined();
  });

  test('of a second reconcile of the same state is the same', () => {
    const input = accountWorld({ session: OPEN });
    const status = summarizeAccount(input, ready, { managed: 2 }, 0);
    const later = { ...input, now: NOW + MINUTE, account: account({ status }) };
    expect(summarizeAccount(later, ready, { managed: 2 }, 0.9)).toEqual(status);
  });
});

test('the Secret of the builders holds what the sessions of the builders were opened with', () => {
  expect(decideAccount(accountWorld({ secret: ACCOUNT_SECRET, session: OPEN }))).toMatchObject({
    result: { kind: 'ready' },
  });
});

test('an account is listed again one interval after its latest list', () => {
  const againOf = (listedAt: number) => {
    const action = decideAccount(accountWorld({ session: { ...OPEN, listedAt } }));
    return action.type === 'finish' && action.result.kind === 'ready' ? action.result.again : undefined;
  };
  const latest = againOf(NOW);
  expect(latest).toBeGreaterThan(NOW);
  expect(againOf(NOW - SECOND)).toBe((latest ?? 0) - SECOND);
});
