import type { InstanceSnapshot } from 'open-connectors-simulator/out-of-band.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  type RunningOperator,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';

describeControlPlanes('an account that becomes unusable', (plane) => {
  let bench: Workbench;
  let operator: RunningOperator;
  const start = () => bench.startOperator({ env: { CREATE_DEADLINE: '10s' } });
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    operator = await start();
  });
  afterEach(() => bench.simulator.faults.clear());
  afterAll(() => bench?.stop());

  async function arrange(): Promise<Namespace> {
    const namespace = await bench.namespace('unusable');
    await createPrerequisites(bench, namespace);
    await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True');
    return namespace;
  }
  async function ready(spec: Readonly<Record<string, unknown>> = {}): Promise<Namespace> {
    const namespace = await arrange();
    await namespace.create(connector('crm', spec));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    return namespace;
  }
  const instancesOf = (namespace: Namespace): readonly InstanceSnapshot[] =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));
  /** An operator that runs on works on with what it has read, so that it is restarted. */
  async function loseAccountSecret(namespace: Namespace): Promise<void> {
    await operator.stop();
    await namespace.remove('Secret', 'sap-account');
    operator = await start();
    await namespace.waitFor(KIND, 'crm', 'AccountReady', 'False', 'AccountNotReady');
  }
  async function remove(namespace: Namespace): Promise<void> {
    await namespace.remove(KIND, 'crm');
    await namespace.waitGone(KIND, 'crm');
  }

  it('during a create is no internal error, and the instance is found afterwards', async () => {
    const namespace = await arrange();
    const create = bench.simulator.faults.inject({
      match: { operation: 'createInstance' },
      fault: { kind: 'hang', when: 'after' },
    });
    await namespace.create(connector('crm'));
    await poll(
      async () => (create.hits() === 1 && instancesOf(namespace).length === 1 ? true : undefined),
      30_000,
      () => 'the create was not sent',
    );
    const { userSecret } = bench.simulator.rotateUserSecret();
    await namespace.patch('OpenConnectorsAccount', 'sap', {
      metadata: { annotations: { 'openconnectors.dev/reconcile-at': 'now' } },
    });
    await namespace.waitFor(KIND, 'crm', 'AccountReady', 'False', 'AccountUnauthorized');
    await namespace.patch('Secret', 'sap-account', { stringData: { userSecret } });
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    expect(instancesOf(namespace)).toHaveLength(1);
    expect((await namespace.connector('crm')).status?.instance?.id).toBe(instancesOf(namespace)[0]?.id);
    expect(operator.log.filter((line) => line.includes('InternalError'))).toEqual([]);
    expect(operator.log.filter((line) => line.includes('the account was closed'))).toEqual([]);
  });

  it('does not keep a resource with Orphan, whose instance stays as it is', async () => {
    const namespace = await ready({ deletionPolicy: 'Orphan' });
    const before = instancesOf(namespace);
    await loseAccountSecret(namespace);
    const connection = await namespace.secret('crm-connection');
    await remove(namespace);
    expect(instancesOf(namespace)).toEqual(before);
    expect((await namespace.secret('crm-connection'))?.values).toEqual(connection?.values);
    expect((await namespace.secret('crm-connection'))?.owners).toEqual([]);
  });

  describe('after a create without a response', () => {
    it.each([
      ['that found nothing yet', 'Synced', 'SearchingInstance'],
      ['that was given up', 'Authorized', 'CredentialUsed'],
    ] as const)('does not keep a deleted resource %s', async (_title, condition, reason) => {
      const namespace = await arrange();
      bench.simulator.faults.inject({ match: { operation: 'createInstance' }, fault: { kind: 'reset' } });
      await namespace.create(connector('crm'));
      await namespace.waitFor(KIND, 'crm', condition, 'False', reason);
      await loseAccountSecret(namespace);
      await remove(namespace);
      expect(instancesOf(namespace)).toEqual([]);
    });

    it('does not hide the instance from a deletion', async () => {
      const namespace = await arrange();
      bench.simulator.knobs.listLagMs = 3_600_000;
      bench.simulator.faults.inject({
        match: { operation: 'createInstance' },
        fault: { kind: 'reset', when: 'after' },
      });
      await namespace.create(connector('crm'));
      await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'SearchingInstance');
      expect(instancesOf(namespace)).toHaveLength(1);
      await loseAccountSecret(namespace);
      bench.simulator.knobs.listLagMs = 0;
      await remove(namespace);
      expect(instancesOf(namespace)).toEqual([]);
    });
  });
});
