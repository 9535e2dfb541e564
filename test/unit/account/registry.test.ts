import { describe, expect, it } from 'vitest';
import type { AccountTarget, VerifiedCredentials } from '../../../src/account/account-target.ts';
import type { FallbackAccount } from '../../../src/account/credentials/fallback-credentials.ts';
import { AccountRegistry } from '../../../src/account/registry.ts';
import { account } from '../../support/builders/account.ts';
import { accountBench } from '../../support/builders/account-bench.ts';
import { ACCOUNT } from '../../support/builders/connector.ts';
import { fakeRemote, workingRemote } from '../../support/builders/remote.ts';
import { VALUES } from '../../support/builders/secrets.ts';
import { NOW } from '../../support/builders/time.ts';

const { signal } = new AbortController();
const { uid, baseUrl, organizationId } = ACCOUNT;
const KEY = 'team-a/sap';
const RECORDED = { uid, baseUrl, organizationId };
const { userSecret, organizationSecret } = VALUES;
const CREDENTIALS = { userSecret, organizationSecret };
const FALLBACK: FallbackAccount = { baseUrl, organizationId, credentials: CREDENTIALS };
const TARGET: AccountTarget = {
  uid,
  spec: { baseUrl: 'https://api.openconnectors.us2.ext.hana.ondemand.com' },
  isDefault: false,
};

function verified(credential: string): VerifiedCredentials {
  return {
    credentials: CREDENTIALS,
    credential,
    secretVersion: '1',
    organization: { id: organizationId, name: 'Acme' },
  };
}

/** A bench with an open session of the account. */
async function opened() {
  const bench = accountBench(workingRemote(new Map()));
  await bench.reconcile(account());
  return bench;
}

/** A registry alone, with what its pool has. */
function registryWith(selector: string | undefined = undefined) {
  const clients = new Set<string>();
  const remote = fakeRemote(workingRemote(new Map()));
  const registry = new AccountRegistry({
    pool: {
      get: ({ accountUid, credential }) => {
        clients.add(`${accountUid}/${credential}`);
        return remote.api;
      },
      throttledUntil: ({ credential }) => (credential === 'paused' ? NOW : undefined),
      remove: ({ accountUid, credential }) => void clients.delete(`${accountUid}/${credential}`),
      close: async () => undefined,
    },
    createTimeoutMs: 1_000,
    searchGraceMs: 1_000,
    now: () => NOW,
    redact: () => () => undefined,
    readFallback: async () => undefined,
    isAllowed: (address) => !address.includes('foreign'),
    fingerprint: (value) => value,
    selector,
    exists: (_namespace, name) => name !== 'missing',
    hasDefault: (namespace) => namespace === 'team-a',
    onInvalidated: () => undefined,
  });
  return { registry, clients };
}

describe('the session of a recorded account', () => {
  it('is its own while that is open', async () => {
    const bench = await opened();
    const session = await bench.registry.sessionOf(RECORDED, signal);
    expect(session).toBe(bench.registry.session('team-a', 'sap'));
    expect(bench.calls.filter(([name]) => name === 'organization')).toHaveLength(1);
  });

  it.each([
    ['another account', { ...RECORDED, uid: 'another' }],
    ['another organization', { ...RECORDED, organizationId: '6000' }],
    ['another base URL', { ...RECORDED, baseUrl: 'https://api.openconnectors.eu2.ext.hana.ondemand.com' }],
  ])('is that of its fallback credentials where the open one is of %s', async (_title, recorded) => {
    const bench = await opened();
    bench.fallback = { ...FALLBACK, baseUrl: recorded.baseUrl, organizationId: recorded.organizationId };
    bench.answers = {
      ...workingRemote(new Map()),
      organization: () => ({ id: recorded.organizationId, name: 'Other' }),
    };
    const session = await bench.registry.sessionOf(recorded, signal);
    expect(session).toBeDefined();
    expect(session).toBe(bench.registry.fallbackSession(recorded.uid));
    expect(session).not.toBe(bench.registry.session('team-a', 'sap'));
  });

  it('is none where there are no fallback credentials either', async () => {
    const bench = accountBench(workingRemote(new Map()));
    await expect(bench.registry.sessionOf(RECORDED, signal)).resolves.toBeUndefined();
  });

  it('of fallback credentials ends when one of its calls is refused, and nobody is asked to verify', async () => {
    const bench = accountBench(workingRemote(new Map()));
    bench.fallback = FALLBACK;
    const session = await bench.registry.sessionOf(RECORDED, signal);
    session?.invalidate();
    expect(bench.registry.fallbackSession(uid)).toBeUndefined();
    expect([bench.invalidated, bench.held, bench.clients.size]).toEqual([[], [], 0]);
  });
});

describe('a session', () => {
  it('is the same object until it changes', async () => {
    const bench = await opened();
    const session = bench.registry.sessionByKey(KEY);
    expect(bench.registry.sessionByKey(KEY)).toBe(session);
    bench.registry.secretUpdated(KEY, { secretVersion: '2' });
    expect(bench.registry.sessionByKey(KEY)).not.toBe(session);
  });

  it('ends when the account of its name is another one', () => {
    const { registry, clients } = registryWith();
    registry.opened(KEY, TARGET, verified('one'));
    registry.sessionByKey(KEY);
    registry.edited(KEY, { ...TARGET, uid: 'created-anew' }, true);
    expect([registry.sessionByKey(KEY), clients.size]).toEqual([undefined, 0]);
  });

  it('shows until when its calls are paused', () => {
    const { registry } = registryWith();
    expect(registry.throttledUntil(KEY)).toBeUndefined();
    registry.opened(KEY, TARGET, verified('paused'));
    expect(registry.throttledUntil(KEY)).toBe(NOW);
  });

  it('keeps its inventory and its client when it is verified again', () => {
    const { registry, clients } = registryWith();
    registry.opened(KEY, TARGET, verified('one'));
    const inventory = registry.sessionByKey(KEY)?.inventory;
    registry.opened(KEY, TARGET, verified('one'));
    expect([...clients]).toEqual([`${uid}/one`]);
    expect(registry.sessionByKey(KEY)?.inventory).toBe(inventory);
  });

  it('is doubted without effect after it was closed', () => {
    const { registry } = registryWith();
    registry.opened(KEY, TARGET, verified('one'));
    const session = registry.sessionByKey(KEY);
    registry.close(KEY);
    expect(() => session?.invalidate()).not.toThrow();
    expect(registry.facts(KEY)).toEqual({ state: 'none' });
  });

  it('has no client for a host that is not allowed', () => {
    const { registry, clients } = registryWith();
    const foreign = { ...TARGET, spec: { baseUrl: 'https://foreign.example.com' } };
    expect(() => registry.candidate(KEY, foreign, CREDENTIALS, 'one')).toThrow('not in ALLOWED_HOSTS');
    expect(clients.size).toBe(0);
  });
});

describe('the clients of an account', () => {
  it('are one while the same credentials are tried again', () => {
    const { registry, clients } = registryWith();
    registry.candidate(KEY, TARGET, CREDENTIALS, 'one');
    registry.candidate(KEY, TARGET, CREDENTIALS, 'one');
    expect([...clients]).toEqual([`${uid}/one`]);
  });

  it('lose the one of credentials that others replaced before they worked', () => {
    const { registry, clients } = registryWith();
    registry.candidate(KEY, TARGET, CREDENTIALS, 'one');
    registry.opened(KEY, TARGET, verified('two'));
    registry.sessionByKey(KEY);
    expect([...clients]).toEqual([`${uid}/two`]);
  });

  it('keep the one of credentials that were tried and work', () => {
    const { registry, clients } = registryWith();
    registry.candidate(KEY, TARGET, CREDENTIALS, 'one');
    registry.opened(KEY, TARGET, verified('one'));
    expect([...clients]).toEqual([`${uid}/one`]);
  });

  it('lose the one of refused credentials', () => {
    const { registry, clients } = registryWith();
    registry.candidate(KEY, TARGET, CREDENTIALS, 'one');
    registry.refused(KEY, TARGET, 'one', NOW);
    expect(clients.size).toBe(0);
    expect(registry.facts(KEY)).toEqual({ state: 'refused', credential: 'one', at: NOW, keepsOlder: false });
  });

  it('keep the one of the session while its credentials are tried again', () => {
    const { registry, clients } = registryWith();
    registry.opened(KEY, TARGET, verified('one'));
    registry.candidate(KEY, TARGET, CREDENTIALS, 'one');
    registry.candidate(KEY, TARGET, CREDENTIALS, 'two');
    expect([...clients].sort()).toEqual([`${uid}/one`, `${uid}/two`]);
    registry.secretUpdated(KEY, { secretVersion: '2' });
    expect([...clients]).toEqual([`${uid}/one`]);
  });
});

describe('what is published to connectors', () => {
  it('differs once the account is listed', async () => {
    const { registry } = registryWith();
    registry.opened(KEY, TARGET, verified('one'));
    expect([registry.publish(KEY, undefined), registry.publish(KEY, undefined)]).toEqual([true, false]);
    registry.sessionByKey(KEY)?.inventory.replace([], NOW);
    expect([registry.publish(KEY, undefined), registry.publish(KEY, undefined)]).toEqual([true, false]);
  });

  it.each([
    [undefined, 'Account "missing" (spec.accountRef) not found. Create it, or correct the name.'],
    [
      'team=a',
      'Account "missing" (spec.accountRef) not found among those with labels "team=a". Create it, or add the labels.',
    ],
  ])(
    'names the label selector of the operator for an account that it does not have: %s',
    (selector, message) => {
      expect(registryWith(selector).registry.view('team-a', 'missing')).toEqual({
        state: 'blocked',
        reason: 'AccountNotFound',
        message,
        stalled: false,
      });
    },
  );
});
