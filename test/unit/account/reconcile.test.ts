import { describe, expect, test } from 'vitest';
import { DefaultAccount } from '../../../src/account/default-account.ts';
import { forgetAccount } from '../../../src/account/reconcile.ts';
import type { Instance } from '../../../src/openconnectors/port.ts';
import { DEFAULT_ACCOUNT_KEY } from '../../../src/ownership/account-key.ts';
import { account, accountSecret, CREDENTIAL } from '../../support/builders/account.ts';
import { type AccountBench, accountBench } from '../../support/builders/account-bench.ts';
import { ACCOUNT } from '../../support/builders/connector.ts';
import { remoteError } from '../../support/builders/input.ts';
import { instance, OWN, TAGS } from '../../support/builders/instance.ts';
import { workingRemote } from '../../support/builders/remote.ts';
import { secretAbsent, secretRead, VALUES } from '../../support/builders/secrets.ts';
import { at, HOUR, MINUTE, NOW } from '../../support/builders/time.ts';

const KEY = 'team-a/sap';
const working = (...found: readonly Instance[]) => workingRemote(new Map(found.map((one) => [one.id, one])));

function refuse(...values: Parameters<typeof remoteError>): () => never {
  return () => {
    throw remoteError(...values);
  };
}

const names = ({ calls }: AccountBench): string[] => calls.map(([name]) => name);
const readyOf = ({ statuses }: AccountBench): string => {
  const ready = statuses.at(-1)?.conditions?.find(({ type }) => type === 'Ready');
  return `${ready?.status} ${ready?.reason}`;
};

describe('an account that works', () => {
  test('is verified, listed, shown, and its connectors are woken once', async () => {
    const it = accountBench(working(instance(1), instance(2, { tags: TAGS.otherResource })), {
      names: ['crm'],
      ownerTags: new Set([OWN.owner]),
    });
    const outcome = await it.reconcile(account());

    expect(it.calls).toEqual([['organization'], ['listInstancesByTag', 'k8s-cluster-cluster-1']]);
    expect(it.statuses.at(-1)).toMatchObject({
      organization: { id: '5211', name: 'Acme' },
      instances: { managed: 1, orphaned: 1 },
    });
    expect(it.woken).toEqual(['users']);
    expect(outcome).toMatchObject({ kind: 'again' });
    expect(it.registry.view('team-a', 'sap')).toMatchObject({ state: 'ready', organizationId: '5211' });
    expect([...it.kept]).toEqual([ACCOUNT.uid]);

    await it.reconcile(account());
    expect(it.calls).toHaveLength(2);
    expect(it.woken).toEqual(['users']);
    expect(it.statuses.at(-1)).toEqual(it.statuses.at(-2));
  });

  test('is listed again after the interval, and changed connectors are triggered', async () => {
    const remote = new Map([[1, instance(1)]]);
    const it = accountBench(workingRemote(remote));
    await it.reconcile(account());
    remote.set(1, instance(1, { name: 'renamed' }));
    it.woken.length = 0;

    await it.clock.advance(12 * MINUTE);
    await it.reconcile(account());

    expect(names(it).filter((name) => name === 'listInstancesByTag')).toHaveLength(2);
    expect(it.woken).toEqual([OWN.owner]);
  });

  test('is listed again after the clock was set back, and everybody who waits is woken', async () => {
    const remote = new Map([[1, instance(1)]]);
    const it = accountBench(workingRemote(remote));
    await it.reconcile(account());
    it.woken.length = 0;
    remote.set(1, instance(1, { name: 'renamed' }));
    it.clock.setWall(NOW - 24 * HOUR);

    await it.reconcile(account());

    expect(names(it).filter((name) => name === 'listInstancesByTag')).toHaveLength(2);
    const inventory = it.registry.sessionByKey(KEY)?.inventory;
    expect(inventory?.listedAt).toBe(NOW - 24 * HOUR);
    expect(inventory?.about(OWN.owner, []).instances.get(1)).toMatchObject({ name: 'renamed' });
    expect(it.woken).toEqual([OWN.owner, 'users']);
  });

  test('takes the time of a list from the moment before it began', async () => {
    const it = accountBench({
      ...working(),
      listInstancesByTag: async () => {
        await it.clock.advance(MINUTE);
        return [];
      },
    });
    await it.reconcile(account());
    expect(it.registry.sessionByKey(KEY)?.inventory.listedAt).toBe(NOW);
  });

  test('keeps its Secret from the logs for as long as it is used', async () => {
    const it = accountBench(working());
    await it.reconcile(account());
    expect([...it.held].sort()).toEqual([VALUES.organizationSecret, VALUES.userSecret].sort());
    forgetAccount(it.ports, account());
    expect(it.held).toEqual([]);
    expect(it.clients.size).toBe(0);
    expect(it.registry.view('team-a', 'sap')).toEqual({ state: 'unknown' });
  });
});

describe('credentials that are refused', () => {
  test('are tried once an hour, and not more often, whatever happens meanwhile', async () => {
    const it = accountBench({ organization: refuse('unauthorized', 'No', { status: 401 }) });
    for (let minutes = 0; minutes < 180; minutes += 10) {
      await it.reconcile(account());
      await it.clock.advance(10 * MINUTE);
    }
    expect(names(it)).toEqual(['organization', 'organization', 'organization']);
    expect(readyOf(it)).toBe('False AccountUnauthorized');
  });

  test('are tried immediately when the Secret changes', async () => {
    const it = accountBench({ organization: refuse('unauthorized') });
    await it.reconcile(account());
    it.secret = secretRead(
      { userSecret: 'corrected', organizationSecret: VALUES.organizationSecret },
      { resourceVersion: '2' },
    );
    it.answers = working();
    await it.reconcile(account());
    expect(readyOf(it)).toBe('True Succeeded');
    expect(it.registry.view('team-a', 'sap').state).toBe('ready');
  });

  test('leave those in use that worked before', async () => {
    const it = accountBench(working());
    await it.reconcile(account());
    const before = it.registry.session('team-a', 'sap');
    it.secret = secretRead({ userSecret: 'wrong', organizationSecret: 'wrong' }, { resourceVersion: '2' });
    it.answers = { organization: refuse('unauthorized') };
    await it.reconcile(account());
    expect(readyOf(it)).toBe('False AccountUnauthorized');
    expect(it.registry.view('team-a', 'sap')).toEqual(before?.view);
    expect(it.registry.session('team-a', 'sap')?.inventory).toBe(before?.inventory);
  });

  test('that a connector met are verified before anybody else uses them', async () => {
    const it = accountBench(working());
    await it.reconcile(account());
    it.woken.length = 0;
    it.registry.session('team-a', 'sap')?.invalidate();
    it.registry.session('team-a', 'sap')?.invalidate();
    expect(it.invalidated).toEqual([ACCOUNT.uid]);

    it.answers = { organization: refuse('unauthorized') };
    await it.reconcile(account());
    expect(it.registry.view('team-a', 'sap')).toMatchObject({
      state: 'blocked',
      reason: 'AccountUnauthorized',
    });
    expect(it.woken).toEqual(['users']);
    expect(it.held).toEqual([]);
  });

  test('that turn out to work trigger the connectors that wait', async () => {
    const it = accountBench(working());
    await it.reconcile(account());
    const { inventory } = it.registry.session('team-a', 'sap') ?? {};
    it.woken.length = 0;
    it.registry.session('team-a', 'sap')?.invalidate();
    await it.reconcile(account());
    expect(it.woken).toEqual(['users']);
    expect(it.registry.session('team-a', 'sap')?.inventory).toBe(inventory);
  });
});

describe('new credentials in the Secret', () => {
  const changed = secretRead({ userSecret: 'x', organizationSecret: 'y' }, { resourceVersion: '2' });

  test('are verified in the end when Open Connectors was away at first', async () => {
    const it = accountBench(working());
    await it.reconcile(account());
    it.secret = changed;
    it.answers = { organization: refuse('unavailable', 'No connection') };
    await it.reconcile(account());
    expect(readyOf(it)).toBe('False AccountUnreachable');
    it.answers = { ...working(), organization: () => ({ id: '6000', name: 'Other' }) };
    await it.clock.advance(MINUTE);
    await it.reconcile(account());
    expect(readyOf(it)).toBe('True Succeeded');
    expect(it.registry.view('team-a', 'sap')).toMatchObject({
      organizationId: '6000',
      credentials: { userSecret: 'x', organizationSecret: 'y' },
    });
  });

  test('that lack a key are reported in every reconcile', async () => {
    const it = accountBench(working());
    await it.reconcile(account());
    it.secret = secretRead({ userSecret: 'x' }, { resourceVersion: '2' });
    await it.reconcile(account());
    await it.reconcile(account());
    expect(readyOf(it)).toBe('False SecretKeyMissing');
  });
});

describe('an account that changes', () => {
  test('to another organization drops the inventory of the first', async () => {
    const it = accountBench(working(instance(1)));
    await it.reconcile(account());
    it.secret = secretRead({ userSecret: 'x', organizationSecret: 'y' }, { resourceVersion: '2' });
    it.answers = { ...working(), organization: () => ({ id: '6000', name: 'Other' }) };
    await it.reconcile(account());
    expect(it.registry.view('team-a', 'sap')).toMatchObject({ organizationId: '6000' });
    expect(it.registry.session('team-a', 'sap')?.inventory.ownedBy(() => true)).toEqual([]);
    expect(it.woken).toEqual(['users', 'users']);
  });

  test('of its Secret in a label alone costs one read', async () => {
    const it = accountBench(working());
    await it.reconcile(account());
    it.secret = accountSecret('2');
    await it.reconcile(account());
    await it.reconcile(account());
    expect(it.reads).toEqual(['sap-account', 'sap-account']);
    expect(names(it)).toEqual(['organization', 'listInstancesByTag']);
  });

  test('to one without a Secret goes on with the session that it has', async () => {
    const it = accountBench(working());
    await it.reconcile(account());
    it.secret = secretAbsent;
    await it.reconcile(account());
    expect(readyOf(it)).toBe('False SecretNotFound');
    expect(it.registry.view('team-a', 'sap').state).toBe('ready');
  });
});

describe('an edit of baseUrl', () => {
  const elsewhere = (baseUrl: string) =>
    account({ spec: { baseUrl }, metadata: { generation: 2, resourceVersion: '51' } });

  test('to a host that is not allowed closes the session, and its credentials go nowhere', async () => {
    const it = accountBench(working());
    await it.reconcile(account());
    await it.reconcile(elsewhere('https://foreign.example.com'));
    expect(readyOf(it)).toBe('False HostNotAllowed');
    expect(it.registry.view('team-a', 'sap')).toMatchObject({ state: 'blocked', reason: 'HostNotAllowed' });
    expect(it.registry.session('team-a', 'sap')).toBeUndefined();
    expect([...it.clients.values()].map(({ baseUrl }) => baseUrl)).toEqual([]);
    expect(it.held).toEqual([]);
    expect(names(it)).toEqual(['organization', 'listInstancesByTag']);
    expect(it.woken).toEqual(['users', 'users']);
  });

  test('to a text that is no address closes the session too', async () => {
    const it = accountBench(working());
    await it.reconcile(account());
    await it.reconcile(elsewhere('https://10.0.0.1'));
    expect(readyOf(it)).toBe('False InvalidSpec');
    expect(it.registry.session('team-a', 'sap')).toBeUndefined();
  });

  test('to another allowed host is another session, which inherits nothing of the first', async () => {
    const remote = new Map([[1, instance(1)]]);
    const it = accountBench(workingRemote(remote));
    await it.reconcile(account());
    remote.clear();
    await it.reconcile(elsewhere('https://api.openconnectors.eu10.ext.hana.ondemand.com'));
    expect(names(it)).toEqual(['organization', 'listInstancesByTag', 'organization', 'listInstancesByTag']);
    expect(it.registry.view('team-a', 'sap')).toMatchObject({
      state: 'ready',
      baseUrl: 'https://api.openconnectors.eu10.ext.hana.ondemand.com/elements/api-v2',
    });
    expect(it.registry.session('team-a', 'sap')?.inventory.ownedBy(() => true)).toEqual([]);
    expect(it.clients.size).toBe(1);
  });

  test('leaves a session open when only other fields change, and keeps its limits while they are invalid', async () => {
    const it = accountBench(working());
    await it.reconcile(account());
    const limits = { requestsPerSecond: 3, burst: 4, concurrency: 5 };
    await it.reconcile(account({ spec: { limits }, metadata: { generation: 2 } }));
    it.registry.session('team-a', 'sap');
    expect([...it.clients.values()].map((settings) => settings.limits)).toEqual([limits]);
    await it.reconcile(
      account({ spec: { limits: { ...limits, concurrency: -1 } }, metadata: { generation: 3 } }),
    );
    expect(readyOf(it)).toBe('False InvalidSpec');
    it.registry.session('team-a', 'sap');
    expect([...it.clients.values()].map((settings) => settings.limits)).toEqual([limits]);
    expect(names(it)).toEqual(['organization', 'listInstancesByTag']);
  });
});

describe('an account that cannot be reached', () => {
  test('backs off, and triggers its connectors once', async () => {
    const it = accountBench({ organization: refuse('unavailable', 'no connection') });
    const delays: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      const outcome = await it.reconcile(account());
      const afterMs = outcome.kind === 'again' ? outcome.afterMs : 0;
      delays.push(afterMs);
      await it.clock.advance(afterMs);
    }
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(names(it)).toHaveLength(4);
    expect(it.woken).toEqual(['users']);
    expect(it.registry.view('team-a', 'sap')).toMatchObject({
      state: 'blocked',
      reason: 'AccountNotReady',
      message: expect.stringContaining(
        'Account "sap" is not ready: no connection. Check spec.baseUrl, DNS and proxy.',
      ) as unknown,
    });
  });

  test('while it is listed leaves its connectors alone', async () => {
    const it = accountBench(working());
    await it.reconcile(account());
    it.woken.length = 0;
    it.answers = { listInstancesByTag: refuse('unavailable') };
    await it.clock.advance(20 * MINUTE);
    await it.reconcile(account());
    expect(readyOf(it)).toBe('False AccountUnreachable');
    expect(it.registry.view('team-a', 'sap').state).toBe('ready');
    expect(it.woken).toEqual([]);
  });

  test('ends the reconcile with the error when it is not a remote one', async () => {
    const it = accountBench({
      organization: () => {
        throw new Error('a defect');
      },
    });
    await expect(it.reconcile(account())).rejects.toThrow('a defect');
    expect(it.statuses).toEqual([]);
  });
});

describe('a deletion of an account', () => {
  test('waits for its users, then lets go of what was kept', async () => {
    const deleted = account({ metadata: { deletionTimestamp: at(0) } });
    const users = { names: ['crm'], ownerTags: new Set<string>() };
    const it = accountBench(working(), users);
    await it.reconcile(account());
    expect(await it.reconcile(deleted)).toEqual({ kind: 'done' });
    expect(readyOf(it)).toBe('False InUse');
    expect(it.registry.view('team-a', 'sap').state).toBe('ready');

    users.names = [];
    expect(await it.reconcile(deleted)).toEqual({ kind: 'released' });
    expect([...it.kept]).toEqual([]);
  });

  test('waits for the connectors of other operators, which are not in its watches', async () => {
    const deleted = account({ metadata: { deletionTimestamp: at(0) } });
    const it = accountBench(working());
    await it.reconcile(account());
    it.listedUsers = ['erp'];
    expect(await it.reconcile(deleted)).toEqual({ kind: 'again', afterMs: 30_000 });
    expect(readyOf(it)).toBe('False InUse');
    expect(it.statuses.at(-1)?.conditions?.[0]?.message).toContain('erp');
    expect([...it.kept]).toEqual([ACCOUNT.uid]);

    it.listedUsers = [];
    await it.clock.advance(30_000);
    expect(await it.reconcile(deleted)).toEqual({ kind: 'released' });
  });
});

describe('the registry', () => {
  test('says what is missing in words', () => {
    const { registry } = accountBench(working());
    expect(registry.view('team-a', 'missing')).toMatchObject({
      state: 'blocked',
      reason: 'AccountNotFound',
      message: expect.stringContaining(
        'Account "missing" (spec.accountRef) not found. Create it, or correct the name.',
      ) as unknown,
    });
    expect(registry.view('team-b', undefined)).toMatchObject({
      state: 'blocked',
      reason: 'AccountNotFound',
      message: expect.stringContaining('no default account for this namespace') as unknown,
    });
    expect(registry.view('team-a', undefined)).toEqual({ state: 'unknown' });
    expect(registry.view('team-a', 'sap')).toEqual({ state: 'unknown' });
  });

  test('publishes the same change only once', () => {
    const { registry } = accountBench(working());
    const problem = { state: 'blocked', reason: 'AccountNotReady', message: 'm', stalled: false } as const;
    expect(registry.publish(KEY, problem)).toBe(true);
    expect(registry.publish(KEY, problem)).toBe(false);
    expect(registry.publish(KEY, { ...problem, message: 'other' })).toBe(true);
    expect(registry.publish(KEY, undefined)).toBe(true);
    expect(registry.publish(KEY, undefined)).toBe(false);
  });

  test('keeps accounts of the same name in two namespaces apart', async () => {
    const it = accountBench(working());
    await it.reconcile(account());
    expect(it.registry.view('team-b', 'sap')).toEqual({ state: 'unknown' });
    expect(it.registry.session('team-b', 'sap')).toBeUndefined();
  });

  test('drops the client of credentials that were replaced', async () => {
    const it = accountBench(working());
    await it.reconcile(account());
    expect([...it.clients.keys()]).toEqual([`${ACCOUNT.uid}/${CREDENTIAL}`]);
    it.secret = secretRead({ userSecret: 'x', organizationSecret: 'y' }, { resourceVersion: '2' });
    await it.reconcile(account());
    expect([...it.clients.keys()]).not.toContain(`${ACCOUNT.uid}/${CREDENTIAL}`);
    expect([...it.held].sort()).toEqual(['x', 'y']);
  });

  test('does not open what closes meanwhile', () => {
    const { registry } = accountBench(working());
    registry.secretUpdated(KEY, { secretVersion: '7' });
    registry.edited(KEY, { uid: ACCOUNT.uid, spec: account().spec, isDefault: false }, true);
    registry.close(KEY);
    expect(registry.facts(KEY)).toEqual({ state: 'none' });
  });
});

describe("the operator's default account", () => {
  function mounted(it: AccountBench, files: Map<string, string>) {
    const conditions: string[] = [];
    const errors: unknown[] = [];
    const ending = new AbortController();
    const subject = new DefaultAccount({
      baseUrl: 'https://api.openconnectors.us2.ext.hana.ondemand.com',
      readMounted: (name) => files.get(name),
      ports: it.ports,
      clock: it.clock,
      onReconcile: (status) => {
        const ready = status.conditions?.find(({ type }) => type === 'Ready');
        conditions.push(`${ready?.status} ${ready?.reason}`);
      },
      onError: (error) => errors.push(error),
    });
    return { subject, conditions, errors, ending };
  }
  const files = (): Map<string, string> =>
    new Map([
      ['userSecret', `${VALUES.userSecret}\n`],
      ['organizationSecret', VALUES.organizationSecret],
    ]);

  test('is verified and listed from its mounted files, and checked every minute', async () => {
    const it = accountBench(working());
    const { subject, conditions, ending } = mounted(it, files());
    subject.look(ending.signal);
    await it.clock.advance(0);
    expect(conditions).toEqual(['True Succeeded']);
    expect(it.registry.view('team-a', undefined)).toMatchObject({ state: 'ready', isDefault: true });
    expect([...it.kept]).toEqual([]);

    await it.clock.advance(5 * MINUTE);
    expect(conditions).toHaveLength(6);
    expect(names(it)).toEqual(['organization', 'listInstancesByTag']);
    ending.abort();
    await it.clock.advance(HOUR);
    expect(conditions).toHaveLength(6);
    expect(it.clock.pending).toBe(0);
  });

  test('says which file is missing, and goes on when it comes', async () => {
    const it = accountBench(working());
    const present = new Map<string, string>();
    const { subject, conditions, ending } = mounted(it, present);
    subject.look(ending.signal);
    await it.clock.advance(0);
    expect(conditions).toEqual(['False SecretNotFound']);
    for (const [name, text] of files()) {
      present.set(name, text);
    }
    await it.clock.advance(MINUTE);
    expect(conditions.at(-1)).toBe('True Succeeded');
    ending.abort();
  });

  test('says which of its two files is missing', async () => {
    const it = accountBench(working());
    const present = files();
    present.delete('organizationSecret');
    const { subject, conditions, ending } = mounted(it, present);
    subject.look(ending.signal);
    await it.clock.advance(0);
    expect(conditions).toEqual(['False SecretKeyMissing']);
    ending.abort();
  });

  test('is verified again when its files change', async () => {
    const it = accountBench(working());
    const present = files();
    const { subject, ending } = mounted(it, present);
    subject.look(ending.signal);
    await it.clock.advance(0);
    present.set('userSecret', 'rotated');
    await it.clock.advance(MINUTE);
    expect(names(it).filter((name) => name === 'organization')).toHaveLength(2);
    ending.abort();
  });

  test('continues after an unexpected error', async () => {
    const it = accountBench({
      organization: () => {
        throw new Error('a defect');
      },
    });
    const { subject, conditions, errors, ending } = mounted(it, files());
    subject.look(ending.signal);
    await it.clock.advance(0);
    expect(errors).toHaveLength(1);
    it.answers = working();
    await it.clock.advance(MINUTE);
    expect(conditions).toEqual(['True Succeeded']);
    ending.abort();
  });

  test('is not checked after the leadership ended', async () => {
    const it = accountBench(working());
    const { subject, conditions } = mounted(it, files());
    subject.look(AbortSignal.abort());
    await it.clock.advance(HOUR);
    expect([conditions, it.calls]).toEqual([[], []]);
  });

  test('has no namespace that could be mistaken for its key', () => {
    expect(DEFAULT_ACCOUNT_KEY).toBe('');
  });
});
