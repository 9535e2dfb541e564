import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { allTags, ownerTags } from '../../src/controller/owner-tags.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { InstanceSnapshot } from '../support/openconnectors/out-of-band.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import {
  furnish,
  newCode,
  type RunningOperator,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
const CLUSTER_ID = 'late-commit';
const TOMBSTONES = 'infusionsoft-connector-operator-tombstones';

const SETTINGS = {
  CLUSTER_ID,
  CREATE_DEADLINE: '1s',
  SEARCH_GRACE: '200ms',
  INVENTORY_INTERVAL: '1s',
  // Long enough for a slow machine; the test of its end shortens it.
  LATE_COMMIT_WINDOW: '10m',
} as const;

describeControlPlanes('an instance that appears after its create was given up', (plane) => {
  let bench: Workbench;
  let operator: RunningOperator | undefined;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
  });
  afterEach(() => operator?.stop());
  afterAll(() => bench?.stop());

  async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await operator?.stop();
    operator = await bench.startOperator({ env: { ...SETTINGS, ...env } });
  }
  async function stop(): Promise<void> {
    await operator?.stop();
    operator = undefined;
  }
  const instancesOf = (namespace: Namespace): readonly InstanceSnapshot[] =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));
  const until = (what: string, holds: () => boolean | Promise<boolean>): Promise<true> =>
    poll(
      async () => ((await holds()) ? true : undefined),
      30_000,
      () => `it did not happen: ${what}`,
    );
  const loseCreate = (): void =>
    void bench.simulator.faults.inject({ match: { operation: 'createInstance' }, fault: { kind: 'reset' } });
  const supplyCode = (namespace: Namespace): Promise<void> =>
    namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });

  /** A connector whose create was sent, and given up after the searches found nothing. */
  async function givenUp(): Promise<{ readonly namespace: Namespace; readonly commit: () => number }> {
    const namespace = await bench.namespace('late');
    await furnish(bench, namespace);
    loseCreate();
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'CredentialUsed');
    const { uid } = (await namespace.connector('crm')).metadata;
    const tags = allTags(
      ownerTags({ clusterId: CLUSTER_ID, namespace: namespace.name, name: 'crm', uid }),
      [],
    );
    const name = `${namespace.name}-crm`;
    // What Open Connectors does when it comes to the request that nobody waits for any more.
    return { namespace, commit: () => bench.simulator.addInstance({ name, tags }).id };
  }

  describe('for a resource that was deleted', () => {
    async function deleted(): Promise<{ readonly namespace: Namespace; readonly commit: () => number }> {
      const given = await givenUp();
      await given.namespace.remove(KIND, 'crm');
      await given.namespace.waitGone(KIND, 'crm');
      return given;
    }

    it('is deleted', async () => {
      await start();
      const { namespace, commit } = await deleted();
      commit();
      await until('the deletion', () => instancesOf(namespace).length === 0);
    });

    it('is deleted by an operator that was restarted', async () => {
      await start();
      const { namespace, commit } = await deleted();
      await stop();
      commit();
      await start();
      await until('the deletion', () => instancesOf(namespace).length === 0);
    });

    it.each([false, true])(
      'is deleted after the account and its Secret (restart in between: %s)',
      async (restarts) => {
        await start();
        const { namespace, commit } = await deleted();
        await namespace.remove('Secret', 'sap-account');
        await namespace.remove('OpenConnectorsAccount', 'sap');
        await namespace.waitGone('OpenConnectorsAccount', 'sap');
        if (restarts) {
          await start();
        }
        commit();
        await until('the deletion', () => instancesOf(namespace).length === 0);
      },
    );

    it('is waited for until the window ends; then tombstone and fallback credentials go', async () => {
      await start({ LATE_COMMIT_WINDOW: '5s' });
      const namespace = await bench.namespace('late');
      await furnish(bench, namespace);
      const { uid: account } = (await namespace.account('sap')).metadata;
      loseCreate();
      await namespace.create(connector('crm'));
      await until(
        'the record',
        async () => (await namespace.connector('crm')).metadata.finalizers?.length === 1,
      );
      const { uid } = (await namespace.connector('crm')).metadata;
      await namespace.remove(KIND, 'crm');
      await namespace.waitGone(KIND, 'crm');
      await namespace.remove('OpenConnectorsAccount', 'sap');
      await namespace.waitGone('OpenConnectorsAccount', 'sap');
      const fallback = `infusionsoft-connector-operator-account-${account}`;
      await until('the end of the tombstone', async () => {
        const stored = await bench.home.secret(TOMBSTONES);
        return stored?.values[uid] === undefined;
      });
      await until(
        'the end of the credentials',
        async () => (await bench.home.secret(fallback)) === undefined,
      );
    });

    it('is not left over when a resource of the same name took its place', async () => {
      await start();
      const { namespace, commit } = await deleted();
      await supplyCode(namespace);
      await namespace.create(connector('crm'));
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      const { status } = await namespace.connector('crm');
      const connection = await namespace.secret('crm-connection');
      const late = commit();
      await until('the deletion', () => instancesOf(namespace).every(({ id }) => id !== late));
      expect(instancesOf(namespace).map(({ id }) => id)).toEqual([status?.instance?.id]);
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      expect(await namespace.secret('crm-connection')).toEqual(connection);
    });
  });

  describe('for a resource that lives', () => {
    it('is adopted where no other is in use', async () => {
      await start();
      const { namespace, commit } = await givenUp();
      const creates = bench.simulator.ledger.count('createInstance');
      const id = commit();
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      expect((await namespace.connector('crm')).status?.instance?.id).toBe(id);
      expect(instancesOf(namespace)).toHaveLength(1);
      expect(bench.simulator.ledger.count('createInstance')).toBe(creates);
    });

    it.each([false, true])(
      'is deleted where a new code gave another one (restart in between: %s)',
      async (restarts) => {
        await start();
        const { namespace, commit } = await givenUp();
        await supplyCode(namespace);
        await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
        const used = (await namespace.connector('crm')).status?.instance?.id;
        const connection = await namespace.secret('crm-connection');
        if (restarts) {
          await start();
        }
        const late = commit();
        await until('the deletion', () => instancesOf(namespace).every(({ id }) => id !== late));
        expect(instancesOf(namespace).map(({ id }) => id)).toEqual([used]);
        await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
        expect((await namespace.connector('crm')).status?.instance?.id).toBe(used);
        expect(await namespace.secret('crm-connection')).toEqual(connection);
      },
    );

    it('is one of two whose creates were both given up, of which one is left', async () => {
      await start();
      const { namespace, commit } = await givenUp();
      loseCreate();
      const creates = bench.simulator.ledger.count('createInstance');
      await supplyCode(namespace);
      await until('the second send', () => bench.simulator.ledger.count('createInstance') > creates);
      await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'CredentialUsed');
      commit();
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      const late = commit();
      await until('the deletion', () => instancesOf(namespace).every(({ id }) => id !== late));
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      expect(instancesOf(namespace)).toHaveLength(1);
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
    });
  });
});
