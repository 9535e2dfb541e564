import type { InstanceSnapshot } from 'open-connectors-simulator/out-of-band.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

/** What another cluster writes when it takes an instance over. */
const THEIR_TAGS = ['k8s-cluster-other', 'k8s-owner-of-another-cluster', 'k8s-uid-other', 'their-team'];

// The inventory interval is the default of 10 minutes but for the last test, so that no listing shows the new owner.
describeControlPlanes('an instance that another cluster took over since the last listing', (plane) => {
  let bench: Workbench;
  let operator: RunningOperator;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    operator = await bench.startOperator();
  });
  afterAll(() => bench?.stop());

  async function ready(
    spec: Readonly<Record<string, unknown>> = {},
  ): Promise<{ readonly namespace: Namespace; readonly id: number }> {
    const namespace = await bench.namespace('takeover');
    await createPrerequisites(bench, namespace);
    await namespace.create(connector('crm', spec));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    const [instance] = instancesOf(namespace);
    if (instance === undefined) {
      throw new Error('Ready without an instance');
    }
    return { namespace, id: instance.id };
  }
  const instancesOf = (namespace: Namespace): readonly InstanceSnapshot[] =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));
  const takeOver = (id: number): InstanceSnapshot =>
    bench.simulator.editInstance(id, { name: 'Theirs', tags: THEIR_TAGS });
  const instance = (id: number) => bench.simulator.instances().find((candidate) => candidate.id === id);
  /** How often a code was sent to an existing instance. */
  const sendsTo = (id: number): number =>
    bench.simulator.ledger.count(
      ({ path, codeFingerprint }) => path === `/instances/${id}` && codeFingerprint !== undefined,
    );
  /** Resolves when the connector has been reconciled once more. */
  async function reconcileAgain(namespace: Namespace, token: string): Promise<void> {
    await namespace.patch(KIND, 'crm', {
      metadata: { annotations: { 'openconnectors.dev/reconcile-at': token } },
    });
    await poll(
      async () =>
        (await namespace.connector('crm')).status?.lastHandledReconcileAt === token ? true : undefined,
      30_000,
      async () => `not reconciled: ${JSON.stringify((await namespace.connector('crm')).status)}`,
    );
  }

  it('stays when the resource is deleted', async () => {
    const { namespace, id } = await ready();
    const theirs = takeOver(id);
    await namespace.remove(KIND, 'crm');
    await namespace.waitGone(KIND, 'crm');
    expect(instance(id)).toEqual(theirs);
  });

  it('is left alone after an edit, which ForeignOwner answers', async () => {
    const { namespace, id } = await ready();
    const theirs = takeOver(id);
    await namespace.patch(KIND, 'crm', {
      spec: { instance: { name: 'Ours', tags: ['our-team'], enabled: false } },
    });
    await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'ForeignOwner');
    expect(instance(id)).toEqual(theirs);
  });

  it('is not reauthorized', async () => {
    const { namespace, id } = await ready();
    const theirs = takeOver(id);
    await namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });
    await namespace.patch(KIND, 'crm', {
      metadata: { annotations: { 'openconnectors.dev/reauthorize-at': 'now' } },
    });
    await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'ForeignOwner');
    expect(instance(id)).toEqual(theirs);
    expect(sendsTo(id)).toBe(0);
  });

  it('keeps the tags of its new owner when the resource is deleted with Orphan', async () => {
    const { namespace, id } = await ready({ deletionPolicy: 'Orphan' });
    const theirs = takeOver(id);
    await namespace.remove(KIND, 'crm');
    await namespace.waitGone(KIND, 'crm');
    expect(instance(id)).toEqual(theirs);
  });

  it('is not deleted as a duplicate', async () => {
    await operator.stop();
    operator = await bench.startOperator({ env: { INVENTORY_INTERVAL: '1s' } });
    const namespace = await bench.namespace('takeover');
    await createPrerequisites(bench, namespace);
    // Nothing came of the first code, so that an instance that appears later counts as its outcome.
    bench.simulator.faults.inject({ match: { operation: 'createInstance' }, fault: { kind: 'reset' } });
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Authorized', 'False', 'CredentialUsed');
    await namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    const [used] = instancesOf(namespace);
    if (used === undefined) {
      throw new Error('Ready without an instance');
    }

    const taken: InstanceSnapshot[] = [];
    const { id } = bench.simulator.copyInstance(used.id);
    // The listings show it as ours until the operator calls it by its id.
    bench.simulator.faults.inject({
      match: { path: `/instances/${id}` },
      fault: { kind: 'meanwhile', act: () => void taken.push(takeOver(id)) },
    });
    await poll(
      async () => (taken.length > 0 ? true : undefined),
      30_000,
      () => 'the second instance was not found',
    );
    await reconcileAgain(namespace, '1');
    await reconcileAgain(namespace, '2');
    expect([instance(id)]).toEqual(taken);
    expect(instance(used.id)).toBeDefined();
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
  });
});
