import { type Simulator, startSimulator } from 'open-connectors-simulator/simulator.ts';
import { createAuthority } from 'test-kit/certificate-authority.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import { CALLBACK_URL, connector, secret } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  newCode,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

/** More than the operator has workers. */
const HANGING = 14;

describeControlPlanes('an account whose creates hang', (plane) => {
  let bench: Workbench;
  let hanging: Simulator;
  beforeAll(async () => {
    const authority = await createAuthority('isolation');
    bench = await startWorkbench(plane, { authority });
    hanging = await startSimulator({ authority });
    bench.atStop(() => hanging.stop());
    await bench.startOperator({
      env: {
        ALLOWED_HOSTS: `localhost:${bench.simulator.port},localhost:${hanging.port}`,
        WORKERS: '10',
        // Longer than the test waits for anything.
        CREATE_DEADLINE: '5m',
      },
    });
  });
  afterAll(() => bench?.stop());

  it('delays no connector of another account', async () => {
    const slow = await bench.namespace('hanging');
    await createPrerequisites({ ...bench, simulator: hanging }, slow, { code: false });
    await slow.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
    const held = hanging.faults.inject({
      match: { operation: 'createInstance' },
      times: HANGING,
      fault: { kind: 'hang' },
    });
    for (let n = 0; n < HANGING; n += 1) {
      await slow.create(
        secret(`code-${n}`, { code: newCode(hanging) }),
        connector(`crm-${n}`, {
          oauth: {
            clientSecretRef: { name: 'crm-oauth' },
            callbackUrl: CALLBACK_URL,
            authorizationCodeSecretRef: { name: `code-${n}` },
          },
        }),
      );
    }
    await poll(
      async () => (held.hits() >= 10 ? true : undefined),
      30_000,
      () => `only ${held.hits()} creates hang`,
    );

    const other = await bench.namespace('other');
    await createPrerequisites(bench, other);
    await other.create(connector('crm'));
    await other.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');

    await poll(
      async () => (held.hits() === HANGING ? true : undefined),
      30_000,
      () => `only ${held.hits()} creates hang`,
    );
    const creates = hanging.ledger.entries().filter(({ operation }) => operation === 'createInstance');
    expect(creates.map(({ abortedByClient }) => abortedByClient)).toEqual(Array(HANGING).fill(false));
  });
});
