import { describe, expect, it } from 'vitest';
import { actOnAccount } from '../../../src/account/act/act.ts';
import type { AccountResult } from '../../../src/account/action.ts';
import { secretVersionOf } from '../../../src/account/credentials/secret-version.ts';
import type { AccountPorts } from '../../../src/account/ports.ts';
import { reportAccount } from '../../../src/account/report/report.ts';
import { summarizeAccount } from '../../../src/account/report/summarize.ts';
import { KubeError } from '../../../src/kube/client/errors.ts';
import type { Instance } from '../../../src/openconnectors/port.ts';
import { account, accountWorld, OPEN } from '../../support/builders/account.ts';
import { accountBench } from '../../support/builders/account-bench.ts';
import { remoteError } from '../../support/builders/input.ts';
import { instance, OWN, TAGS } from '../../support/builders/instance.ts';
import { workingRemote } from '../../support/builders/remote.ts';
import { secretUnread } from '../../support/builders/secrets.ts';
import { MINUTE, NOW, SECOND } from '../../support/builders/time.ts';

const { signal } = new AbortController();
const READY: AccountResult = { kind: 'ready', again: NOW + MINUTE };

/** A bench whose account was reconciled once over these instances. */
async function listed(instances: readonly Instance[], change: Partial<AccountPorts> = {}) {
  const bench = accountBench(workingRemote(new Map(instances.map((one) => [one.id, one]))), {
    names: ['crm'],
    ownerTags: new Set([OWN.owner]),
  });
  Object.assign(bench.ports, change);
  await bench.reconcile(account());
  return bench;
}

describe('the counts of an account', () => {
  const orphan = (id: number, name = `orphan ${id}`) => instance(id, { name, tags: TAGS.otherResource });

  it('name no orphan where there is none', async () => {
    const bench = await listed([instance(1)]);
    expect(bench.statuses.at(-1)?.instances).toEqual({ managed: 1, orphaned: 0 });
  });

  it('name the first orphans with names of bounded length', async () => {
    const long = 'x'.repeat(2_000);
    const bench = await listed([instance(1), ...Array.from({ length: 25 }, (_, at) => orphan(at + 2, long))]);
    const { managed, orphaned, orphans = [] } = bench.statuses.at(-1)?.instances ?? {};
    expect([managed, orphaned, orphans.length]).toEqual([1, 25, 20]);
    expect(orphans[0]).toEqual({ id: 2, name: 'x'.repeat(1_024) });
  });

  it('leave orphans out where the operator does not see every resource', async () => {
    const bench = await listed([instance(1), orphan(2)], { seesEverything: false });
    expect(bench.statuses.at(-1)?.instances).toEqual({ managed: 1 });
  });
});

describe('the end of a reconcile of an account', () => {
  const report = (bench: Awaited<ReturnType<typeof listed>>, result: AccountResult, change = {}) =>
    reportAccount(bench.ports, accountWorld({ session: OPEN, ...change }), result, signal);

  it('waits for a retry that is not due, and writes nothing', async () => {
    const bench = await listed([]);
    const { length } = bench.statuses;
    const later = await report(bench, { kind: 'not-due', time: NOW + 5 * SECOND });
    const past = await report(bench, { kind: 'not-due', time: NOW - 5 * SECOND });
    expect([later, past]).toEqual([
      { kind: 'again', afterMs: 5 * SECOND },
      { kind: 'again', afterMs: 100 },
    ]);
    expect(bench.statuses).toHaveLength(length);
  });

  it('keeps the credentials of an account that is ready alone', async () => {
    const bench = accountBench(workingRemote(new Map()));
    bench.registry.opened(
      'team-a/sap',
      { uid: 'u', spec: account().spec, isDefault: false },
      {
        credentials: { userSecret: 'a', organizationSecret: 'b' },
        credential: 'c',
        secretVersion: '1',
        organization: { id: '5211', name: 'Acme' },
      },
    );
    const blocked: AccountResult = {
      kind: 'blocked',
      reason: 'InvalidSpec',
      message: 'x.',
      retry: { kind: 'on-change' },
      usable: true,
    };
    await reportAccount(bench.ports, accountWorld({ session: OPEN }), blocked, signal);
    expect(bench.kept.size).toBe(0);
    await reportAccount(bench.ports, accountWorld({ session: OPEN }), READY, signal);
    expect(bench.kept.size).toBe(1);
  });

  it('records the version of a Secret that was read, and none of one that was not', async () => {
    const bench = await listed([]);
    const version = () => {
      const facts = bench.registry.facts('team-a/sap');
      return facts.state === 'open' ? facts.secretVersion : undefined;
    };
    await report(bench, READY, { secret: secretUnread({ resourceVersion: '7' }) });
    expect(version()).toBe(secretVersionOf(account().spec, '1'));
    const { secret } = bench;
    await report(bench, READY, { secret: { ...secret, resourceVersion: '8' } });
    expect(version()).toBe(secretVersionOf(account().spec, '8'));
  });

  it('is ready without a session where none is open', async () => {
    const bench = accountBench(workingRemote(new Map()));
    const later: AccountResult = { kind: 'ready', again: NOW + 10 * MINUTE };
    await expect(reportAccount(bench.ports, accountWorld({}), later, signal)).resolves.toEqual({
      kind: 'again',
      afterMs: 10 * MINUTE,
    });
    expect(bench.kept.size).toBe(0);
  });

  it.each([
    ['works', 10, 10],
    ['is forbidden', 10, 5],
    ['is forbidden', 1, 1],
  ])(
    'looks again where keeping the credentials %s: due in %d min, looks in %d min',
    async (how, due, looks) => {
      const bench = await listed([]);
      const { kept } = bench.ports;
      const keep = () => Promise.reject(new KubeError('forbidden', 'no permission'));
      Object.assign(bench.ports, { kept: { ...kept, ...(how === 'is forbidden' && { keep }) } });
      expect(await report(bench, { kind: 'ready', again: NOW + due * MINUTE })).toEqual({
        kind: 'again',
        afterMs: looks * MINUTE,
      });
    },
  );
});

describe('the pause of an account in status', () => {
  const pauseOf = (throttledUntil: number | undefined) =>
    summarizeAccount(accountWorld({ session: OPEN, throttledUntil }), READY, undefined, 0).throttledUntil;

  it.each([
    [undefined, undefined],
    [NOW - 1, undefined],
    [NOW, undefined],
    [NOW + MINUTE, '2026-03-01T12:01:00Z'],
  ])('until %j is %j', (until, shown) => {
    expect(pauseOf(until)).toBe(shown);
  });
});

describe('a list of the instances of an account', () => {
  it('that is refused makes the session doubtful', async () => {
    const bench = await listed([]);
    bench.answers = {
      listInstancesByTag: () => {
        throw remoteError('unauthorized');
      },
    };
    await actOnAccount(bench.ports, accountWorld({ session: OPEN }), { type: 'list' }, signal);
    expect(bench.registry.facts('team-a/sap')).toMatchObject({ state: 'open', invalidated: true });
  });

  it('that fails otherwise leaves the session as it is', async () => {
    const bench = await listed([]);
    bench.answers = {
      listInstancesByTag: () => {
        throw remoteError('unavailable');
      },
    };
    await actOnAccount(bench.ports, accountWorld({ session: OPEN }), { type: 'list' }, signal);
    expect(bench.registry.facts('team-a/sap')).toMatchObject({ state: 'open', invalidated: false });
  });

  it('is a defect without a session', async () => {
    const { ports } = accountBench(workingRemote(new Map()));
    await expect(actOnAccount(ports, accountWorld({}), { type: 'list' }, signal)).rejects.toThrow(
      'the account was closed during the reconcile',
    );
  });
});
