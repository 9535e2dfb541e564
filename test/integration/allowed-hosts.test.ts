import { join } from 'node:path';
import { type Simulator, startSimulator } from 'open-connectors-simulator/simulator.ts';
import { createAuthority } from 'test-kit/certificate-authority.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installCrds, readCrds, withoutRules } from '../support/controlplane/crds.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  newCode,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';
import { type ConnectProxy, createConnectProxy } from '../unit/openconnectors/connect-proxy.ts';

const crdFolder = join(import.meta.dirname, '..', '..', 'crds');

describeControlPlanes('hosts outside of ALLOWED_HOSTS on a server without CEL', (plane) => {
  let bench: Workbench;
  let foreign: Simulator;
  let proxy: ConnectProxy;
  beforeAll(async () => {
    // Only ALLOWED_HOSTS may stand between the credentials and the second host: it has a trusted certificate, and
    // behind a proxy no address is checked.
    const authority = await createAuthority('open connectors simulators');
    bench = await startWorkbench(plane, { authority });
    await installCrds(plane.rest, withoutRules(await readCrds(crdFolder)));
    foreign = await startSimulator({ authority });
    proxy = await createConnectProxy();
    bench.atStop(async () => {
      await proxy.close();
      await foreign.stop();
      await plane.installCrds();
    });
    await bench.startOperator({ env: { HTTPS_PROXY: `http://localhost:${proxy.port}` } });
  });
  afterAll(() => bench?.stop());

  const callsToForeign = (): readonly unknown[] => [
    ...proxy.asked.filter(({ target }) => target === `localhost:${foreign.port}`),
    ...foreign.ledger.entries(),
  ];

  async function connected(): Promise<Namespace> {
    const namespace = await bench.namespace('hosts');
    await createPrerequisites(bench, namespace);
    await namespace.create(connector('crm'));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    return namespace;
  }

  describe('after baseUrl was edited', () => {
    it('sends no credential and no code there, and resumes when the edit is undone', async () => {
      const namespace = await connected();
      await namespace.patch('OpenConnectorsAccount', 'sap', { spec: { baseUrl: foreign.baseUrl } });
      await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'HostNotAllowed');
      // Work that is due: a change of the instance, and a code that waits to be sent.
      await namespace.patch('InfusionsoftConnector', 'crm', { spec: { instance: { name: 'Sales' } } });
      await namespace.patch('Secret', 'crm-code', { stringData: { code: newCode(bench.simulator) } });
      await namespace.create(connector('erp'));
      for (const name of ['crm', 'erp']) {
        await namespace.waitFor('InfusionsoftConnector', name, 'AccountReady', 'False', 'HostNotAllowed');
      }
      expect(callsToForeign()).toEqual([]);

      await namespace.patch('OpenConnectorsAccount', 'sap', { spec: { baseUrl: bench.simulator.baseUrl } });
      for (const name of ['crm', 'erp']) {
        await namespace.waitFor('InfusionsoftConnector', name, 'Ready', 'True');
      }
      expect(callsToForeign()).toEqual([]);
    });

    it('deletes the instance with the fallback credentials, at the recorded host', async () => {
      const namespace = await connected();
      await namespace.patch('OpenConnectorsAccount', 'sap', { spec: { baseUrl: foreign.baseUrl } });
      await namespace.waitFor('OpenConnectorsAccount', 'sap', 'Ready', 'False', 'HostNotAllowed');
      await namespace.remove('InfusionsoftConnector', 'crm');
      await namespace.waitGone('InfusionsoftConnector', 'crm');
      expect(
        bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`)),
      ).toEqual([]);
      expect(callsToForeign()).toEqual([]);
    });
  });
});
