import { type KubeObject, objectOf, stringOf } from '../objects.ts';
import type { Column, ResourceType } from '../resource-type.ts';
import { listOf, mapOf, struct, text } from '../schema.ts';
import { ageColumn } from './columns.ts';
import { defineBuiltin } from './define.ts';
import { bindingCauses, roleCauses, roleRefCauses } from './rbac-validation.ts';

/** API group of roles and bindings. */
export const rbacGroup = 'rbac.authorization.k8s.io';

const definitions = 'io.k8s.api.rbac.v1';
const rule = struct(
  {
    verbs: listOf(text),
    apiGroups: listOf(text),
    resources: listOf(text),
    resourceNames: listOf(text),
    nonResourceURLs: listOf(text),
  },
  `${definitions}.PolicyRule`,
  { verbs: 1, apiGroups: 2, resources: 3, resourceNames: 4, nonResourceURLs: 5 },
);
const labelSelector = {
  ...struct(
    {
      matchLabels: mapOf(text),
      matchExpressions: listOf(
        struct({ key: text, operator: text, values: listOf(text) }, undefined, {
          key: 1,
          operator: 2,
          values: 3,
        }),
      ),
    },
    'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
    { matchLabels: 1, matchExpressions: 2 },
  ),
  atomic: true,
};
const aggregationRule = {
  ...struct({ clusterRoleSelectors: listOf(labelSelector) }, `${definitions}.AggregationRule`, {
    clusterRoleSelectors: 1,
  }),
  pointer: true,
};
const subject = {
  ...struct({ kind: text, apiGroup: text, name: text, namespace: text }, `${definitions}.Subject`, {
    kind: 1,
    apiGroup: 2,
    name: 3,
    namespace: 4,
  }),
  atomic: true,
};
const roleRef = {
  ...struct({ apiGroup: text, kind: text, name: text }, `${definitions}.RoleRef`, {
    apiGroup: 1,
    kind: 2,
    name: 3,
  }),
  atomic: true,
};

const createdAt: Column = {
  name: 'Created At',
  type: 'date',
  cell: (object) => object.metadata.creationTimestamp,
};
const roleColumn: Column = {
  name: 'Role',
  type: 'string',
  cell: (binding) => {
    const { kind, name } = objectOf(binding['roleRef']);
    return `${stringOf(kind)}/${stringOf(name)}`;
  },
};

const common = {
  group: rbacGroup,
  version: 'v1',
  createOnUpdate: true,
  nameRule: 'path-segment',
} as const;

/** `rbac.authorization.k8s.io/v1` Roles. */
export const roles: ResourceType = defineBuiltin({
  ...common,
  kind: 'Role',
  plural: 'roles',
  fields: { rules: listOf(rule) },
  wire: { rules: 2 },
  columns: [createdAt],
  fromStored: (stored) => ({ rules: null, ...stored }),
  strategy: {
    validateCreate: (role) => roleCauses(role, true),
    validateUpdate: (next) => roleCauses(next, true),
  },
});

/** `rbac.authorization.k8s.io/v1` ClusterRoles. */
export const clusterRoles: ResourceType = defineBuiltin({
  ...common,
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  fields: { rules: listOf(rule), aggregationRule },
  wire: { rules: 2, aggregationRule: 3 },
  columns: [createdAt],
  fromStored: (stored) => ({ rules: null, ...stored }),
  strategy: {
    validateCreate: (role) => roleCauses(role, false),
    validateUpdate: (next) => roleCauses(next, false),
  },
});

const bindingFields = { subjects: listOf(subject), roleRef };
const bindingWire = { subjects: 2, roleRef: 3 };
const bindingColumns = [roleColumn, ageColumn];

/** `rbac.authorization.k8s.io/v1` RoleBindings. */
export const roleBindings: ResourceType = defineBuiltin({
  ...common,
  kind: 'RoleBinding',
  plural: 'rolebindings',
  fields: bindingFields,
  wire: bindingWire,
  columns: bindingColumns,
  toStored: withApiGroups,
  strategy: {
    validateCreate: (binding) => bindingCauses(binding, ['Role', 'ClusterRole']),
    validateUpdate: (next, current) => [
      ...bindingCauses(next, ['Role', 'ClusterRole']),
      ...roleRefCauses(next, current),
    ],
  },
});

/** `rbac.authorization.k8s.io/v1` ClusterRoleBindings. */
export const clusterRoleBindings: ResourceType = defineBuiltin({
  ...common,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
  fields: bindingFields,
  wire: bindingWire,
  columns: bindingColumns,
  toStored: withApiGroups,
  strategy: {
    validateCreate: (binding) => bindingCauses(binding, ['ClusterRole']),
    validateUpdate: (next, current) => [
      ...bindingCauses(next, ['ClusterRole']),
      ...roleRefCauses(next, current),
    ],
  },
});

/** The API groups that a binding may leave out. */
function withApiGroups(binding: KubeObject): KubeObject {
  const subjects = Array.isArray(binding['subjects']) ? binding['subjects'].map(objectOf) : undefined;
  return {
    ...binding,
    ...(subjects === undefined
      ? {}
      : {
          subjects: subjects.map((one) =>
            one['kind'] === 'User' || one['kind'] === 'Group' ? { apiGroup: rbacGroup, ...one } : one,
          ),
        }),
    roleRef: { apiGroup: rbacGroup, ...objectOf(binding['roleRef']) },
  };
}
