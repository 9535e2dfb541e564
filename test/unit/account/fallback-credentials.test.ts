import { describe, expect, it } from 'vitest';
import type { FallbackAccount } from '../../../src/account/credentials/fallback-credentials.ts';
import { KubeError } from '../../../src/kube/client/errors.ts';
import { account, CREDENTIAL } from '../../support/builders/account.ts';
import { type AccountBench, accountBench } from '../../support/builders/account-bench.ts';
import { ACCOUNT } from '../../support/builders/connector.ts';
import { remoteError } from '../../support/builders/input.ts';
import { workingRemote } from '../../support/builders/remote.ts';
import { secretRead, VALUES } from '../../support/builders/secrets.ts';
import { MINUTE } from '../../support/builders/time.ts';

const { signal } = new AbortController();
const { uid, baseUrl, organizationId } = ACCOUNT;
const recorded = { uid, baseUrl, organizationId };
const fallback: FallbackAccount = {
  baseUrl,
  organizationId,
  credentials: { userSecret: VALUES.userSecret, organizationSecret: VALUES.organizationSecret },
};

const working = () => workingRemote(new Map());

function refuse(...values: Parameters<typeof remoteError>): () => never {
  return () => {
    throw remoteError(...values);
  };
}

/** A bench with what is kept of the account that the builders' connector records. */
function benchWith(kept: FallbackAccount | undefined, answers = working()): AccountBench {
  const bench = accountBench(answers);
  bench.fallback = kept;
  return bench;
}

describe('fallback credentials', () => {
  it('opens a session for the recorded account once', async () => {
    const bench = benchWith(fallback);
    expect(await bench.registry.openFallback(recorded, signal)).toBe('open');
    expect(await bench.registry.openFallback(recorded, signal)).toBe('open');
    expect(bench.registry.fallbackSession(uid)?.view).toMatchObject({
      uid,
      baseUrl,
      organizationId,
      isDefault: false,
    });
    expect(bench.calls).toEqual([['organization']]);
  });

  it.each<readonly [what: string, kept: FallbackAccount | undefined]>([
    ['nothing', undefined],
    ['credentials of another organization', { ...fallback, organizationId: '6000' }],
    [
      'credentials of another base URL',
      { ...fallback, baseUrl: 'https://other.example.com/elements/api-v2' },
    ],
  ])('sends nothing when it finds %s', async (_what, kept) => {
    const bench = benchWith(kept);
    expect(await bench.registry.openFallback(recorded, signal)).toBe('absent');
    expect(bench.registry.fallbackSession(uid)).toBeUndefined();
    expect(bench.calls).toEqual([]);
    expect(bench.clients.size).toBe(0);
  });

  it('sends nothing to a recorded host that is not allowed any more', async () => {
    const foreign = 'https://foreign.example.com/elements/api-v2';
    const bench = benchWith({ ...fallback, baseUrl: foreign });
    expect(await bench.registry.openFallback({ ...recorded, baseUrl: foreign }, signal)).toBe('refused');
    expect(bench.registry.fallbackSession(uid)).toBeUndefined();
    expect(bench.calls).toEqual([]);
    expect(bench.clients.size).toBe(0);
  });

  it('opens no session when Open Connectors shows another organization', async () => {
    const bench = benchWith(fallback, { ...working(), organization: () => ({ id: '6000', name: 'Other' }) });
    expect(await bench.registry.openFallback(recorded, signal)).toBe('refused');
    expect(bench.registry.fallbackSession(uid)).toBeUndefined();
    expect(bench.held).toEqual([]);
  });

  it('opens no session when Open Connectors refuses them', async () => {
    const bench = benchWith(fallback, { organization: refuse('unauthorized', 'No', { status: 401 }) });
    expect(await bench.registry.openFallback(recorded, signal)).toBe('refused');
    expect(bench.registry.fallbackSession(uid)).toBeUndefined();
  });
});

describe('fallback credentials that cannot be written', () => {
  const ready = ({ statuses }: AccountBench) =>
    statuses.at(-1)?.conditions?.find(({ type }) => type === 'Ready');

  it('keeps the account Ready, publishes an event, and tries again', async () => {
    const bench = benchWith(undefined);
    bench.keepFailure = new KubeError('forbidden', 'secrets is forbidden', { status: 403 });
    expect(await bench.reconcile(account())).toEqual({ kind: 'again', afterMs: 5 * MINUTE });
    expect(ready(bench)).toMatchObject({ status: 'True', reason: 'Succeeded' });
    expect(bench.registry.view('team-a', 'sap').state).toBe('ready');
    expect(bench.woken).toEqual(['users']);
    expect(bench.events).toMatchObject([
      {
        type: 'Warning',
        reason: 'FallbackCredentialsNotWritten',
        message: expect.stringContaining('RBAC') as unknown,
      },
    ]);
    expect(JSON.stringify(bench.events)).not.toContain(VALUES.userSecret);

    bench.keepFailure = undefined;
    await bench.reconcile(account());
    expect([...bench.kept]).toEqual([uid]);
    expect(bench.events).toHaveLength(1);
  });

  it('shows the status before an error of the API server ends the reconcile', async () => {
    const bench = benchWith(undefined);
    bench.keepFailure = new KubeError('network', 'no connection');
    await expect(bench.reconcile(account())).rejects.toBe(bench.keepFailure);
    expect(ready(bench)).toMatchObject({ status: 'True' });
    expect(bench.registry.view('team-a', 'sap').state).toBe('ready');
    expect(bench.woken).toEqual(['users']);
  });
});

describe('the clients of an account', () => {
  const keys = ({ clients }: AccountBench): string[] => [...clients.keys()];

  it('holds none of fallback credentials that did not work', async () => {
    const bench = benchWith(fallback, { organization: refuse('unauthorized', 'No', { status: 401 }) });
    await bench.registry.openFallback(recorded, signal);
    expect(keys(bench)).toEqual([]);
    bench.answers = { ...working(), organization: () => ({ id: '6000', name: 'Other' }) };
    await bench.registry.openFallback(recorded, signal);
    expect(keys(bench)).toEqual([]);
  });

  it('holds none of fallback credentials after the last deletion that needed them', async () => {
    const bench = benchWith(fallback);
    await bench.registry.openFallback(recorded, signal);
    expect(bench.held).toHaveLength(2);
    bench.registry.closeFallback(uid);
    expect([keys(bench), bench.held, bench.registry.fallbackSession(uid)]).toEqual([[], [], undefined]);

    bench.answers = { organization: refuse('unavailable', 'No connection') };
    await expect(bench.registry.openFallback(recorded, signal)).rejects.toMatchObject({
      class: 'unavailable',
    });
    bench.registry.closeFallback(uid);
    expect(keys(bench)).toEqual([]);
  });

  it('keeps those of the account and of its fallback credentials apart', async () => {
    const bench = benchWith(fallback);
    await bench.reconcile(account());
    await bench.registry.openFallback(recorded, signal);
    bench.registry.closeFallback(uid);
    expect(keys(bench)).toEqual([`${uid}/${CREDENTIAL}`]);
  });

  it('holds one at most for credentials that never worked', async () => {
    const bench = benchWith(undefined, { organization: refuse('unavailable', 'No connection') });
    for (let version = 1; version <= 5; version += 1) {
      bench.secret = secretRead(
        { userSecret: `user-${version}`, organizationSecret: 'organization' },
        { resourceVersion: String(version) },
      );
      await bench.reconcile(account({ reconcileAt: String(version) }));
    }
    expect(bench.calls).toHaveLength(5);
    expect(keys(bench)).toHaveLength(1);
    bench.registry.close('team-a/sap');
    expect(keys(bench)).toEqual([]);
  });

  it('drops the one of new credentials when the old ones are put back', async () => {
    const bench = benchWith(undefined);
    await bench.reconcile(account());
    bench.secret = secretRead({ userSecret: 'x', organizationSecret: 'y' }, { resourceVersion: '2' });
    bench.answers = { organization: refuse('unavailable', 'No connection') };
    await bench.reconcile(account());
    expect(keys(bench)).toHaveLength(2);
    bench.secret = secretRead(
      { userSecret: VALUES.userSecret, organizationSecret: VALUES.organizationSecret },
      { resourceVersion: '3' },
    );
    bench.answers = working();
    await bench.reconcile(account());
    expect(keys(bench)).toEqual([`${uid}/${CREDENTIAL}`]);
  });
});
