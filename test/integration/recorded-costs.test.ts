import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { callsBetween, countKubeCalls } from '../support/controlplane/kube-calls.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { restConnector, secret } from '../support/workbench/manifests.ts';
import { type Calls, RECORDED_COSTS, type RecordedCost } from '../support/workbench/recorded-costs.ts';
import {
  createPrerequisites,
  newCode,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
/** Fewer than the reads that a list would serve. */
const COUNT = 4;
const NAMES = Array.from({ length: COUNT }, (_, index) => `crm-${index}`);
/** A create that a busy machine delays is not sent again. */
const SETTINGS = { CREATE_DEADLINE: '60s', PING_INTERVAL: '720h' };

/**
 * Requests of the test itself and of the server's own controllers, and the counts of repeated events, which depend on when
 * the operator ends.
 */
const OF_OTHERS =
  /^(get|list|create|delete) infusionsoftconnectors$|^patch events$|^(?!.*(secrets|infusionsoftconnectors|events))/;

/** What the operator calls, counted by both servers: the counts are those of each connector and of all together. */
describeControlPlanes('the recorded cost', (plane) => {
  let bench: Workbench;
  let namespace: Namespace;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    namespace = await bench.namespace('recorded');
    await createPrerequisites(bench, namespace, { code: false });
    for (const name of NAMES) {
      await namespace.create(
        secret(`${name}-code`, { code: newCode(bench.simulator) }),
        secret(`${name}-oauth`, {
          client_id: bench.simulator.app.clientId,
          client_secret: bench.simulator.app.clientSecret,
        }),
      );
    }
  });
  afterAll(() => bench?.stop());

  /** The calls while `work` runs, without those of the test. */
  async function callsOf(work: () => Promise<unknown>, ownPatches = 0): Promise<RecordedCalls> {
    const before = await countKubeCalls(plane);
    const remote = bench.simulator.ledger.entries().length;
    await work();
    const kubernetes = new Map(
      [...callsBetween(before, await countKubeCalls(plane))].filter(([kind]) => !OF_OTHERS.test(kind)),
    );
    const patched = 'patch infusionsoftconnectors';
    const left = (kubernetes.get(patched) ?? 0) - ownPatches;
    kubernetes.delete(patched);
    const openConnectors: Record<string, number> = {};
    for (const { operation } of bench.simulator.ledger.entries().slice(remote)) {
      openConnectors[operation] = (openConnectors[operation] ?? 0) + 1;
    }
    return {
      kubernetes: { ...Object.fromEntries(kubernetes), ...(left > 0 && { [patched]: left }) },
      openConnectors,
    };
  }

  const all = (work: (name: string) => Promise<unknown>): Promise<unknown> => Promise.all(NAMES.map(work));

  it('of a creation', async () => {
    const operator = await bench.startOperator({ env: SETTINGS });
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
    // The event and the fallback credentials of the account are no cost of a connector.
    const { uid } = (await namespace.account('sap')).metadata;
    const fallback = `infusionsoft-connector-operator-account-${uid}`;
    await poll(
      async () =>
        (await namespace.events('sap')).length > 0 && (await bench.home.exists('Secret', fallback))
          ? true
          : undefined,
      30_000,
      () => 'the account has no event or no fallback credentials',
    );
    const calls = await callsOf(async () => {
      await all((name) => namespace.create(restConnector(name)));
      await all((name) => namespace.waitFor(KIND, name, 'Ready', 'True'));
      // The end of an operator writes its queued events.
      await operator.stop();
    });
    expect(calls).toEqual(expected(RECORDED_COSTS.creation));
  });

  it('of a restart reads no Secret of a settled connector and lists the account once', async () => {
    const calls = await callsOf(async () => {
      const operator = await bench.startOperator({ env: SETTINGS });
      await reconcileAll('after the restart');
      await operator.stop();
    }, COUNT);
    expect(calls).toEqual(expected(RECORDED_COSTS.restart));
  });

  it('of an unchanged interval', async () => {
    const operator = await bench.startOperator({ env: { ...SETTINGS, INVENTORY_INTERVAL: '3s' } });
    await reconcileAll('before the interval');
    const lists = (): number => bench.simulator.ledger.count('listInstances');
    const next = (): Promise<unknown> => {
      const before = lists();
      return poll(
        async () => (lists() > before ? true : undefined),
        30_000,
        () => 'the account was not listed',
      );
    };
    await next();
    const calls = await callsOf(next);
    expect(calls).toEqual(expected(RECORDED_COSTS.unchangedInterval));
    await operator.stop();
  });

  it('of a deletion', async () => {
    const operator = await bench.startOperator({ env: SETTINGS });
    await reconcileAll('before the deletion');
    const calls = await callsOf(async () => {
      await all((name) => namespace.remove(KIND, name));
      await all((name) => namespace.waitGone(KIND, name));
      await operator.stop();
    });
    expect(calls).toEqual(expected(RECORDED_COSTS.deletion));
  });

  /** Resolves after each connector was reconciled with its account ready. */
  async function reconcileAll(value: string): Promise<void> {
    await all((name) =>
      namespace.patch(KIND, name, {
        metadata: { annotations: { 'openconnectors.dev/reconcile-at': value } },
      }),
    );
    await all((name) =>
      poll(
        async () =>
          (await namespace.connector(name)).status?.lastHandledReconcileAt === value ? true : undefined,
        30_000,
        () => `${name} was not reconciled`,
      ),
    );
  }
});

interface RecordedCalls {
  readonly kubernetes: Calls;
  readonly openConnectors: Calls;
}

function expected({ kubernetes, openConnectors }: RecordedCost): RecordedCalls {
  return { kubernetes: sum(kubernetes), openConnectors: sum(openConnectors) };
}

function sum({ once, each }: RecordedCost['kubernetes']): Calls {
  const calls: Record<string, number> = { ...once };
  for (const [kind, count] of Object.entries(each)) {
    calls[kind] = (calls[kind] ?? 0) + count * COUNT;
  }
  return calls;
}
