import { MANAGED_BY } from '../../src/api/group.ts';
import {
  BINDING_RULES,
  CLUSTER_RULES,
  EDIT_RULES,
  HOME_RULES,
  IMPORT_RULES,
  MIGRATE_RULES,
  PLAN_RULES,
  type RbacRule,
  VIEW_RULES,
  WORK_RULES,
} from './rbac.ts';

/** Name of the operator's service account, Deployment and roles. */
export const OPERATOR_NAME = MANAGED_BY;

/** The namespace that the manifests install the operator into. */
export const OPERATOR_NAMESPACE = 'openconnectors-system';

/** A role of `deploy/`. */
export interface DeployedRole {
  readonly kind: 'ClusterRole' | 'Role';
  readonly name: string;
  /** Where it is declared. */
  readonly file: string;
  /** Namespace of a Role. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Whether it is bound to the operator's service account. */
  readonly bound: boolean;
  /** One sentence for the documentation. */
  readonly purpose: string;
  readonly rules: readonly RbacRule[];
}

const aggregateTo = (...roles: readonly string[]): Record<string, string> =>
  Object.fromEntries(roles.map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true']));

const userRoles = 'deploy/overlays/cluster/user-roles.yaml';

/** Every role of `deploy/`, in the order of the documentation. */
export const DEPLOYED_ROLES: readonly DeployedRole[] = [
  {
    kind: 'Role',
    name: `${OPERATOR_NAME}-home`,
    file: 'deploy/base/rbac.yaml',
    namespace: OPERATOR_NAMESPACE,
    bound: true,
    purpose: 'What the operator needs in its own namespace, in every installation.',
    rules: HOME_RULES,
  },
  {
    kind: 'ClusterRole',
    name: OPERATOR_NAME,
    file: 'deploy/overlays/cluster/rbac.yaml',
    bound: true,
    purpose: 'What the operator needs to serve all namespaces (overlays `cluster` and `ha`).',
    rules: [...WORK_RULES, ...CLUSTER_RULES],
  },
  {
    kind: 'Role',
    name: OPERATOR_NAME,
    file: 'deploy/watched-namespace/rbac.yaml',
    namespace: OPERATOR_NAMESPACE,
    bound: true,
    purpose: 'What the operator needs in each namespace that it serves (overlay `namespaced`).',
    rules: WORK_RULES,
  },
  {
    kind: 'ClusterRole',
    name: 'openconnectors-view',
    file: userRoles,
    labels: aggregateTo('view', 'edit', 'admin'),
    bound: false,
    purpose: 'Added to the cluster roles `view`, `edit` and `admin` for people.',
    rules: VIEW_RULES,
  },
  {
    kind: 'ClusterRole',
    name: 'openconnectors-edit',
    file: userRoles,
    labels: aggregateTo('edit', 'admin'),
    bound: false,
    purpose: 'Added to the cluster roles `edit` and `admin` for people.',
    rules: EDIT_RULES,
  },
  commandRole('import', IMPORT_RULES),
  commandRole('plan', PLAN_RULES),
  commandRole('migrate', MIGRATE_RULES),
  {
    kind: 'ClusterRole',
    name: 'openconnectors-service-binding',
    file: userRoles,
    labels: { 'servicebinding.io/controller': 'true' },
    bound: false,
    purpose: 'Added to the cluster role of a controller of Service Binding for Kubernetes.',
    rules: BINDING_RULES,
  },
];

/** A role for people who use one command of the kubectl plugin and have no other rights. */
function commandRole(command: string, rules: readonly RbacRule[]): DeployedRole {
  return {
    kind: 'ClusterRole',
    name: `openconnectors-${command}`,
    file: userRoles,
    bound: false,
    purpose: `To bind to people who run \`kubectl openconnectors ${command}\`.`,
    rules,
  };
}
