import type { LedgerEntry } from 'kube-apiserver-emulator/index.ts';
import { DEPLOYED_ROLES, type DeployedRole } from '../../../scripts/generate/rbac-roles.ts';

/** One verb on one resource of a role. */
export interface Permission {
  readonly role: DeployedRole;
  readonly group: string;
  /** With its subresource: `widgets/status`. */
  readonly resource: string;
  readonly verb: string;
  readonly resourceNames: readonly string[] | undefined;
}

/** All permissions of the operator's role in a file of `deploy/`. */
export function permissionsOf(file: string): readonly Permission[] {
  return DEPLOYED_ROLES.filter((role) => role.bound && role.file === file).flatMap(permissionsOfRole);
}

/** All permissions of a role. */
export function permissionsOfRole(role: DeployedRole): readonly Permission[] {
  return role.rules.flatMap(({ apiGroups, resources, verbs, resourceNames }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => ({ role, group, resource, verb, resourceNames }))),
    ),
  );
}

/** True if the request needed this permission. The caller checks the namespace. */
export function needed({ group, resource, verb, resourceNames }: Permission, entry: LedgerEntry): boolean {
  const asked = entry.subresource === '' ? entry.resource : `${entry.resource}/${entry.subresource}`;
  return (
    entry.group === group &&
    asked === resource &&
    entry.verb === verb &&
    (resourceNames === undefined || resourceNames.includes(entry.name))
  );
}

/** For messages: `Role infusionsoft-connector-operator-home: get secrets`. */
export function permissionText({ role, group, resource, verb }: Permission): string {
  const qualified = group === '' ? resource : `${resource}.${group}`;
  return `${role.kind} ${role.name}: ${verb} ${qualified}`;
}
