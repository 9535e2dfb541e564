import { bindingManifest, roleManifest } from '../../../scripts/generate/rbac-manifests.ts';
import {
  DEPLOYED_ROLES,
  type DeployedRole,
  OPERATOR_NAME,
  OPERATOR_NAMESPACE,
} from '../../../scripts/generate/rbac-roles.ts';
import type { Rest } from '../controlplane/rest.ts';
import { createServiceAccount, post } from './service-account.ts';

const root = '/apis/rbac.authorization.k8s.io/v1';

/** Granted permissions, and how to revoke them. */
export interface GivenRights {
  /** Deletes what is not in a namespace. */
  remove(): Promise<void>;
}

/**
 * Creates the operator's service account in `home` with the roles of the overlay `cluster`. Cluster-scoped roles get
 * unique names, so that several installations can share a cluster.
 */
export async function giveClusterRights(rest: Rest, home: string): Promise<GivenRights> {
  await createServiceAccount(rest, home, OPERATOR_NAME);
  const roles = DEPLOYED_ROLES.filter(
    ({ bound, kind, file }) => bound && (kind === 'ClusterRole' || file === 'deploy/base/rbac.yaml'),
  ).map((role) => placed(role, home));
  for (const role of roles) {
    await post(rest, collectionOf(role, 's'), roleManifest(role));
    await post(rest, collectionOf(role, 'bindings'), ownBinding(role, home));
  }
  return {
    async remove() {
      for (const role of roles.filter(({ kind }) => kind === 'ClusterRole')) {
        await rest.request('DELETE', `${collectionOf(role, 'bindings')}/${role.name}`);
        await rest.request('DELETE', `${collectionOf(role, 's')}/${role.name}`);
      }
    },
  };
}

function placed(role: DeployedRole, home: string): DeployedRole {
  return role.kind === 'Role' ? { ...role, namespace: home } : { ...role, name: `${role.name}-${home}` };
}

/** The binding, to the service account of this installation. */
function ownBinding(role: DeployedRole, home: string): object {
  return {
    ...bindingManifest(role),
    subjects: [{ kind: 'ServiceAccount', name: OPERATOR_NAME, namespace: home }],
  };
}

function collectionOf({ kind, namespace }: DeployedRole, ending: string): string {
  const scope = kind === 'Role' ? `/namespaces/${namespace ?? OPERATOR_NAMESPACE}` : '';
  return `${root}${scope}/${kind.toLowerCase()}${ending}`;
}
