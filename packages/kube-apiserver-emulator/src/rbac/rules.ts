import { type KubeObject, objectOf, stringOf } from '../objects.ts';
import { once } from '../once.ts';
import { type Attributes, fullResource } from './attributes.ts';

/** One rule of a role. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Empty: all names, and none. */
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** The rules of a stored role; every request asks for them. */
export const rulesOf = once((role: KubeObject): readonly PolicyRule[] =>
  (Array.isArray(role['rules']) ? role['rules'] : []).map(objectOf).map((rule) => ({
    verbs: stringsOf(rule['verbs']),
    apiGroups: stringsOf(rule['apiGroups']),
    resources: stringsOf(rule['resources']),
    resourceNames: stringsOf(rule['resourceNames']),
    nonResourceURLs: stringsOf(rule['nonResourceURLs']),
  })),
);

/** A list of strings in a stored object. */
export function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(stringOf) : [];
}

/** True when the rule allows what the attributes say. */
export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!includesOrAll(rule.verbs, attributes.verb)) {
    return false;
  }
  if ('path' in attributes) {
    return rule.nonResourceURLs.some((pattern) => urlMatches(pattern, attributes.path));
  }
  return (
    includesOrAll(rule.apiGroups, attributes.group) &&
    resourceMatches(rule.resources, attributes) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(attributes.name))
  );
}

function resourceMatches(
  resources: readonly string[],
  attributes: { readonly resource: string; readonly subresource: string },
): boolean {
  return (
    includesOrAll(resources, fullResource(attributes)) ||
    (attributes.subresource !== '' && resources.includes(`*/${attributes.subresource}`))
  );
}

function urlMatches(pattern: string, path: string): boolean {
  return pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));
}

function includesOrAll(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}
