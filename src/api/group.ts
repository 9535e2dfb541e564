/** The API group of both kinds. */
export const GROUP = 'openconnectors.dev';

/** The version that is stored and served. */
export const VERSION = 'v1beta1';

/** `apiVersion` of both kinds. */
export const API_VERSION = `${GROUP}/${VERSION}`;

/** How the API server and kubectl name a kind. */
export interface KindNames {
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortName: string;
}

export const CONNECTOR_NAMES = {
  kind: 'InfusionsoftConnector',
  listKind: 'InfusionsoftConnectorList',
  plural: 'infusionsoftconnectors',
  singular: 'infusionsoftconnector',
  shortName: 'ifc',
} as const satisfies KindNames;

export const ACCOUNT_NAMES = {
  kind: 'OpenConnectorsAccount',
  listKind: 'OpenConnectorsAccountList',
  plural: 'openconnectorsaccounts',
  singular: 'openconnectorsaccount',
  shortName: 'oca',
} as const satisfies KindNames;

/** `kubectl get openconnectors` lists both kinds. */
export const CATEGORY = 'openconnectors';

/** On an InfusionsoftConnector while an instance of it may exist at the remote side. */
export const FINALIZER = `${GROUP}/instance`;

/** On an OpenConnectorsAccount while connectors use it. */
export const ACCOUNT_FINALIZER = `${GROUP}/in-use`;

/** Every annotation that the operator reads or writes. */
export const ANNOTATIONS = {
  /** Any new value starts one pass at once; echoed in `status.lastHandledReconcileAt`. */
  reconcileAt: `${GROUP}/reconcile-at`,
  /** Any new value asks once for a new consent; echoed in `status.lastHandledReauthorizeAt`. */
  reauthorizeAt: `${GROUP}/reauthorize-at`,
  /** `"true"` works like `spec.suspend`, for tools that must not change the spec. */
  paused: `${GROUP}/paused`,
  /** A reason in words: the finalizer is dropped without touching the remote side. */
  abandon: `${GROUP}/abandon`,
  /** `"true"` accepts an instance that another owner has marked. */
  takeOver: `${GROUP}/take-over`,
  /** The operator's own: the write-ahead record of a credential, written before it is sent. */
  attempt: `${GROUP}/attempt`,
} as const;

/** `app.kubernetes.io/managed-by` of everything the operator creates. */
export const MANAGED_BY = 'infusionsoft-connector-operator';

/** Labels that the operator sets on the Secrets it creates. */
export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  /** The connector the Secret belongs to, as made by `connectorLabelOf`. */
  connector: `${GROUP}/connector`,
} as const;

/** Type of the connection Secret, as Service Binding for Kubernetes recommends (`servicebinding.io/<type>`). */
export const CONNECTION_SECRET_TYPE = 'servicebinding.io/open-connectors';

/** Types of the Secrets of a consent. */
export const CONSENT_SECRET_TYPES = {
  /** The one-time code of the start page. */
  oneTimeCode: `${GROUP}/enrolment`,
  /** The record of a pending consent. */
  record: `${GROUP}/consent`,
  /** The authorization response of the provider. */
  grant: `${GROUP}/grant`,
} as const;

/** On the CRD: says that resources of it are a "Provisioned Service" of Service Binding for Kubernetes. */
export const SERVICE_BINDING_LABEL = 'servicebinding.io/provisioned-service';
