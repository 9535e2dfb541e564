import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import { connector } from '../support/workbench/manifests.ts';
import { startOperatorProcess } from '../support/workbench/process.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

describeControlPlanes('SIGTERM during a long pause of an account', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
  });
  afterAll(() => bench?.stop());

  it('ends the process, which no timer of the pause keeps alive', async () => {
    const namespace = await bench.namespace('shutdown');
    await createPrerequisites(bench, namespace);
    const operator = startOperatorProcess(bench);
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
    bench.simulator.faults.inject({
      match: { operation: 'createInstance' },
      times: 1,
      fault: { kind: 'throttle', retryAfterSeconds: 600 },
    });
    await namespace.create(connector('crm'));
    await poll(
      async () => (await namespace.account('sap')).status?.throttledUntil,
      30_000,
      () => 'the account does not pause',
    );
    expect(await operator.terminate()).toBe(0);
  });
});
