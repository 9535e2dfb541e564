import type { LedgerEntry } from 'kube-apiserver-emulator/index.ts';
import type { LedgerEntry as RemoteRequest } from 'open-connectors-simulator/ledger.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import { timeLimit } from '../support/time-limit.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { account, CALLBACK_URL, connector, secret } from '../support/workbench/manifests.ts';
import { type ReadyWatch, watchReady } from '../support/workbench/ready-watch.ts';
import {
  createPrerequisites,
  newCode,
  type RunningOperator,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

/** More than fit into the pages of a list: five pages of 200. */
const MANY = 1_000;
const PAGES = 5;
/** How long all of them may take, milliseconds; `poll` extends it. */
const MANY_LIMIT_MS = 100_000;
/** Of a test with such a wait in it. */
const LIMIT = { timeout: timeLimit(3 * MANY_LIMIT_MS) };

/** The requests of each listing; of the first and the last one perhaps not all. */
function listings(requests: readonly RemoteRequest[]): readonly (readonly RemoteRequest[])[] {
  const found: RemoteRequest[][] = [[]];
  for (const request of requests) {
    if (request.query['nextPage'] === undefined) {
      found.push([]);
    }
    found.at(-1)?.push(request);
  }
  return found;
}

/** What many resources cost together, and what they cost each other. Counted on the embedded API server, which keeps a ledger. */
describeControlPlanes('many connectors', (plane) => {
  let bench: Workbench;
  let operator: RunningOperator | undefined;
  let many: Namespace | undefined;
  const watches: ReadyWatch[] = [];
  beforeAll(async () => {
    bench = await startWorkbench(plane);
  });
  afterEach(async () => {
    for (const watch of watches.splice(0)) {
      watch.stop();
    }
    await operator?.stop();
  });
  afterAll(() => bench?.stop());

  function withCode(name: string) {
    return [
      secret(`${name}-code`, { code: newCode(bench.simulator) }),
      connector(name, {
        oauth: {
          clientSecretRef: { name: 'crm-oauth' },
          callbackUrl: CALLBACK_URL,
          authorizationCodeSecretRef: { name: `${name}-code` },
        },
      }),
    ];
  }
  async function watchReadyIn(namespace: Namespace): Promise<ReadyWatch> {
    const ready = await watchReady(plane, namespace.name);
    watches.push(ready);
    return ready;
  }
  const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `crm-${index}`);

  test(
    'an unchanged interval of a thousand costs five remote calls and nothing else',
    LIMIT,
    async ({ skip }) => {
      const { ledger } = plane;
      skip(ledger === undefined, `${plane.name} keeps no ledger`);
      if (ledger === undefined) {
        return;
      }
      const namespace = await bench.namespace('many');
      many = namespace;
      await createPrerequisites(bench, namespace, { code: false });
      for (const name of names(MANY)) {
        await namespace.create(...withCode(name));
      }
      operator = await bench.startOperator({
        env: { INVENTORY_INTERVAL: '5s', PING_INTERVAL: '720h', LOG_LEVEL: 'info', CREATE_DEADLINE: '60s' },
      });
      const ready = await watchReadyIn(namespace);
      await poll(
        async () => (ready.count() === MANY ? true : undefined),
        MANY_LIMIT_MS,
        () => `only ${ready.count()} are Ready`,
      );
      expect(bench.simulator.instances()).toHaveLength(MANY);
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);

      const lists = () => bench.simulator.ledger.count('listInstances');
      const settled = lists();
      await poll(
        async () => (lists() >= settled + PAGES ? true : undefined),
        30_000,
        () => 'no inventory was taken',
      );
      const calls = () =>
        ledger.entries.filter(
          ({ userAgent, namespace: where, resource, verb }: LedgerEntry) =>
            userAgent.startsWith('openconnectors.dev') &&
            where === namespace.name &&
            resource !== 'events' &&
            verb !== 'watch',
        ).length;
      const before = { calls: calls(), remote: bench.simulator.ledger.entries().length, lists: lists() };
      // One of these is complete, whichever page the first and the last request were for.
      await poll(
        async () => (lists() >= before.lists + 2 * PAGES ? true : undefined),
        30_000,
        () => 'no inventory was taken',
      );
      await poll(
        async () => ((await namespace.account('sap')).status?.instances?.managed === MANY ? true : undefined),
        30_000,
        () => 'the account does not count its instances',
      );
      const remote = bench.simulator.ledger.entries().slice(before.remote);
      expect(new Set(remote.map(({ operation }) => operation))).toEqual(new Set(['listInstances']));
      const [complete = [], ...others] = listings(remote).slice(1, -1);
      expect([complete, ...others].map((pages) => pages.length)).toEqual([PAGES, ...others.map(() => PAGES)]);
      expect(calls() - before.calls).toBeLessThanOrEqual(1);
    },
  );

  test(
    'a restart with a thousand failing connectors does not retry all of them immediately',
    LIMIT,
    async ({ skip }) => {
      const namespace = many;
      skip(namespace === undefined, `${plane.name} keeps no ledger`);
      if (namespace === undefined) {
        return;
      }
      const env = { PING_INTERVAL: '720h', LOG_LEVEL: 'info', CREATE_DEADLINE: '60s' };
      const ready = await watchReadyIn(namespace);
      await poll(
        async () => (ready.count() === MANY ? true : undefined),
        30_000,
        () => `the watch shows ${ready.count()} Ready`,
      );
      operator = await bench.startOperator({ env });
      bench.simulator.faults.inject({
        match: { operation: 'patchInstance' },
        times: MANY,
        fault: { kind: 'throttle', retryAfterSeconds: 600 },
      });
      await namespace.patch('Secret', 'crm-key', { stringData: { encryptedKey: 'a-rotated-encrypted-key' } });
      await poll(
        async () => (ready.count() === 0 ? true : undefined),
        MANY_LIMIT_MS,
        () => `${ready.count()} have not noticed the rotation`,
      );
      await operator.stop();
      bench.simulator.faults.clear();
      bench.simulator.ledger.reset();

      operator = await bench.startOperator({ env });
      await namespace.create(...withCode('probe'));
      await namespace.waitFor('InfusionsoftConnector', 'probe', 'Ready', 'True');
      expect(bench.simulator.ledger.count('patchInstance')).toBe(0);
      await poll(
        async () => (ready.count() > 0 ? true : undefined),
        30_000,
        () => 'the watch does not show the probe',
      );
      expect(ready.count()).toBe(1);
    },
  );

  test('a dead account with many connectors delays no other account', LIMIT, async ({ skip }) => {
    skip(plane.ledger === undefined, 'too many requests for a server that is shared');
    const dead = await bench.namespace('dead');
    const alive = await bench.namespace('alive');
    // Nobody listens there: every connection is refused.
    await createPrerequisites(bench, dead, { code: false });
    await dead.remove('OpenConnectorsAccount', 'sap');
    await dead.create(account('sap', 'https://localhost:9'));
    for (const name of names(MANY)) {
      await dead.create(...withCode(name));
    }
    await createPrerequisites(bench, alive);
    const ready = await watchReadyIn(dead);
    operator = await bench.startOperator({
      env: {
        ALLOWED_HOSTS: `localhost:9,localhost:${bench.simulator.port}`,
        LOG_LEVEL: 'info',
        WORKERS: '4',
      },
    });
    await alive.create(connector('crm'));
    await alive.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    await dead.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'AccountUnreachable');
    await dead.waitFor('InfusionsoftConnector', 'crm-0', 'AccountReady', 'False', 'AccountNotReady');
    expect(ready.count()).toBe(0);
  });
});
