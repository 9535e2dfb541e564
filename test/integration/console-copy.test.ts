import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';

describeControlPlanes('an instance that was copied in the console', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    await bench.startOperator({ env: { INVENTORY_INTERVAL: '1s' } });
  });
  afterAll(() => bench?.stop());

  const idsOf = (namespace: Namespace): number[] =>
    bench.simulator
      .instances()
      .filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`))
      .map(({ id }) => id);

  it('is AmbiguousOwner, is not changed, and no longer counts after an administrator deletes it', async () => {
    const namespace = await bench.namespace('copy');
    await createPrerequisites(bench, namespace);
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    const [used = 0] = idsOf(namespace);
    const copy = bench.simulator.copyInstance(used);

    const message = await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'AmbiguousOwner');
    expect(message).toContain(`Instances ${used} and ${copy.id}`);
    expect(idsOf(namespace)).toEqual([used, copy.id]);

    bench.simulator.deleteInstance(copy.id);
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    expect((await namespace.connector('crm')).status?.instance?.id).toBe(used);
    expect(idsOf(namespace)).toEqual([used]);
  });

  it.each([
    ['the original is deleted', (_copy: number, used: number) => bench.simulator.deleteInstance(used)],
    ['its tags are removed', (copy: number) => bench.simulator.editInstance(copy, { tags: ['mine'] })],
  ] as const)('leaves one in use after %s', async (_title, act) => {
    const namespace = await bench.namespace('copy');
    await createPrerequisites(bench, namespace);
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    const [used = 0] = idsOf(namespace);
    const copy = bench.simulator.copyInstance(used);
    await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'AmbiguousOwner');
    act(copy.id, used);
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    const [left] = idsOf(namespace);
    const { status } = await namespace.connector('crm');
    expect(status?.instance?.id).toBe(left);
    const token = bench.simulator.instances().find(({ id }) => id === left)?.token;
    expect((await namespace.secret('crm-connection'))?.values['element-token']).toBe(token);
    expect(bench.simulator.instances().some(({ id }) => id === copy.id)).toBe(true);
  });

  it('goes with the resource, whose tags it carries', async () => {
    const namespace = await bench.namespace('copy');
    await createPrerequisites(bench, namespace);
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    const [used = 0] = idsOf(namespace);
    bench.simulator.copyInstance(used);
    await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'AmbiguousOwner');
    await namespace.remove(KIND, 'crm');
    await namespace.waitGone(KIND, 'crm');
    expect(idsOf(namespace)).toEqual([]);
  });

  it('keeps none of our tags after a deletion with Orphan, nor does the original', async () => {
    const namespace = await bench.namespace('copy');
    await createPrerequisites(bench, namespace);
    await namespace.create(connector('crm', { deletionPolicy: 'Orphan' }));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    const [used = 0] = idsOf(namespace);
    const copy = bench.simulator.copyInstance(used);
    await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'AmbiguousOwner');
    await namespace.remove(KIND, 'crm');
    await namespace.waitGone(KIND, 'crm');
    const left = bench.simulator.instances().filter(({ id }) => [used, copy.id].includes(id));
    expect(left).toHaveLength(2);
    expect(left.flatMap(({ tags }) => tags).filter((tag) => tag.startsWith('k8s-'))).toEqual([]);
  });
});
