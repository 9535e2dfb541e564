import type { User } from '../http/authentication.ts';
import { groupOf, type KubeObject, type OwnerReference, sameJson } from '../objects.ts';
import type { Authorizer } from '../rbac/authorizer.ts';
import type { Registry } from '../registry.ts';
import type { ResourceType } from '../resource-type.ts';
import { type ApiError, forbidden } from '../status.ts';

/** The input of the check. */
export interface OwnerReferenceCheck {
  readonly registry: Registry;
  readonly authorizer: Authorizer;
  readonly user: User;
  readonly type: ResourceType;
}

/**
 * The admission plugin OwnerReferencesPermissionEnforcement
 * (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/): a user who changes owner references
 * needs the right to delete the object, and for `blockOwnerDeletion` to update the owner's `finalizers`. Fails with 403.
 */
export function checkOwnerReferences(
  check: OwnerReferenceCheck,
  next: KubeObject,
  current: KubeObject | undefined,
): void {
  const { authorizer, user, type } = check;
  const owners = next.metadata.ownerReferences ?? [];
  const before = current?.metadata.ownerReferences ?? [];
  if (sameJson(owners, before)) {
    return;
  }
  const { name = '', namespace = '' } = next.metadata;
  if (current !== undefined) {
    const { group, plural: resource } = type;
    const asked = { verb: 'delete', group, resource, subresource: '', namespace, name };
    const { allowed, reason } = authorizer.decide(user, asked);
    if (!allowed) {
      throw refuse(type, name, `cannot set an ownerRef on a resource you can't delete: ${reason}, <nil>`);
    }
  }
  for (const owner of owners.filter((one) => blocks(one) && !before.some((old) => isSame(old, one)))) {
    checkFinalizers(check, owner, name, namespace);
  }
}

function checkFinalizers(
  { registry, authorizer, user, type }: OwnerReferenceCheck,
  owner: OwnerReference,
  name: string,
  namespace: string,
): void {
  const group = groupOf(owner.apiVersion);
  const version = owner.apiVersion.split('/').at(-1) ?? '';
  const ownerType = registry.findKind(group, owner.kind, version);
  if (ownerType === undefined) {
    throw refuse(
      type,
      name,
      `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${owner.apiVersion} Kind ${owner.kind}: no matches for kind "${owner.kind}" in version "${owner.apiVersion}"`,
    );
  }
  const { allowed, reason } = authorizer.decide(user, {
    verb: 'update',
    group,
    resource: ownerType.plural,
    subresource: 'finalizers',
    namespace: ownerType.namespaced ? namespace : '',
    name: owner.name,
  });
  if (!allowed) {
    throw refuse(
      type,
      name,
      `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${reason}, <nil>`,
    );
  }
}

function refuse(type: ResourceType, name: string, why: string): ApiError {
  return forbidden({ group: type.group, resource: type.plural }, name, why);
}

function blocks(owner: OwnerReference): boolean {
  return owner.blockOwnerDeletion === true;
}

function isSame(old: OwnerReference, owner: OwnerReference): boolean {
  return old.uid === owner.uid && blocks(old);
}
