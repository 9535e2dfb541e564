import type { Source } from '../deploy-manifests.ts';
import { bindingManifest, roleManifest } from '../rbac-manifests.ts';
import { DEPLOYED_ROLES, type DeployedRole, OPERATOR_NAME } from '../rbac-roles.ts';
import { placed, sourceOf } from './sources.ts';
import { expr, renderTemplate } from './template.ts';

const SOURCE = 'scripts/generate/rbac.ts';

/** The roles of the operator and of people, as templates. */
export function rbacTemplates(): readonly { readonly name: string; readonly text: string }[] {
  return [
    { name: 'rbac-home.yaml', text: renderTemplate(of('deploy/base/rbac.yaml'), SOURCE) },
    {
      name: 'rbac-cluster.yaml',
      text: renderTemplate(
        of('deploy/overlays/cluster/rbac.yaml').map((object) => clusterNamed(object)),
        SOURCE,
        'not .Values.watchNamespaces',
      ),
    },
    { name: 'rbac-namespaced.yaml', text: watched() },
    {
      name: 'rbac-users.yaml',
      text: renderTemplate(
        of('deploy/overlays/cluster/user-roles.yaml'),
        SOURCE,
        'and .Values.rbac.userRoles (not .Values.watchNamespaces)',
      ),
    },
  ];
}

function of(file: string): readonly Source[] {
  return DEPLOYED_ROLES.filter((role) => role.file === file).flatMap((role) =>
    (role.bound ? [roleManifest(role), withReleaseSubject(role)] : [roleManifest(role)]).map((object) =>
      placed(sourceOf(object)),
    ),
  );
}

function withReleaseSubject(role: DeployedRole): object {
  const subject = { kind: 'ServiceAccount', name: OPERATOR_NAME, namespace: expr('$.Release.Namespace') };
  return { ...bindingManifest(role), subjects: [subject] };
}

function clusterNamed(object: Source): Source {
  const name = expr('.Values.rbac.clusterRoleName');
  const { roleRef } = object;
  return {
    ...object,
    metadata: { ...object.metadata, name },
    ...(typeof roleRef === 'object' && roleRef !== null && { roleRef: { ...roleRef, name } }),
  };
}

/** A Role and its binding in each watched namespace. */
function watched(): string {
  const objects = of('deploy/watched-namespace/rbac.yaml').map((object) => ({
    ...object,
    metadata: { ...object.metadata, namespace: expr('$namespace') },
  }));
  const [head, ...lines] = renderTemplate(objects, SOURCE).split('\n');
  const body = lines
    .join('\n')
    .replaceAll('include "operator.labels" .', 'include "operator.labels" $')
    .replaceAll('with .Values.', 'with $.Values.');
  return `${head}\n{{- range $namespace := .Values.watchNamespaces }}\n---\n${body}{{- end }}\n`;
}
