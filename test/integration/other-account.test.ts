import type { InstanceSnapshot } from 'open-connectors-simulator/out-of-band.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { account, connector, secret } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  newCode,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
/** Longer than a test: listings do not show the instance before the test allows it. */
const LAG_MS = 3_600_000;

describeControlPlanes('a create without a response, in an account that was changed since', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    // The outcome stays unknown for as long as the test edits the resource.
    await bench.startOperator({ env: { CREATE_DEADLINE: '10m', INVENTORY_INTERVAL: '1s' } });
  });
  afterAll(() => bench?.stop());

  const instancesOf = (namespace: Namespace): readonly InstanceSnapshot[] =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));
  const refersTo = (namespace: Namespace, name: string): Promise<void> =>
    namespace.patch(KIND, 'crm', { spec: { accountRef: { name } } });
  const supplyCode = (namespace: Namespace): Promise<void> =>
    namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });

  /** Accounts `sap` and `other` of two organizations; the instance was created in the first, and nobody found it. */
  async function arrange(): Promise<{ readonly namespace: Namespace; readonly id: number }> {
    const namespace = await bench.namespace('account');
    await createPrerequisites(bench, namespace);
    const { userSecret, organizationSecret } = bench.simulator.addOrganization();
    await namespace.create(
      secret('other-account', { userSecret, organizationSecret }),
      account('other', bench.simulator.baseUrl, { credentialsSecretRef: { name: 'other-account' } }),
    );
    await namespace.waitFor('OpenConnectorsAccount', 'other', 'Ready', 'True');
    bench.simulator.knobs.listLagMs = LAG_MS;
    bench.simulator.faults.inject({
      match: { operation: 'createInstance' },
      fault: { kind: 'reset', when: 'after' },
    });
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'SearchingInstance');
    const [created] = instancesOf(namespace);
    if (created === undefined) {
      throw new Error('the create was not carried out');
    }
    return { namespace, id: created.id };
  }
  async function expectNoSecondCreate(namespace: Namespace, id: number): Promise<void> {
    await supplyCode(namespace);
    await namespace.patch(KIND, 'crm', {
      metadata: { annotations: { 'openconnectors.dev/reconcile-at': 'now' } },
    });
    await poll(
      async () =>
        (await namespace.connector('crm')).status?.lastHandledReconcileAt === 'now' ? true : undefined,
      30_000,
      () => 'the connector was not reconciled',
    );
    await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'AccountChanged');
    expect(instancesOf(namespace).map((instance) => instance.id)).toEqual([id]);
  }
  async function expectAdopted(namespace: Namespace, id: number): Promise<void> {
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    expect((await namespace.connector('crm')).status?.instance?.id).toBe(id);
    expect(instancesOf(namespace).map((instance) => instance.id)).toEqual([id]);
    expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
  }

  it('deletes the instance in the first account before a deleted resource goes', async () => {
    const { namespace } = await arrange();
    await refersTo(namespace, 'other');
    await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'AccountChanged');
    bench.simulator.knobs.listLagMs = 0;
    await namespace.remove(KIND, 'crm');
    await namespace.waitGone(KIND, 'crm');
    expect(instancesOf(namespace)).toEqual([]);
  });

  it('deletes it also when the first account and its Secret are gone', async () => {
    const { namespace } = await arrange();
    await refersTo(namespace, 'other');
    await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'AccountChanged');
    bench.simulator.knobs.listLagMs = 0;
    await namespace.remove('OpenConnectorsAccount', 'sap');
    await namespace.waitGone('OpenConnectorsAccount', 'sap');
    await namespace.remove('Secret', 'sap-account');
    await namespace.remove(KIND, 'crm');
    await namespace.waitGone(KIND, 'crm');
    expect(instancesOf(namespace)).toEqual([]);
  });

  it('creates no second one in the other account, and adopts it when accountRef is restored', async () => {
    const { namespace, id } = await arrange();
    await refersTo(namespace, 'other');
    await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'AccountChanged');
    await expectNoSecondCreate(namespace, id);
    bench.simulator.knobs.listLagMs = 0;
    await refersTo(namespace, 'sap');
    await expectAdopted(namespace, id);
  });

  it('creates no second one in another organization of the same account, and adopts it in the first', async () => {
    const { namespace, id } = await arrange();
    const other = bench.simulator.addOrganization();
    await namespace.patch('Secret', 'sap-account', {
      stringData: { userSecret: other.userSecret, organizationSecret: other.organizationSecret },
    });
    await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'AccountChanged');
    await expectNoSecondCreate(namespace, id);
    bench.simulator.knobs.listLagMs = 0;
    const { userSecret, organizationSecret } = bench.simulator.credentials;
    await namespace.patch('Secret', 'sap-account', { stringData: { userSecret, organizationSecret } });
    await expectAdopted(namespace, id);
  });
});
