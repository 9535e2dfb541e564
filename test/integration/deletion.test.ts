import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeControlPlanes, requireFeature } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  type RunningOperator,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const keptName = (uid: string): string => `infusionsoft-connector-operator-account-${uid}`;

describeControlPlanes('deletion when the credentials went first', (plane) => {
  let bench: Workbench;
  let operator: RunningOperator | undefined;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
  });
  afterEach(() => operator?.stop());
  afterAll(() => bench?.stop());

  async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await operator?.stop();
    operator = await bench.startOperator({ env });
  }
  async function ready(): Promise<{ readonly namespace: Namespace; readonly accountUid: string }> {
    const namespace = await bench.namespace('deletion');
    await createPrerequisites(bench, namespace);
    await namespace.create(connector('crm'));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    return { namespace, accountUid: (await namespace.account('sap')).metadata.uid };
  }
  const instancesOf = (namespace: Namespace) =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));
  const isGone = (namespace: Namespace, name: string): Promise<true> =>
    poll(
      async () => ((await namespace.secret(name)) === undefined ? true : undefined),
      20_000,
      () => `${name} is still there`,
    );

  test('the account’s Secret is gone, and the operator was restarted since', async () => {
    await start();
    const { namespace, accountUid } = await ready();
    expect(await bench.home.secret(keptName(accountUid))).toBeDefined();
    await namespace.remove('Secret', 'sap-account');
    await start();
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'SecretNotFound');
    await namespace.remove('InfusionsoftConnector', 'crm');
    await namespace.waitGone('InfusionsoftConnector', 'crm');
    expect(instancesOf(namespace)).toEqual([]);
  });

  test('the account itself is gone', async () => {
    await start();
    const { namespace, accountUid } = await ready();
    await operator?.stop();
    await namespace.remove('OpenConnectorsAccount', 'sap');
    await namespace.patch('OpenConnectorsAccount', 'sap', { metadata: { finalizers: null } });
    await namespace.waitGone('OpenConnectorsAccount', 'sap');
    await namespace.remove('Secret', 'sap-account');
    await start();
    await namespace.remove('InfusionsoftConnector', 'crm');
    await namespace.waitGone('InfusionsoftConnector', 'crm');
    expect(instancesOf(namespace)).toEqual([]);
    await isGone(bench.home, keptName(accountUid));
  });

  test('the kept credentials are refused too: the condition names the way out', async () => {
    await start();
    const { namespace } = await ready();
    await namespace.remove('Secret', 'sap-account');
    const { userSecret } = bench.simulator.credentials;
    bench.simulator.rotateUserSecret();
    await start();
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'SecretNotFound');
    await namespace.remove('InfusionsoftConnector', 'crm');
    const message = await namespace.waitFor(
      'InfusionsoftConnector',
      'crm',
      'Ready',
      'False',
      'DeletionBlocked',
    );
    expect(message).toContain('openconnectors.dev/abandon');
    expect(message).toContain('the fallback credentials do not work');
    expect(message).not.toContain(userSecret);
    await namespace.patch('InfusionsoftConnector', 'crm', {
      metadata: { annotations: { 'openconnectors.dev/abandon': 'the account is lost' } },
    });
    await namespace.waitGone('InfusionsoftConnector', 'crm');
    expect(instancesOf(namespace)).toHaveLength(1);
  });

  test('nothing is kept where the setting says so', async () => {
    await start({ KEEP_ACCOUNT_CREDENTIALS: 'false' });
    const { namespace, accountUid } = await ready();
    expect(await bench.home.secret(keptName(accountUid))).toBeUndefined();
    await namespace.remove('InfusionsoftConnector', 'crm');
    await namespace.waitGone('InfusionsoftConnector', 'crm');
  });

  test('what was kept goes with the account', async () => {
    await start();
    const { namespace, accountUid } = await ready();
    await namespace.remove('InfusionsoftConnector', 'crm');
    await namespace.waitGone('InfusionsoftConnector', 'crm');
    await namespace.remove('OpenConnectorsAccount', 'sap');
    await namespace.waitGone('OpenConnectorsAccount', 'sap');
    await isGone(bench.home, keptName(accountUid));
  });

  test('a namespace that is deleted empties itself', async (context) => {
    requireFeature(context, plane, 'namespaceLifecycle');
    await start();
    const { namespace } = await ready();
    const answer = await plane.rest.request('DELETE', `/api/v1/namespaces/${namespace.name}`);
    expect(answer.status).toBeLessThan(300);
    await poll(
      async () =>
        (await plane.rest.request('GET', `/api/v1/namespaces/${namespace.name}`)).status === 404
          ? true
          : undefined,
      30_000,
      async () =>
        `the namespace is still there: ${JSON.stringify((await plane.rest.request('GET', `/api/v1/namespaces/${namespace.name}`)).body)}`,
    );
    expect(instancesOf(namespace)).toEqual([]);
  });
});
