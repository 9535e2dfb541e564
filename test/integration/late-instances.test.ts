import type { Fault } from 'open-connectors-simulator/faults.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { allTags, ownerTags } from '../../src/ownership/owner-tags.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  newCode,
  type RunningOperator,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
const CLUSTER_ID = 'late';
const TOMBSTONES = 'infusionsoft-connector-operator-tombstones';
const SETTINGS = { CLUSTER_ID, CREATE_DEADLINE: '2s', SEARCH_GRACE: '2s', INVENTORY_INTERVAL: '1s' };
/** Longer than a create can be under way: the outcome is reported as absence before. */
const AFTER_ABSENCE_MS = 6_000;

const keptName = (uid: string): string => `infusionsoft-connector-operator-account-${uid}`;

describeControlPlanes('an instance that Open Connectors creates late', (plane) => {
  let bench: Workbench;
  let operator: RunningOperator | undefined;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
  });
  beforeEach(() => start());
  afterEach(() => operator?.stop());
  afterAll(() => bench?.stop());

  async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await operator?.stop();
    operator = await bench.startOperator({ env: { ...SETTINGS, ...env } });
  }
  const instancesOf = (namespace: Namespace) =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));

  /** A connector whose create was sent and never answered. */
  async function unanswered(
    fault: Fault = { kind: 'reset' },
  ): Promise<{ readonly namespace: Namespace; readonly uid: string; readonly accountUid: string }> {
    const namespace = await bench.namespace('late');
    await createPrerequisites(bench, namespace);
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
    const injected = bench.simulator.faults.inject({ match: { operation: 'createInstance' }, fault });
    await namespace.create(connector('crm'));
    await poll(
      async () => (injected.hits() === 1 ? true : undefined),
      30_000,
      () => 'the create was not sent',
    );
    const { uid } = (await namespace.connector('crm')).metadata;
    return { namespace, uid, accountUid: (await namespace.account('sap')).metadata.uid };
  }
  /** What the create does when Open Connectors carries it out at last. */
  function commit(namespace: Namespace, uid: string): number {
    const owner = { clusterId: CLUSTER_ID, namespace: namespace.name, name: 'crm', uid };
    return bench.simulator.addInstance({ tags: allTags(ownerTags(owner), []) }).id;
  }
  async function remove(namespace: Namespace): Promise<void> {
    await namespace.remove(KIND, 'crm');
    await namespace.waitGone(KIND, 'crm');
  }
  const isDeleted = (id: number): Promise<true> =>
    poll(
      async () => (bench.simulator.instances().some((one) => one.id === id) ? undefined : true),
      30_000,
      () => `instance ${id} is still there`,
    );
  const isSecretGone = (name: string): Promise<true> =>
    poll(
      async () => ((await bench.home.secret(name)) === undefined ? true : undefined),
      30_000,
      () => `${name} is still there`,
    );
  const tombstoneOf = async (uid: string): Promise<string | undefined> =>
    (await bench.home.secret(TOMBSTONES))?.values[uid];
  /** Lets the tombstone's time be over at the next start. */
  async function expire(uid: string): Promise<void> {
    const value = JSON.parse((await tombstoneOf(uid)) ?? '{}') as object;
    const until = new Date(Date.now() - 1_000).toISOString();
    await bench.home.patch('Secret', TOMBSTONES, {
      stringData: { [uid]: JSON.stringify({ ...value, until }) },
    });
  }
  const isTombstoneGone = (uid: string): Promise<true> =>
    poll(
      async () => ((await tombstoneOf(uid)) === undefined ? true : undefined),
      30_000,
      () => 'the tombstone is still there',
    );

  describe('after its resource was deleted', () => {
    it('is deleted when the server carries the create out by itself', async () => {
      const { namespace } = await unanswered({ kind: 'late-commit', delayMs: AFTER_ABSENCE_MS });
      await remove(namespace);
      await poll(
        async () =>
          bench.simulator.ledger.entries('createInstance').at(-1)?.committed === true ? true : undefined,
        30_000,
        () => 'the create was not carried out',
      );
      await poll(
        async () => (instancesOf(namespace).length === 0 ? true : undefined),
        30_000,
        () => 'the instance is still there',
      );
    });

    it('is deleted, and the watch ends with the window', async () => {
      const { namespace, uid, accountUid } = await unanswered();
      await remove(namespace);
      expect(await tombstoneOf(uid)).toContain(namespace.name);
      await isDeleted(commit(namespace, uid));
      await operator?.stop();
      await expire(uid);
      await start();
      await isTombstoneGone(uid);
      expect(await bench.home.secret(keptName(accountUid)), 'the account is in use').toBeDefined();
    });

    it('is deleted by an operator that was started since', async () => {
      const { namespace, uid } = await unanswered();
      await remove(namespace);
      await start();
      await isDeleted(commit(namespace, uid));
    });

    it('is deleted when a resource of the same name took its place, whose instance stays', async () => {
      const { namespace, uid } = await unanswered();
      await remove(namespace);
      await namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });
      await namespace.create(connector('crm'));
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      const [used] = instancesOf(namespace);
      const connection = await namespace.secret('crm-connection');
      await isDeleted(commit(namespace, uid));
      expect(instancesOf(namespace).map(({ id }) => id)).toEqual([used?.id]);
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      expect(await namespace.secret('crm-connection')).toEqual(connection);
    });

    it('stays when another cluster took it over', async () => {
      const { namespace, uid } = await unanswered();
      await remove(namespace);
      await operator?.stop();
      const id = commit(namespace, uid);
      const theirs = ownerTags({ clusterId: 'theirs', namespace: namespace.name, name: 'crm', uid });
      bench.simulator.editInstance(id, { tags: allTags(theirs, []) });
      await expire(uid);
      await start();
      await isTombstoneGone(uid);
      expect(bench.simulator.instances().map((one) => one.id)).toContain(id);
    });

    it.each(['runs on', 'is restarted'])(
      'is deleted with the fallback credentials, which go afterwards, when the account is deleted and the operator %s',
      async (how) => {
        const { namespace, uid, accountUid } = await unanswered();
        await remove(namespace);
        await namespace.remove('Secret', 'sap-account');
        await namespace.remove('OpenConnectorsAccount', 'sap');
        await namespace.waitGone('OpenConnectorsAccount', 'sap');
        if (how === 'is restarted') {
          await start();
        }
        await isDeleted(commit(namespace, uid));
        expect(await bench.home.secret(keptName(accountUid))).toBeDefined();
        await operator?.stop();
        await expire(uid);
        await start();
        await isTombstoneGone(uid);
        await isSecretGone(keptName(accountUid));
      },
    );
  });

  describe('while its resource lives', () => {
    it('is deleted when the instance of a new code is in use', async () => {
      const { namespace, uid } = await unanswered();
      await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'CredentialUsed');
      await namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      const [used] = instancesOf(namespace);
      const connection = await namespace.secret('crm-connection');
      await isDeleted(commit(namespace, uid));
      expect(instancesOf(namespace).map(({ id }) => id)).toEqual([used?.id]);
      expect(await namespace.secret('crm-connection')).toEqual(connection);
      expect(connection?.values['element-token']).toBe(used?.token);
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    });

    it('is adopted when no other is in use', async () => {
      const { namespace, uid } = await unanswered();
      await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'CredentialUsed');
      const id = commit(namespace, uid);
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      expect((await namespace.connector('crm')).status?.instance?.id).toBe(id);
      expect(instancesOf(namespace).map((one) => one.id)).toEqual([id]);
    });

    it('is deleted where it is the second of two whose creates were given up', async () => {
      const { namespace, uid } = await unanswered();
      await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'CredentialUsed');
      const again = bench.simulator.faults.inject({
        match: { operation: 'createInstance' },
        fault: { kind: 'reset' },
      });
      await namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });
      await poll(
        async () => (again.hits() === 1 ? true : undefined),
        30_000,
        () => 'the second create was not sent',
      );
      const id = commit(namespace, uid);
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      const connection = await namespace.secret('crm-connection');
      await isDeleted(commit(namespace, uid));
      await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
      expect(instancesOf(namespace).map((one) => one.id)).toEqual([id]);
      expect(await namespace.secret('crm-connection')).toEqual(connection);
    });
  });
});
