import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { connector, secret } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  newCode,
  type RunningOperator,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

describeControlPlanes('the life of a connector', (plane) => {
  let bench: Workbench;
  let operator: RunningOperator;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    operator = await bench.startOperator();
  });
  afterAll(() => bench?.stop());

  describe('with an authorization code', () => {
    test('goes from a manifest to Ready and back to nothing', async () => {
      const namespace = await bench.namespace('lifecycle');
      await createPrerequisites(bench, namespace);
      await namespace.create(connector('crm'));

      await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'True', 'Succeeded');
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True', 'Succeeded');

      const { status, metadata } = await namespace.connector('crm');
      const [instance, ...others] = bench.simulator.instances();
      expect(others).toEqual([]);
      expect(instance?.works).toBe(true);
      expect(status?.instance?.id).toBe(instance?.id);
      expect(status?.binding?.name).toBe('crm-connection');
      const connection = await namespace.secret('crm-connection');
      expect(connection?.type).toBe('servicebinding.io/open-connectors');
      expect(connection?.owners).toEqual([metadata.uid]);
      expect(connection?.values).toEqual({
        type: 'open-connectors',
        provider: 'sap',
        uri: `${bench.simulator.baseUrl}/elements/api-v2`,
        host: `localhost:${bench.simulator.port}`,
        element: 'infusionsoftcrm',
        'element-token': instance?.token,
      });

      await namespace.remove('InfusionsoftConnector', 'crm');
      await namespace.waitGone('InfusionsoftConnector', 'crm');
      expect(bench.simulator.instances()).toEqual([]);
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
    });

    test('asks for a code that is not there, and goes on when it comes', async () => {
      const namespace = await bench.namespace('lifecycle');
      await createPrerequisites(bench, namespace, { code: false });
      await namespace.create(connector('crm'));
      const message = await namespace.waitFor(
        'InfusionsoftConnector',
        'crm',
        'Authorized',
        'False',
        'AuthorizationRequired',
      );
      expect(message).toBe(
        `Waiting for OAuth consent. Run: kubectl openconnectors authorize crm -n ${namespace.name}`,
      );

      await namespace.create(secret('crm-code', { code: newCode(bench.simulator) }));
      await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      await namespace.remove('InfusionsoftConnector', 'crm');
      await namespace.waitGone('InfusionsoftConnector', 'crm');
      expect(operator.log.length).toBeGreaterThan(0);
    });
  });
});
