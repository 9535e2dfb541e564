import type { LedgerEntry } from 'kube-apiserver-emulator/index.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATOR_NAME, OPERATOR_NAMESPACE } from '../../scripts/generate/rbac-roles.ts';
import { canRender, render, renderOverlay } from '../deploy/support/kustomize.ts';
import { createSite, type Site } from '../support/consent/site.ts';
import type { ControlPlane } from '../support/controlplane/control-plane.ts';
import { describeControlPlanes, requireFeature } from '../support/controlplane/describe.ts';
import { applyRights } from '../support/rbac/apply-rights.ts';
import { needed, type Permission, permissionsOf, permissionText } from '../support/rbac/permissions.ts';
import { post } from '../support/rbac/service-account.ts';
import { liveThrough } from '../support/rbac/whole-life.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { ELECTION } from '../support/workbench/election.ts';
import { connector } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  type RunningOperator,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

const user = `system:serviceaccount:${OPERATOR_NAMESPACE}:${OPERATOR_NAME}`;

/** What no request shows: each has to say where else it is proved. */
const unseen: Readonly<Record<string, string>> = {
  'update infusionsoftconnectors/finalizers.openconnectors.dev':
    'never asked for by a request, but by the admission plugin OwnerReferencesPermissionEnforcement, when the operator makes a Secret with an owner: see the test that takes it away',
};

const settings = {
  ...ELECTION,
  INVENTORY_INTERVAL: '1s',
};

/** Requests of the operator that were made since `from` entries, where the plane keeps them. */
function requestsOf(plane: ControlPlane, from = 0): readonly LedgerEntry[] {
  return (plane.ledger?.entries ?? []).slice(from).filter((entry) => entry.user === user);
}

const refusedLines = ({ log }: RunningOperator): readonly string[] =>
  log.filter((line) => /forbidden|"status":403/i.test(line));

function unused(
  permissions: readonly Permission[],
  requests: readonly LedgerEntry[],
  isMeant: (entry: LedgerEntry) => boolean,
): readonly string[] {
  return permissions
    .filter(
      (permission) =>
        !requests.some((entry) => needed(permission, entry) && isMeant(entry)) &&
        !Object.keys(unseen).some((text) => permissionText(permission).endsWith(`: ${text}`)),
    )
    .map(permissionText);
}

describe.skipIf(!canRender)('rights (needs kubectl)', () => {
  describeControlPlanes('the rights of the overlay cluster', (plane) => {
    let bench: Workbench;
    let site: Site;
    let namespace: Namespace;
    beforeAll(async () => {
      await applyRights(plane, render('deploy/overlays/cluster'));
      bench = await startWorkbench(plane, {}, { home: OPERATOR_NAMESPACE });
      site = await createSite();
      namespace = await bench.namespace('rights');
    });
    afterAll(async () => {
      await bench?.stop();
      await site?.stop();
    });

    test('are enough for everything that happens to a connector, and each of them is used', async () => {
      const operator = await bench.startOperator({ env: { ...settings, ...site.env() } });
      await liveThrough({ bench, namespace, site });
      await operator.stop();

      expect(refusedLines(operator)).toEqual([]);
      if (plane.ledger === undefined) {
        return; // Only the embedded server tells what it was asked.
      }
      const requests = requestsOf(plane);
      expect(requests.filter(({ status }) => status === 403)).toEqual([]);
      const home = unused(
        permissionsOf('deploy/base/rbac.yaml'),
        requests,
        (entry) => entry.namespace === OPERATOR_NAMESPACE,
      );
      const cluster = unused(
        permissionsOf('deploy/overlays/cluster/rbac.yaml'),
        requests,
        (entry) => entry.namespace !== OPERATOR_NAMESPACE,
      );
      expect([...home, ...cluster]).toEqual([]);
    });

    test('let it own Secrets where ownership is checked, and without that right it cannot', async () => {
      const path = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${OPERATOR_NAME}`;
      const own = await bench.namespace('rights');
      await createPrerequisites(bench, own);
      const role = (await plane.rest.request('GET', path)).body as { rules: { resources: string[] }[] };
      const rules = role.rules.filter(
        ({ resources }) => !resources.some((one) => one.endsWith('/finalizers')),
      );
      expect(rules).toHaveLength(role.rules.length - 1);
      await patchRules(plane, path, rules);
      const operator = await bench.startOperator({ env: settings });
      await own.create(connector('crm'));
      await expect.poll(() => refusedLines(operator).join('\n')).toMatch(/finalizers|forbidden/i);
      expect(await own.secret('crm-connection')).toBeUndefined();

      await patchRules(plane, path, role.rules);
      await own.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
      await own.remove('InfusionsoftConnector', 'crm');
      await own.waitGone('InfusionsoftConnector', 'crm');
      await operator.stop();
    });

    test('give users access to the resources alone, and to no other user', async (context) => {
      requireFeature(context, plane, 'garbageCollection');
      const { name } = namespace;
      const can = async (who: string, ...what: readonly string[]): Promise<string> =>
        (
          await plane.kubectl(['auth', 'can-i', ...what, '-n', name, `--as=${who}`], { check: false })
        ).stdout.trim();
      for (const [role, who] of [
        ['view', 'looker'],
        ['edit', 'worker'],
      ] as const) {
        await post(plane.rest, `/apis/rbac.authorization.k8s.io/v1/namespaces/${name}/rolebindings`, {
          metadata: { name: who },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
          subjects: [{ kind: 'User', name: who }],
        });
      }
      await expect.poll(() => can('looker', 'list', 'infusionsoftconnectors')).toBe('yes');
      expect(await can('looker', 'create', 'infusionsoftconnectors')).toBe('no');
      expect(await can('looker', 'get', 'secrets')).toBe('no');
      expect(await can('worker', 'create', 'openconnectorsaccounts')).toBe('yes');
      expect(await can('worker', 'list', 'infusionsoftconnectors')).toBe('yes');
      expect(await can('worker', 'patch', 'infusionsoftconnectors', '--subresource=status')).toBe('no');
      expect(await can('nobody', 'list', 'infusionsoftconnectors')).toBe('no');
    });
  });

  describeControlPlanes('the rights of the overlay namespaced', (plane) => {
    let bench: Workbench;
    let site: Site;
    beforeAll(async () => {
      await applyRights(plane, render('deploy/overlays/namespaced'));
      bench = await startWorkbench(plane, {}, { home: OPERATOR_NAMESPACE });
      site = await createSite();
    });
    afterAll(async () => {
      await bench?.stop();
      await site?.stop();
    });

    test('are enough in the namespaces that they are given in, without any cluster role', async () => {
      const namespace = await bench.namespace('rights');
      const neighbor = await bench.namespace('rights');
      await applyRights(
        plane,
        renderOverlay({ namespace: namespace.name, resources: ['deploy/watched-namespace'] }),
      );
      await createPrerequisites(bench, neighbor);
      await neighbor.create(connector('crm'));
      const from = plane.ledger?.length ?? 0;
      const operator = await bench.startOperator({
        env: {
          ...settings,
          ...site.env(),
          WATCH_NAMESPACES: `${OPERATOR_NAMESPACE},${namespace.name}`,
          CLUSTER_ID: 'rights-test',
        },
      });
      await liveThrough({ bench, namespace, site });
      await operator.stop();

      expect(refusedLines(operator)).toEqual([]);
      expect((await neighbor.connector('crm')).status?.conditions).toBeUndefined();
      const bindings = await plane.kubectl(['get', 'clusterrolebindings', '-o', 'name']);
      expect(bindings.stdout).not.toContain('openconnectors');
      expect(bindings.stdout).not.toContain(OPERATOR_NAME);
      if (plane.ledger === undefined) {
        return; // Only the embedded server tells what it was asked.
      }
      const requests = requestsOf(plane, from);
      const own = new Set([OPERATOR_NAMESPACE, namespace.name]);
      expect(requests.filter((entry) => entry.status === 403 || !own.has(entry.namespace))).toEqual([]);
      const watched = permissionsOf('deploy/watched-namespace/rbac.yaml');
      expect(unused(watched, requests, (entry) => entry.namespace === namespace.name)).toEqual([]);
    });
  });
});

async function patchRules(plane: ControlPlane, path: string, rules: readonly object[]): Promise<void> {
  const patch = [{ op: 'replace', path: '/rules', value: rules }];
  const answer = await plane.rest.request('PATCH', path, patch, {
    contentType: 'application/json-patch+json',
  });
  expect(answer.status).toBe(200);
}
