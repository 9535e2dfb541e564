import type { User } from '../http/authentication.ts';
import { type JsonObject, type KubeObject, objectOf, stringOf } from '../objects.ts';
import type { Store } from '../store.ts';
import type { Attributes } from './attributes.ts';
import { type PolicyRule, ruleAllows, rulesOf } from './rules.ts';

/** The decision of an authorizer. */
export interface Decision {
  readonly allowed: boolean;
  /** The binding that allowed it, or an error of a rule; often empty. */
  readonly reason: string;
}

/** All rules of a user in a namespace, and errors of resolution. */
export interface Permissions {
  readonly rules: readonly PolicyRule[];
  readonly errors: readonly string[];
}

/** Authorizes requests. */
export interface Authorizer {
  decide(user: User, attributes: Attributes): Decision;
  permissions(user: User, namespace: string): Permissions;
}

const everything: PolicyRule = {
  verbs: ['*'],
  apiGroups: ['*'],
  resources: ['*'],
  resourceNames: [],
  nonResourceURLs: [],
};

/** Allows everything. */
export const alwaysAllow: Authorizer = {
  decide: () => ({ allowed: true, reason: '' }),
  permissions: () => ({
    rules: [everything, { ...everything, apiGroups: [], resources: [], nonResourceURLs: ['*'] }],
    errors: [],
  }),
};

/** Decides by the stored roles and bindings; members of `system:masters` may do everything. */
export function rbacAuthorizer(store: Store): Authorizer {
  return {
    decide(user, attributes) {
      if (user.groups.includes('system:masters')) {
        return { allowed: true, reason: '' };
      }
      const errors: string[] = [];
      for (const grant of grantsTo(store, user, 'path' in attributes ? '' : attributes.namespace)) {
        if ('error' in grant) {
          errors.push(grant.error);
        } else if (grant.rules.some((rule) => ruleAllows(rule, attributes))) {
          return { allowed: true, reason: `RBAC: allowed by ${grant.origin}` };
        }
      }
      return { allowed: false, reason: errors.length === 0 ? '' : `RBAC: ${aggregate(errors)}` };
    },
    permissions(user, namespace) {
      const grants = [...grantsTo(store, user, namespace)];
      return {
        rules: grants.flatMap((grant) => ('rules' in grant ? grant.rules : [])),
        errors: grants.flatMap((grant) => ('error' in grant ? [grant.error] : [])),
      };
    },
  };
}

/** Several errors as one text. */
export function aggregate(errors: readonly string[]): string {
  return errors.length === 1 ? errors.join('') : `[${errors.join(', ')}]`;
}

type Grant = { readonly rules: readonly PolicyRule[]; readonly origin: string } | { readonly error: string };

/** The rules of each binding of the user, cluster-wide ones first. */
function* grantsTo(store: Store, user: User, namespace: string): Generator<Grant> {
  for (const [, binding] of store.list('clusterrolebindings').entries) {
    yield* grantOf(store, user, binding, '');
  }
  if (namespace === '') {
    return;
  }
  for (const [key, binding] of store.list('rolebindings').entries) {
    if (key.startsWith(`${namespace}/`)) {
      yield* grantOf(store, user, binding, namespace);
    }
  }
}

function* grantOf(store: Store, user: User, binding: KubeObject, namespace: string): Generator<Grant> {
  const subjects = Array.isArray(binding['subjects']) ? binding['subjects'].map(objectOf) : [];
  const subject = subjects.find((one) => isMeant(one, user, namespace));
  if (subject === undefined) {
    return;
  }
  const { kind, name } = objectOf(binding['roleRef']);
  const [roleKind, roleName] = [stringOf(kind), stringOf(name)];
  const role =
    roleKind === 'Role'
      ? store.get('roles', `${namespace}/${roleName}`)
      : store.get('clusterroles', roleName);
  yield role === undefined
    ? { error: `${roleKind.toLowerCase()}.rbac.authorization.k8s.io "${roleName}" not found` }
    : {
        rules: rulesOf(role),
        origin: `${bindingText(binding)} of ${roleKind} "${roleName}" to ${subjectText(subject, namespace)}`,
      };
}

function isMeant(subject: JsonObject, user: User, namespace: string): boolean {
  const name = stringOf(subject['name']);
  switch (subject['kind']) {
    case 'User':
      return user.name === name;
    case 'Group':
      return user.groups.includes(name);
    case 'ServiceAccount':
      return user.name === `system:serviceaccount:${stringOf(subject['namespace']) || namespace}:${name}`;
    default:
      return false;
  }
}

function bindingText({ kind, metadata }: KubeObject): string {
  const { name = '', namespace } = metadata;
  return `${kind} "${namespace === undefined ? name : `${name}/${namespace}`}"`;
}

function subjectText(subject: JsonObject, namespace: string): string {
  const { kind, name } = subject;
  const of = kind === 'ServiceAccount' ? `/${stringOf(subject['namespace']) || namespace}` : '';
  return `${stringOf(kind)} "${stringOf(name)}${of}"`;
}
