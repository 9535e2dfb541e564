import { afterAll, beforeAll, expect, it } from 'vitest';
import { ACCOUNT_FINALIZER } from '../../src/api/group.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const shard = (value: string) => ({ labels: { shard: value } });

describeControlPlanes('two operators, each with a label selector', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    await bench.startOperator({ env: { WATCH_LABEL_SELECTOR: 'shard=a' } });
    await bench.startOperator({ env: { WATCH_LABEL_SELECTOR: 'shard=b' } });
  });
  afterAll(() => bench?.stop());

  /** Account `sap` and connector `crm` of shard a, connector `erp` of shard b on the same account. */
  async function arrange(): Promise<Namespace> {
    const namespace = await bench.namespace('shards');
    await createPrerequisites(bench, namespace);
    await namespace.patch('OpenConnectorsAccount', 'sap', { metadata: shard('a') });
    await namespace.create(connector('crm', {}, shard('a')));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    await namespace.create(connector('erp', {}, shard('b')));
    return namespace;
  }

  /** Resolves when the operator of the connector has done a whole reconcile more. */
  async function roundTrip(namespace: Namespace, name: string, token: string): Promise<void> {
    await namespace.patch('InfusionsoftConnector', name, {
      metadata: { annotations: { 'openconnectors.dev/reconcile-at': token } },
    });
    await poll(
      async () =>
        (await namespace.connector(name)).status?.lastHandledReconcileAt === token ? true : undefined,
      30_000,
      () => `${name} was not reconciled`,
    );
  }

  it('leaves the status of an account to the one that selects it', async () => {
    const namespace = await arrange();
    const message = await namespace.waitFor(
      'InfusionsoftConnector',
      'erp',
      'AccountReady',
      'False',
      'AccountNotFound',
    );
    expect(message).toContain('shard=b');
    const { resourceVersion } = (await namespace.account('sap')).metadata;
    for (const token of ['1', '2', '3']) {
      await roundTrip(namespace, 'erp', token);
      await roundTrip(namespace, 'crm', token);
    }
    expect((await namespace.account('sap')).metadata.resourceVersion).toBe(resourceVersion);
  });

  it('serves an account with the operator that its new label selects', async () => {
    const namespace = await arrange();
    await namespace.waitFor('InfusionsoftConnector', 'erp', 'AccountReady', 'False', 'AccountNotFound');
    await namespace.patch('OpenConnectorsAccount', 'sap', { metadata: shard('b') });
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'AccountReady', 'False', 'AccountNotFound');
    await namespace.waitFor('InfusionsoftConnector', 'erp', 'AccountReady', 'True');
  });

  it('does not release an account that a connector of the other one uses', async () => {
    const namespace = await arrange();
    await namespace.remove('InfusionsoftConnector', 'crm');
    await namespace.waitGone('InfusionsoftConnector', 'crm');
    await namespace.remove('OpenConnectorsAccount', 'sap');
    expect(await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'InUse')).toContain(
      'erp',
    );
    expect((await namespace.account('sap')).metadata.finalizers).toContain(ACCOUNT_FINALIZER);

    await namespace.remove('InfusionsoftConnector', 'erp');
    await namespace.waitGone('InfusionsoftConnector', 'erp');
    await namespace.patch('OpenConnectorsAccount', 'sap', {
      metadata: { annotations: { 'openconnectors.dev/reconcile-at': 'now' } },
    });
    await namespace.waitGone('OpenConnectorsAccount', 'sap');
  });
});
