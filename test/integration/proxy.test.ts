import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import {
  type ConnectProxy,
  createConnectProxy,
  proxyCredentials,
  refusal,
} from '../unit/openconnectors/connect-proxy.ts';

describeControlPlanes('an operator behind a proxy', (plane) => {
  let bench: Workbench;
  let proxy: ConnectProxy;
  let namespace: Namespace;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    proxy = await createConnectProxy(refusal(407));
    bench.atStop(() => proxy.close());
    namespace = await bench.namespace('proxy');
    await createPrerequisites(bench, namespace);
  });
  afterAll(() => bench?.stop());

  test('says who refused, makes its instance once it may, and never shows the password', async () => {
    const { user, password } = proxyCredentials;
    const operator = await bench.startOperator({
      env: {
        HTTPS_PROXY: `http://${encodeURIComponent(user)}:${encodeURIComponent(password)}@localhost:${proxy.port}`,
        NO_PROXY: '.svc,10.0.0.0/8',
      },
    });
    await namespace.create(connector('crm'));
    const message = await namespace.waitFor(
      'OpenConnectorsAccount',
      'sap',
      'Ready',
      'False',
      'AccountUnreachable',
    );
    expect(message).toContain(`through the proxy localhost:${proxy.port}: `);
    expect(message).toContain('HTTP 407');
    expect(bench.simulator.instances()).toEqual([]);

    proxy.onConnect = (_client, open) => open();
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    expect(bench.simulator.instances()).toHaveLength(1);
    expect(new Set(proxy.asked.map(({ target }) => target))).toEqual(
      new Set([`localhost:${bench.simulator.port}`]),
    );
    const shown = `${message}${operator.log.join('')}${JSON.stringify((await namespace.connector('crm')).status)}`;
    for (const secret of [password, encodeURIComponent(password), btoa(`${user}:${password}`)]) {
      expect(shown).not.toContain(secret);
    }
  });
});
