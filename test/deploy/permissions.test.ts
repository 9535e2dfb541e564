import { afterEach, describe, expect, test } from 'vitest';
import { OPERATOR_NAMESPACE } from '../../scripts/generate/rbac-roles.ts';
import { type ControlPlane, controlPlaneOn } from '../support/controlplane/control-plane.ts';
import { startKubeApiServer } from '../support/controlplane/kube-apiserver.ts';
import { createNamespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import { type OperatorProcess, startOperatorProcess } from '../support/workbench/process.ts';
import { createPrerequisites, startWorkbench } from '../support/workbench/workbench.ts';
import { createOperatorAccount, type OperatorAccount } from './support/operator-account.ts';

const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';

/** Starts everything, gives the rights of an installation, and leaves it to the test to use it. */
async function install(cleanup: (() => Promise<unknown>)[]) {
  const server = await startKubeApiServer(assets, { authorization: 'RBAC' });
  cleanup.push(server.stop);
  const plane: ControlPlane = await controlPlaneOn({
    name: 'kube-apiserver',
    kubeconfig: server.kubeconfig,
    controllers: false,
    kubectl: 'kubectl',
    lasting: false,
    stop: async () => undefined,
  });
  cleanup.push(plane.stop);
  const bench = await startWorkbench(plane);
  cleanup.push(bench.stop);
  const account: OperatorAccount = await createOperatorAccount(server, plane.rest);
  cleanup.push(account.close);
  const start = (env: Readonly<Record<string, string>> = {}): OperatorProcess => {
    const operator = startOperatorProcess(bench, {
      KUBECONFIG: account.kubeconfig,
      POD_NAMESPACE: OPERATOR_NAMESPACE,
      LEADER_ELECT: 'true',
      ...env,
    });
    cleanup.push(() => operator.kill());
    return operator;
  };
  return { plane, bench, account, start };
}

const complaints = (operator: OperatorProcess): readonly string[] =>
  operator.lines.filter((line) => /forbidden|"level":"error"/i.test(line));

describe.skipIf(assets === '')('permissions on a kube-apiserver with RBAC (needs KUBEBUILDER_ASSETS)', () => {
  const cleanup: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const step of cleanup.splice(0).toReversed()) {
      await step();
    }
  });

  test('the roles of the overlay cluster are enough for the whole life of a connector', async () => {
    const { bench, account, start } = await install(cleanup);
    await account.grant('deploy/base/rbac.yaml');
    await account.grant('deploy/overlays/cluster/rbac.yaml');
    const namespace = await bench.namespace('permissions');
    await createPrerequisites(bench, namespace);
    const operator = start();
    await namespace.create(connector('crm'));

    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    await expect.poll(async () => (await namespace.events('crm')).length).toBeGreaterThan(0);
    await namespace.remove('InfusionsoftConnector', 'crm');
    await namespace.waitGone('InfusionsoftConnector', 'crm');
    await namespace.remove('OpenConnectorsAccount', 'sap');
    await namespace.waitGone('OpenConnectorsAccount', 'sap');
    expect(await operator.terminate()).toBe(0);
    expect(complaints(operator)).toEqual([]);
  });

  test('the roles of the overlay namespaced are enough in the namespaces that they are given in', async () => {
    const { plane, bench, account, start } = await install(cleanup);
    const namespace = await createNamespace(plane, 'team');
    await account.grant('deploy/base/rbac.yaml');
    await account.grant('deploy/watched-namespace/rbac.yaml', namespace.name);
    await createPrerequisites(bench, namespace);
    const operator = start({ WATCH_NAMESPACES: namespace.name, CLUSTER_ID: 'permissions-test' });
    await namespace.create(connector('crm'));

    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    await namespace.remove('InfusionsoftConnector', 'crm');
    await namespace.waitGone('InfusionsoftConnector', 'crm');
    expect(await operator.terminate()).toBe(0);
    expect(complaints(operator)).toEqual([]);
  });

  test('without a role the operator does nothing, and says what it lacks', async () => {
    const { bench, account, start } = await install(cleanup);
    await account.grant('deploy/base/rbac.yaml');
    const namespace = await bench.namespace('permissions');
    await createPrerequisites(bench, namespace);
    await namespace.create(connector('crm'));
    const operator = start({ CLUSTER_ID: 'permissions-test' });

    await operator.line((line) => /forbidden/i.test(line));
    expect((await namespace.connector('crm')).status?.conditions).toBeUndefined();
    expect(bench.simulator.instances()).toEqual([]);
  });
});
