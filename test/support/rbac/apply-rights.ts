import { stringify } from 'yaml';
import type { Manifest } from '../../deploy/support/manifest.ts';
import type { ControlPlane } from '../controlplane/control-plane.ts';

/** The kinds of an installation that concern permissions. */
const kinds = ['Namespace', 'ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

/** Applies, with kubectl, the namespaces, accounts, roles and bindings among rendered manifests. */
export async function applyRights(plane: ControlPlane, manifests: readonly Manifest[]): Promise<void> {
  const rights = manifests.filter(({ kind }) => kinds.includes(kind));
  const input = rights.map((manifest) => stringify(manifest)).join('---\n');
  await plane.kubectl(['apply', '-f', '-'], { input });
}
