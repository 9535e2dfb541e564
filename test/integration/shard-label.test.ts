import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { connector } from '../support/workbench/manifests.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

describeControlPlanes('a connector that loses the label of its operator and gets it back', (plane) => {
  const SHARD = { shard: 'a' };
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    await bench.startOperator({ env: { WATCH_LABEL_SELECTOR: 'shard=a' } });
  });
  afterAll(() => bench?.stop());

  it('is served again, and deleted', async () => {
    const namespace = await bench.namespace('shard');
    await createPrerequisites(bench, namespace);
    await namespace.patch('OpenConnectorsAccount', 'sap', { metadata: { labels: SHARD } });
    const instanceNames = (): string[] =>
      bench.simulator
        .instances()
        .filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`))
        .map(({ name }) => name);
    const label = (shard: string | null): Promise<void> =>
      namespace.patch('InfusionsoftConnector', 'crm', { metadata: { labels: { shard } } });

    await namespace.create(connector('crm', {}, { labels: SHARD }));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    await label(null);
    // Created after the label was removed, so that the operator has seen the removal once this is Ready.
    await namespace.create(connector('witness', { deletionPolicy: 'Orphan' }, { labels: SHARD }));
    await namespace.waitFor('InfusionsoftConnector', 'witness', 'Authorized', 'False');
    await label('a');
    await namespace.patch('InfusionsoftConnector', 'crm', { spec: { instance: { name: 'Sales' } } });
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    expect(instanceNames()).toEqual(['Sales']);

    await namespace.remove('InfusionsoftConnector', 'crm');
    await namespace.waitGone('InfusionsoftConnector', 'crm');
    expect(instanceNames()).toEqual([]);
  });
});
