import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { roleManifest } from '../../scripts/generate/rbac-manifests.ts';
import { DEPLOYED_ROLES, type DeployedRole } from '../../scripts/generate/rbac-roles.ts';
import { cliExitCodes } from '../../src/cli/exit-codes.ts';
import { type PluginResult, runOnAccount, startPlugin } from '../support/cli/plugin.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { needed, permissionsOfRole, permissionText } from '../support/rbac/permissions.ts';
import { createServiceAccount, post, serviceAccountKubeconfig } from '../support/rbac/service-account.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const KIND = 'InfusionsoftConnector';
const { ok, changesPlanned, timeout, failure } = cliExitCodes;
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** The commands of a role: arguments and exit code. */
const commands: Readonly<Record<string, readonly (readonly [readonly string[], number])[]>> = {
  import: [
    [['import'], ok.code],
    [['import', '--account', 'sap'], ok.code],
  ],
  plan: [[['plan', 'crm'], changesPlanned.code]],
  migrate: [
    [['migrate'], ok.code],
    // The patch is sent, and no one gives the consent.
    [['migrate', 'crm', '--yes', '--timeout', '1s'], timeout.code],
  ],
};

describeControlPlanes('the roles for people who use the plugin', (plane) => {
  let bench: Workbench;
  let folder = '';
  const created: string[] = [];
  beforeAll(async () => {
    bench = await startWorkbench(plane);
    folder = await mkdtemp(join(tmpdir(), 'command-roles-'));
    const roles = Object.keys(commands).map((command) => stringify(roleManifest(roleOf(command))));
    await plane.kubectl(['apply', '-f', '-'], { input: roles.join('---\n') });
    await bench.startOperator();
  });
  afterAll(async () => {
    for (const path of created) {
      await plane.rest.request('DELETE', path);
    }
    await bench?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** A namespace with a connector that is Ready, and an instance that no operator manages. */
  async function inhabited(): Promise<Namespace> {
    const namespace = await bench.namespace('role');
    await createPrerequisites(bench, namespace);
    bench.simulator.addInstance({ connector: 'infusionsoftrest', name: 'By hand', tags: [] });
    await namespace.create(connector('crm'));
    await namespace.waitFor(KIND, 'crm', 'Ready', 'True');
    return namespace;
  }

  /** Kubeconfig file and user name of an account in `namespace`, bound to `role` where it is given. */
  async function person(namespace: Namespace, name: string, role?: string) {
    await createServiceAccount(plane.rest, namespace.name, name);
    if (role !== undefined) {
      const metadata = { name: `${name}-${namespace.name}` };
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role };
      const subjects = [{ kind: 'ServiceAccount', name, namespace: namespace.name }];
      await post(plane.rest, `${RBAC}/clusterrolebindings`, { metadata, roleRef, subjects });
      created.push(`${RBAC}/clusterrolebindings/${metadata.name}`);
    }
    const kubeconfig = join(folder, `${name}-${namespace.name}`);
    await writeFile(kubeconfig, await serviceAccountKubeconfig(plane, namespace.name, name), { mode: 0o600 });
    return { kubeconfig, user: `system:serviceaccount:${namespace.name}:${name}` };
  }

  function run(namespace: Namespace, kubeconfig: string, args: readonly string[]): Promise<PluginResult> {
    return args[0] === 'migrate'
      ? startPlugin([...args, '-n', namespace.name], { KUBECONFIG: kubeconfig, HOME: folder }).ended
      : runOnAccount(bench, namespace, folder, args, kubeconfig);
  }

  describe.each(Object.entries(commands))('openconnectors-%s', (command, runs) => {
    it('is enough for its command, and each permission is used', async () => {
      const namespace = await inhabited();
      if (command === 'plan') {
        await namespace.patch(KIND, 'crm', {
          spec: { managementPolicy: 'Observe', instance: { tags: ['new'] } },
        });
        await namespace.waitFor(KIND, 'crm', 'Synced', 'False', 'ChangesPlanned');
      }
      const role = roleOf(command);
      const { kubeconfig, user } = await person(namespace, command, role.name);
      for (const [args, code] of runs) {
        const result = await run(namespace, kubeconfig, args);
        expect({ args, code: result.code, stderr: result.stderr }).toEqual({
          args,
          code,
          stderr: code === timeout.code ? expect.not.stringContaining('Forbidden') : '',
        });
      }

      const element = (await namespace.connector('crm')).spec.connector;
      expect(element).toBe(command === 'migrate' ? 'infusionsoftrest' : 'infusionsoftcrm');
      if (plane.ledger === undefined) {
        return; // Only the embedded server lists its requests.
      }
      const requests = plane.ledger.entries.filter((entry) => entry.user === user);
      expect(requests.filter(({ status }) => status === 403)).toEqual([]);
      const unused = permissionsOfRole(role).filter(
        (permission) => !requests.some((entry) => needed(permission, entry)),
      );
      expect(unused.map(permissionText)).toEqual([]);
    });

    it('is necessary for its command', async () => {
      const namespace = await bench.namespace('role');
      await createPrerequisites(bench, namespace);
      await namespace.create(connector('crm'));
      const { kubeconfig } = await person(namespace, command);
      for (const [args] of runs) {
        const { code, stderr } = await run(namespace, kubeconfig, args);
        expect({ args, code, stderr }).toEqual({
          args,
          code: failure.code,
          stderr: expect.stringContaining('Forbidden'),
        });
      }
    });
  });
});

function roleOf(command: string): DeployedRole {
  const role = DEPLOYED_ROLES.find(({ name }) => name === `openconnectors-${command}`);
  if (role === undefined) {
    throw new Error(`No role for ${command}`);
  }
  return role;
}
