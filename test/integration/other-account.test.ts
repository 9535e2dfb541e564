import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { account, connector, secret } from '../support/workbench/manifests.ts';
import { furnish, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';

describeControlPlanes('a create whose answer was lost before accountRef is edited', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    await bench.startOperator();
  });
  afterEach(() => bench.simulator.faults.clear());
  afterAll(() => bench?.stop());

  const instancesOf = (namespace: Namespace) =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));

  /** An instance exists in the organization of `sap`, no answer came, and the connector names `spare`. */
  async function lostThenEdited(): Promise<Namespace> {
    const namespace = await bench.namespace('elsewhere');
    const spare = bench.simulator.addOrganization({ name: 'Spare' });
    await furnish(bench, namespace);
    await namespace.create(
      secret('spare-account', {
        userSecret: spare.userSecret,
        organizationSecret: spare.organizationSecret,
      }),
      account('spare', bench.simulator.baseUrl, { credentialsSecretRef: { name: 'spare-account' } }),
    );
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
    await namespace.waitFor('OpenConnectorsAccount', 'spare', 'Ready', 'True');
    // Neither the create nor any search of the first account is answered, so that the outcome stays unknown.
    bench.simulator.faults.inject({
      match: { operation: 'createInstance' },
      fault: { kind: 'reset', when: 'after' },
    });
    const searches = bench.simulator.faults.inject({
      match: { operation: 'listInstances' },
      fault: { kind: 'status', status: 503 },
      times: Number.POSITIVE_INFINITY,
    });
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'RemoteError');
    expect(instancesOf(namespace)).toHaveLength(1);
    await namespace.patch(KIND, 'crm', { spec: { accountRef: { name: 'spare' } } });
    searches.remove();
    return namespace;
  }

  it('is not repeated in the other account, and is found where the account is restored', async () => {
    const namespace = await lostThenEdited();
    await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'AccountChanged');
    expect(instancesOf(namespace)).toHaveLength(1);
    await namespace.patch(KIND, 'crm', { spec: { accountRef: { name: 'sap' } } });
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    const [instance, ...more] = instancesOf(namespace);
    expect(more).toEqual([]);
    expect((await namespace.connector('crm')).status?.instance?.id).toBe(instance?.id);
    expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
  });

  it('leaves nothing behind where the resource is deleted', async () => {
    const namespace = await lostThenEdited();
    await namespace.remove(KIND, 'crm');
    await namespace.waitGone(KIND, 'crm');
    expect(instancesOf(namespace)).toEqual([]);
  });
});
