import { ACCOUNT_NAMES, CONNECTOR_NAMES, GROUP } from '../../src/api/group.ts';

/** One permission, as in a Role, with the reason why the operator (or a person) needs it. */
export interface RbacRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
  /** For the documentation: what it is needed for. */
  readonly why: string;
}

const read = ['get', 'list', 'watch'] as const;
const kinds = [CONNECTOR_NAMES.plural, ACCOUNT_NAMES.plural] as const;
const status = kinds.map((plural) => `${plural}/status`);

/** What the operator needs in every namespace that it serves. */
export const WORK_RULES: readonly RbacRule[] = [
  {
    apiGroups: [GROUP],
    resources: kinds,
    verbs: [...read, 'patch'],
    why: 'Read the resources. Patch their metadata: the finalizer, and the annotation with the record of a credential, written before it is sent. The operator never changes a spec, but RBAC cannot tell the parts of an object apart.',
  },
  {
    apiGroups: [GROUP],
    resources: status,
    verbs: ['patch'],
    why: 'Write what was found out.',
  },
  {
    apiGroups: [GROUP],
    resources: [`${CONNECTOR_NAMES.plural}/finalizers`],
    verbs: ['update'],
    why: 'Own the Secrets it makes (`blockOwnerDeletion`), where the admission plugin OwnerReferencesPermissionEnforcement is on, as on OpenShift.',
  },
  {
    apiGroups: [''],
    resources: ['secrets'],
    verbs: [...read, 'create', 'patch', 'delete'],
    why: 'Watch the metadata of Secrets, to notice changes; read the ones that a resource names; write the connection Secret and the short-lived ones of a consent, and delete the latter. RBAC can neither limit `list` to metadata nor the rest to names that are not known beforehand.',
  },
  {
    apiGroups: ['events.k8s.io'],
    resources: ['events'],
    verbs: ['create', 'patch'],
    why: 'Tell what happened, beside the resource; patch to count repetitions.',
  },
];

/** What an operator that serves all namespaces needs besides. */
export const CLUSTER_RULES: readonly RbacRule[] = [
  {
    apiGroups: [''],
    resources: ['namespaces'],
    resourceNames: ['kube-system'],
    verbs: ['get'],
    why: 'Its uid is the name of the cluster in the owner tags of instances, unless `CLUSTER_ID` is set.',
  },
];

/** What the operator needs in its own namespace. */
export const HOME_RULES: readonly RbacRule[] = [
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['get', 'create', 'update'],
    why: 'Elect a leader. Not limited by name, as each `WATCH_LABEL_SELECTOR` and each set of `WATCH_NAMESPACES` has a Lease of its own.',
  },
  {
    apiGroups: [''],
    resources: ['secrets'],
    verbs: ['get', 'create', 'patch', 'delete'],
    why: 'The key of the fingerprints that status shows of credentials, and the last working credentials of each account (`KEEP_ACCOUNT_CREDENTIALS`), which are deleted with it. Their names hold the uid of the account, so RBAC cannot name them. Also the Secret `infusionsoft-connector-operator-tombstones`, which lists deleted resources whose instance Open Connectors may still create.',
  },
];

/** What a person who may look at a namespace may see: no Secret. */
export const VIEW_RULES: readonly RbacRule[] = [
  {
    apiGroups: [GROUP],
    resources: kinds,
    verbs: read,
    why: 'See connectors and accounts. Neither spec nor status holds a secret.',
  },
];

/** What a person who may change a namespace may do. */
export const EDIT_RULES: readonly RbacRule[] = [
  {
    apiGroups: [GROUP],
    resources: kinds,
    verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'],
    why: 'Make and change connectors and accounts. Whoever may do that lets the operator use every Secret of the namespace at Open Connectors, so it belongs to those who may read Secrets, as `edit` and `admin` may.',
  },
];

const READ_SECRET: RbacRule = {
  apiGroups: [''],
  resources: ['secrets'],
  verbs: ['get'],
  why: 'Read the credentials of the account. RBAC cannot name Secrets that are not known beforehand, so this includes every Secret of the namespace.',
};

/** What a user of `kubectl openconnectors import` needs. */
export const IMPORT_RULES: readonly RbacRule[] = [
  {
    apiGroups: [GROUP],
    resources: [ACCOUNT_NAMES.plural],
    verbs: ['get', 'list'],
    why: 'Find the account: `get` with `--account`, `list` without it.',
  },
  READ_SECRET,
];

/** What a user of `kubectl openconnectors plan` needs. */
export const PLAN_RULES: readonly RbacRule[] = [
  {
    apiGroups: [GROUP],
    resources: kinds,
    verbs: ['get'],
    why: 'Read the connector, and its account.',
  },
  {
    ...READ_SECRET,
    why: 'Read the credentials of the account, and compare the Secrets of the connector. As above, this includes every Secret of the namespace.',
  },
  {
    apiGroups: [''],
    resources: ['namespaces'],
    resourceNames: ['kube-system'],
    verbs: ['get'],
    why: 'Find the owner tags of the cluster. It has an effect in a ClusterRoleBinding only; without it, `--cluster-id` names the id.',
  },
];

/** What a user of `kubectl openconnectors migrate` needs. */
export const MIGRATE_RULES: readonly RbacRule[] = [
  {
    apiGroups: [GROUP],
    resources: [CONNECTOR_NAMES.plural],
    verbs: ['get', 'list', 'patch'],
    why: 'Find connectors and follow their progress. Change `spec.connector`, and the annotations of the migration and the switch. Whoever may do that lets the operator use every Secret of the namespace at Open Connectors.',
  },
  {
    ...READ_SECRET,
    why: 'Check that the Secret of the OAuth client has its keys. Without it, the condition `SecretsResolved` counts.',
  },
];

/** What a controller of Service Binding for Kubernetes needs. */
export const BINDING_RULES: readonly RbacRule[] = [
  {
    apiGroups: [GROUP],
    resources: [CONNECTOR_NAMES.plural],
    verbs: read,
    why: 'Find `status.binding.name` of the connector that a ServiceBinding names.',
  },
];
