import { type JsonObject, type KubeObject, objectOf, sameJson, stringOf } from '../objects.ts';
import { type Cause, requiredValue, unsupportedValue } from '../status.ts';

/** What is wrong with the rules of a role. */
export function roleCauses(role: KubeObject, namespaced: boolean): Cause[] {
  return objectsOf(role['rules']).flatMap((rule, index) => ruleCauses(rule, `rules[${index}]`, namespaced));
}

function ruleCauses(rule: JsonObject, path: string, namespaced: boolean): Cause[] {
  const has = (field: string): boolean => stringsOf(rule[field]).length > 0;
  const causes = has('verbs')
    ? []
    : [requiredValue(`${path}.verbs`, 'verbs must contain at least one value')];
  if (has('nonResourceURLs')) {
    const urls = stringsOf(rule['nonResourceURLs'])
      .map((url) => JSON.stringify(url))
      .join(', ');
    const wrong = (why: string): Cause => ({
      reason: 'FieldValueInvalid',
      message: `Invalid value: []string{${urls}}: ${why}`,
      field: `${path}.nonResourceURLs`,
    });
    return [
      ...causes,
      ...(namespaced ? [wrong('namespaced rules cannot apply to non-resource URLs')] : []),
      ...(has('apiGroups') || has('resources') || has('resourceNames')
        ? [wrong('rules cannot apply to both regular resources and non-resource URLs')]
        : []),
    ];
  }
  return [
    ...causes,
    ...(has('apiGroups')
      ? []
      : [requiredValue(`${path}.apiGroups`, 'resource rules must supply at least one api group')]),
    ...(has('resources')
      ? []
      : [requiredValue(`${path}.resources`, 'resource rules must supply at least one resource')]),
  ];
}

/** What is wrong with a binding that may refer to roles of these kinds. */
export function bindingCauses(binding: KubeObject, kinds: readonly string[]): Cause[] {
  const { apiGroup, kind, name } = objectOf(binding['roleRef']);
  return [
    ...oneOf('roleRef.apiGroup', apiGroup, ['rbac.authorization.k8s.io']),
    ...oneOf('roleRef.kind', kind, kinds),
    ...(stringOf(name) === '' ? [requiredValue('roleRef.name')] : []),
    ...objectsOf(binding['subjects']).flatMap((subject, index) =>
      subjectCauses(subject, `subjects[${index}]`, kinds.length > 1),
    ),
  ];
}

/** The role of a binding is immutable. */
export function roleRefCauses(next: KubeObject, current: KubeObject): Cause[] {
  if (sameJson(next['roleRef'], current['roleRef'])) {
    return [];
  }
  const { apiGroup, kind, name } = objectOf(next['roleRef']);
  const shown = `rbac.RoleRef{APIGroup:"${stringOf(apiGroup)}", Kind:"${stringOf(kind)}", Name:"${stringOf(name)}"}`;
  return [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${shown}: cannot change roleRef`,
      field: 'roleRef',
    },
  ];
}

function subjectCauses(subject: JsonObject, path: string, namespaced: boolean): Cause[] {
  const named = stringOf(subject['name']) === '' ? [requiredValue(`${path}.name`)] : [];
  switch (subject['kind']) {
    case 'ServiceAccount':
      return [
        ...named,
        ...oneOf(`${path}.apiGroup`, subject['apiGroup'] ?? '', ['']),
        ...(!namespaced && stringOf(subject['namespace']) === '' ? [requiredValue(`${path}.namespace`)] : []),
      ];
    case 'User':
    case 'Group':
      return [...named, ...oneOf(`${path}.apiGroup`, subject['apiGroup'], ['rbac.authorization.k8s.io'])];
    default:
      return [...named, ...oneOf(`${path}.kind`, subject['kind'], ['ServiceAccount', 'User', 'Group'])];
  }
}

function oneOf(field: string, value: unknown, allowed: readonly string[]): Cause[] {
  return allowed.includes(stringOf(value)) ? [] : [unsupportedValue(field, stringOf(value), allowed)];
}

function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(stringOf) : [];
}
