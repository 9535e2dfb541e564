import { clusterRoleBindings, clusterRoles, rbacGroup } from '../builtin/rbac.ts';
import type { Context } from '../context.ts';
import type { JsonObject } from '../objects.ts';
import { createObject } from '../operations/create.ts';

const read = ['get', 'list', 'watch'];
const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const documents = ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*'];
const health = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const aggregateTo = (role: string): string => `${rbacGroup}/aggregate-to-${role}`;

interface DefaultRole {
  readonly name: string;
  readonly rules?: readonly JsonObject[];
  readonly aggregates?: string;
  readonly labels?: readonly string[];
  readonly groups?: readonly string[];
}

/**
 * The roles that every cluster has, as far as they speak of types that this server has
 * (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings).
 */
const defaults: readonly DefaultRole[] = [
  {
    name: 'cluster-admin',
    rules: [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ],
    groups: ['system:masters'],
  },
  {
    name: 'system:discovery',
    rules: [{ nonResourceURLs: [...documents, ...health], verbs: ['get'] }],
    groups: ['system:authenticated'],
  },
  {
    name: 'system:public-info-viewer',
    rules: [{ nonResourceURLs: health, verbs: ['get'] }],
    groups: ['system:authenticated', 'system:unauthenticated'],
  },
  {
    name: 'system:basic-user',
    rules: [
      {
        apiGroups: ['authorization.k8s.io'],
        resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
        verbs: ['create'],
      },
      { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
    ],
    groups: ['system:authenticated'],
  },
  { name: 'admin', aggregates: 'admin' },
  { name: 'edit', aggregates: 'edit', labels: [aggregateTo('admin')] },
  { name: 'view', aggregates: 'view', labels: [aggregateTo('edit')] },
  {
    name: 'system:aggregate-to-admin',
    rules: [
      { apiGroups: [rbacGroup], resources: ['rolebindings', 'roles'], verbs: [...read, ...write] },
      { apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'], verbs: ['create'] },
    ],
    labels: [aggregateTo('admin')],
  },
  {
    name: 'system:aggregate-to-edit',
    rules: [
      { apiGroups: [''], resources: ['secrets'], verbs: read },
      { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'] },
      { apiGroups: [''], resources: ['configmaps', 'events', 'secrets', 'serviceaccounts'], verbs: write },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: [...read, ...write] },
    ],
    labels: [aggregateTo('edit')],
  },
  {
    name: 'system:aggregate-to-view',
    rules: [
      { apiGroups: [''], resources: ['configmaps', 'events', 'namespaces', 'serviceaccounts'], verbs: read },
      { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: read },
    ],
    labels: [aggregateTo('view')],
  },
];

/** Creates the default roles and bindings. */
export function createDefaultRoles(context: Context): void {
  const apiVersion = `${rbacGroup}/v1`;
  const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };
  const at = { namespace: '', dryRun: false };
  for (const { name, rules, aggregates, labels = [], groups = [] } of defaults) {
    const own = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
    const metadata = { name, annotations, labels: own };
    createObject(
      context,
      clusterRoles,
      {
        apiVersion,
        kind: 'ClusterRole',
        metadata: {
          ...metadata,
          labels: { ...own, ...Object.fromEntries(labels.map((label) => [label, 'true'])) },
        },
        ...(rules === undefined ? {} : { rules }),
        ...(aggregates === undefined
          ? {}
          : {
              aggregationRule: {
                clusterRoleSelectors: [{ matchLabels: { [aggregateTo(aggregates)]: 'true' } }],
              },
            }),
      },
      at,
    );
    if (groups.length > 0) {
      createObject(
        context,
        clusterRoleBindings,
        {
          apiVersion,
          kind: 'ClusterRoleBinding',
          metadata,
          roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name },
          subjects: groups.map((group) => ({ kind: 'Group', apiGroup: rbacGroup, name: group })),
        },
        at,
      );
    }
  }
}
