import { renderYaml } from './manifest.ts';
import type { Output } from './output.ts';
import type { RbacRule } from './rbac.ts';
import { DEPLOYED_ROLES, type DeployedRole, OPERATOR_NAME, OPERATOR_NAMESPACE } from './rbac-roles.ts';

const API_GROUP = 'rbac.authorization.k8s.io';
const SOURCE = 'scripts/generate/rbac.ts';

/** The YAML files with the roles and their bindings. */
export function rbacOutputs(): Output[] {
  const files = [...new Set(DEPLOYED_ROLES.map(({ file }) => file))];
  return files.map((path) => ({
    path,
    render: () =>
      DEPLOYED_ROLES.filter(({ file }) => file === path)
        .flatMap((role) => (role.bound ? [roleManifest(role), bindingManifest(role)] : [roleManifest(role)]))
        .map((manifest, index) => (index === 0 ? renderYaml(manifest, SOURCE) : `---\n${bare(manifest)}`))
        .join(''),
  }));
}

/** The role as Kubernetes has it: rules without their reasons. */
export function roleManifest(role: DeployedRole): object {
  return {
    apiVersion: `${API_GROUP}/v1`,
    kind: role.kind,
    metadata: metadataOf(role, role.labels),
    rules: role.rules.map(withoutReason),
  };
}

/** What gives the role to the operator's service account. */
export function bindingManifest(role: DeployedRole): object {
  return {
    apiVersion: `${API_GROUP}/v1`,
    kind: `${role.kind}Binding`,
    metadata: metadataOf(role),
    roleRef: { apiGroup: API_GROUP, kind: role.kind, name: role.name },
    subjects: [{ kind: 'ServiceAccount', name: OPERATOR_NAME, namespace: OPERATOR_NAMESPACE }],
  };
}

function metadataOf(
  { name, namespace }: DeployedRole,
  labels: Readonly<Record<string, string>> = {},
): object {
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    labels: {
      'app.kubernetes.io/name': OPERATOR_NAME,
      'app.kubernetes.io/part-of': 'openconnectors',
      'app.kubernetes.io/managed-by': 'kustomize',
      ...labels,
    },
  };
}

/** A rule as Kubernetes has it. */
export function withoutReason({ apiGroups, resources, resourceNames, verbs }: RbacRule): object {
  return { apiGroups, resources, ...(resourceNames && { resourceNames }), verbs };
}

/** Without the comment, which stands once at the top of a file. */
function bare(manifest: object): string {
  return renderYaml(manifest, SOURCE).replace(/^#.*\n/, '');
}
