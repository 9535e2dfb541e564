import { generatedFrom, table } from './markdown.ts';
import type { RbacRule } from './rbac.ts';
import { DEPLOYED_ROLES, type DeployedRole } from './rbac-roles.ts';

/** `docs/reference/rbac.md`. */
export function renderRbacPage(): string {
  return [
    '# Permissions',
    '',
    generatedFrom('scripts/generate/rbac.ts'),
    '',
    'Every permission that the manifests of `deploy/` give, and why. The overlay `namespaced` has no cluster role at all;',
    'the CRDs are installed by the user who applies the manifests.',
    '',
    ...DEPLOYED_ROLES.flatMap(section),
  ].join('\n');
}

function section(role: DeployedRole): string[] {
  return [
    `## ${role.kind} \`${role.name}\``,
    '',
    `${role.purpose} Declared in \`${role.file}\`.`,
    '',
    table(['Group', 'Resources', 'Verbs', 'Why'], role.rules.map(row)),
    '',
  ];
}

function row({ apiGroups, resources, resourceNames, verbs, why }: RbacRule): string[] {
  const names = resourceNames === undefined ? '' : ` (only ${code(resourceNames)})`;
  return [code(apiGroups.map((group) => group || 'core')), `${code(resources)}${names}`, code(verbs), why];
}

function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}
