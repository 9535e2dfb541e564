import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import { connector } from '../support/workbench/manifests.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';

describeControlPlanes('listings that lag behind', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane, { knobs: { listLagMs: 3_000 } });
    await bench.startOperator({ env: { INVENTORY_INTERVAL: '1s', SEARCH_GRACE: '5s' } });
  });
  afterAll(() => bench?.stop());

  it('do not lose the new instance during its first ping', async () => {
    const namespace = await bench.namespace('lag');
    await createPrerequisites(bench, namespace);
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
    // Hub calls take long enough for a listing in between.
    bench.simulator.faults.inject({
      match: { operation: 'ping' },
      fault: { kind: 'slow', delayMs: 2_500 },
    });
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    const reasons = await poll(
      async () => {
        const found = (await namespace.events('crm')).map(({ reason }) => reason);
        return found.includes('Created') ? found : undefined;
      },
      20_000,
      () => 'the event of the creation was not written',
    );
    expect(reasons).not.toContain('CredentialUsed');
    expect(bench.simulator.ledger.count('createInstance')).toBe(1);
  });
});
