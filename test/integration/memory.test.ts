import { afterAll, afterEach, beforeAll, expect, it, type MockInstance, vi } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import { CALLBACK_URL, connector } from '../support/workbench/manifests.ts';
import { ConnectorMemory } from '../support/workbench/operator-under-test.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
const GENEROUS_MS = 60_000;
/** A connector that waits for a person. */
const WITHOUT_CODE = { oauth: { clientSecretRef: { name: 'crm-oauth' }, callbackUrl: CALLBACK_URL } };

describeControlPlanes('the memory of connectors', (plane) => {
  let bench: Workbench;
  let recall: MockInstance<ConnectorMemory['recall']>;
  beforeAll(async () => {
    recall = vi.spyOn(ConnectorMemory.prototype, 'recall');
    bench = await startWorkbench(plane);
  });
  afterEach(() => recall.mockClear());
  afterAll(async () => {
    recall?.mockRestore();
    await bench?.stop();
  });

  /** The memory of the operator that runs. */
  function memory(): ConnectorMemory {
    const [found, ...others] = new Set(recall.mock.contexts);
    if (!(found instanceof ConnectorMemory) || others.length > 0) {
      throw new Error('there is not exactly one memory');
    }
    return found;
  }
  const remembers = (count: number): Promise<true> =>
    poll(
      async () => (memory().size === count ? true : undefined),
      GENEROUS_MS,
      () => `${memory().size} connectors are remembered instead of ${count}`,
    );

  it('holds what exists and nothing else', async () => {
    const namespace = await bench.namespace('memory');
    await createPrerequisites(bench, namespace);
    await bench.startOperator();
    // One with an instance, two that wait for a consent, one that never had a finalizer.
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    await namespace.create(
      connector('waiting', WITHOUT_CODE),
      connector('recreated', WITHOUT_CODE),
      connector('invalid', { server: 'evil.example.com' }),
    );
    for (const name of ['waiting', 'recreated', 'invalid']) {
      await namespace.waitFor(KIND, name, 'Ready', 'False');
    }
    await remembers(4);

    await namespace.remove(KIND, 'recreated');
    await namespace.waitGone(KIND, 'recreated');
    await namespace.create(connector('recreated', WITHOUT_CODE));
    await namespace.waitFor(KIND, 'recreated', 'Ready', 'False');
    await remembers(4);

    for (const name of ['crm', 'waiting', 'recreated', 'invalid']) {
      await namespace.remove(KIND, name);
    }
    await namespace.waitGone(KIND, 'crm');
    await remembers(0);
    expect(memory().size).toBe(0);
  });
});
