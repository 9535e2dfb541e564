import type { Fault } from 'open-connectors-simulator/faults.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_VERSION } from '../../src/api/group.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { eachLine } from '../support/workbench/lines.ts';
import { connector } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  type RunningOperator,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';

describeControlPlanes('an account that is closed during a create', (plane) => {
  let bench: Workbench;
  let operator: RunningOperator | undefined;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    await start();
  });
  afterAll(() => bench?.stop());

  async function start(): Promise<void> {
    operator = await bench.startOperator({ env: { INVENTORY_INTERVAL: '1s', CREATE_DEADLINE: '5s' } });
  }
  const instancesOf = (namespace: Namespace) =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));
  async function creating(fault: Fault): Promise<Namespace> {
    const namespace = await bench.namespace('closed');
    await createPrerequisites(bench, namespace);
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
    const injected = bench.simulator.faults.inject({ match: { operation: 'createInstance' }, fault });
    await namespace.create(connector('crm'));
    await poll(
      async () => (injected.hits() === 1 ? true : undefined),
      30_000,
      () => 'the create was not sent',
    );
    return namespace;
  }
  /** Every state of the namespace's connectors from now on, as the API server shows it. */
  async function watchStates(namespace: Namespace): Promise<readonly string[]> {
    const path = `/apis/${API_VERSION}/namespaces/${namespace.name}/infusionsoftconnectors?watch=true`;
    const stream = await plane.rest.stream(path);
    bench.atStop(async () => void stream.destroy());
    const states: string[] = [];
    eachLine(stream, (line) => void states.push(line));
    return states;
  }
  const credentials = (): Readonly<Record<string, string>> => ({
    userSecret: bench.simulator.credentials.userSecret,
    organizationSecret: bench.simulator.credentials.organizationSecret,
  });
  async function removeSecret(namespace: Namespace): Promise<void> {
    await namespace.remove('Secret', 'sap-account');
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'SecretNotFound');
  }
  async function rotate(namespace: Namespace): Promise<void> {
    bench.simulator.rotateUserSecret();
    await namespace.patch('Secret', 'sap-account', { stringData: credentials() });
  }
  /** Open Connectors refuses the credentials until the create is answered or given up. */
  async function close(namespace: Namespace): Promise<void> {
    bench.simulator.rotateUserSecret();
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'AccountUnauthorized');
    await namespace.waitFor(KIND, 'crm', 'AccountReady', 'False');
    await namespace.patch('Secret', 'sap-account', { stringData: credentials() });
  }

  const late: Fault = { kind: 'slow', delayMs: 3_000, when: 'after' };
  const lost: Fault = { kind: 'hang', when: 'after' };

  it.each<readonly [what: string, fault: Fault, change: (namespace: Namespace) => Promise<void>]>([
    ['its credentials are refused and the answer is late', late, close],
    ['its credentials are refused and the answer is lost', lost, close],
    ['its credentials are rotated and the answer is late', late, rotate],
    ['its credentials are rotated and the answer is lost', lost, rotate],
    ['its Secret is deleted and the answer is late', late, removeSecret],
    ['its Secret is deleted and the answer is lost', lost, removeSecret],
  ])('leads to one instance and no InternalError: %s', async (_what, fault, change) => {
    const namespace = await creating(fault);
    const states = await watchStates(namespace);
    await change(namespace);
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    expect(instancesOf(namespace).map(({ id }) => id)).toEqual([
      (await namespace.connector('crm')).status?.instance?.id,
    ]);
    await poll(
      async () => states.find((state) => state.includes('"Succeeded"')),
      30_000,
      () => 'the watch does not show that the connector is Ready',
    );
    expect(states.filter((state) => state.includes('InternalError'))).toEqual([]);
    expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
  });

  it.each<readonly [what: string, fault: Fault]>([
    ['was not carried out', { kind: 'hang', when: 'before' }],
    ['was carried out', { kind: 'hang', when: 'after' }],
  ])('does not block the deletion after a restart when the unanswered create %s', async (_what, fault) => {
    const namespace = await creating(fault);
    await operator?.stop();
    await namespace.remove('Secret', 'sap-account');
    await start();
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'SecretNotFound');
    await namespace.remove(KIND, 'crm');
    await namespace.waitGone(KIND, 'crm');
    expect(instancesOf(namespace)).toEqual([]);
  });
});
