import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { connector } from '../support/workbench/manifests.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';

describeControlPlanes('spec.instance.enabled', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
  });
  afterAll(() => bench?.stop());

  it('is false and true again during the call that disables, without a new consent', async () => {
    const namespace = await bench.namespace('enabled');
    await createPrerequisites(bench, namespace);
    let isToggled = false;
    await bench.startOperator({
      env: { INVENTORY_INTERVAL: '1s' },
      onAction: (_connector, step) => {
        if (step.type === 'enable' && !step.enabled && !isToggled) {
          isToggled = true;
          // Not awaited: the edit reaches the API server while the call is under way.
          void namespace.patch(KIND, 'crm', { spec: { instance: { enabled: true } } });
        }
      },
    });
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    bench.simulator.knobs.latencyMs = 300;
    await namespace.patch(KIND, 'crm', { spec: { instance: { enabled: false } } });
    await expect
      .poll(async () => (await namespace.connector('crm')).spec.instance?.enabled, { timeout: 30_000 })
      .toBe(true);
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True', 'Succeeded');
    const { status } = await namespace.connector('crm');
    expect(status?.instance?.enabled).toBe(true);
    expect(bench.simulator.instances().find(({ id }) => id === status?.instance?.id)?.disabled).toBe(false);
    expect((await namespace.events('crm')).map(({ reason }) => reason)).not.toContain('AuthorizationRevoked');
  });
});
