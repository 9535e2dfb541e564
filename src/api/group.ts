/** The API group of both kinds. */
export const GROUP = 'openconnectors.dev';

/** The version that is stored and served. */
export const VERSION = 'v1beta1';

/** `apiVersion` of both kinds. */
export const API_VERSION = `${GROUP}/${VERSION}`;

/** The names of a kind. */
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

/** Where the API server serves the connectors. */
export const CONNECTOR_RESOURCE = {
  group: GROUP,
  version: VERSION,
  plural: CONNECTOR_NAMES.plural,
} as const;

/** Where the API server serves the accounts. */
export const ACCOUNT_RESOURCE = { group: GROUP, version: VERSION, plural: ACCOUNT_NAMES.plural } as const;

/** `kubectl get openconnectors` lists both kinds. */
export const CATEGORY = 'openconnectors';

/** On an InfusionsoftConnector while its instance may exist in Open Connectors. */
export const FINALIZER = `${GROUP}/instance`;

/** On an OpenConnectorsAccount while connectors use it. */
export const ACCOUNT_FINALIZER = `${GROUP}/in-use`;

/** Every annotation that the operator reads or writes. */
export const ANNOTATIONS = {
  /** Any new value triggers one reconcile immediately; recorded in `status.lastHandledReconcileAt`. */
  reconcileAt: `${GROUP}/reconcile-at`,
  /** Any new value requests one new consent; recorded in `status.lastHandledReauthorizeAt`. */
  reauthorizeAt: `${GROUP}/reauthorize-at`,
  /**
   * Any new value moves the connection Secret between the instances of the old and the new `spec.connector`; recorded in
   * `status.lastHandledSwitchAt`.
   */
  switch: `${GROUP}/switch`,
  /** `"true"` works like `spec.suspend`, for tools that must not change the spec. */
  paused: `${GROUP}/paused`,
  /** A reason: the finalizer is removed without calls to Open Connectors. */
  abandon: `${GROUP}/abandon`,
  /** `"true"` takes over an instance with the tags of another owner. */
  takeOver: `${GROUP}/take-over`,
  /** Written by the operator: the write-ahead record of a credential, before it is sent. */
  attempt: `${GROUP}/attempt`,
} as const;

/** `app.kubernetes.io/managed-by` of everything the operator creates. */
export const MANAGED_BY = 'infusionsoft-connector-operator';

/** Labels that the operator sets on the Secrets it creates. */
export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  /** The connector of the Secret, by `connectorLabelOf`. */
  connector: `${GROUP}/connector`,
} as const;

/** Type of the connection Secret, as Service Binding for Kubernetes recommends (`servicebinding.io/<type>`). */
export const CONNECTION_SECRET_TYPE = 'servicebinding.io/open-connectors';

/** Types of the Secrets of a pending consent. */
export const CONSENT_SECRET_TYPES = {
  /** The one-time code for the start page. */
  oneTimeCode: `${GROUP}/enrolment`,
  /** A consent in progress. */
  record: `${GROUP}/consent`,
  /** The authorization response. */
  grant: `${GROUP}/grant`,
} as const;

/** Label of the CRD of a "Provisioned Service" of Service Binding for Kubernetes. */
export const SERVICE_BINDING_LABEL = 'servicebinding.io/provisioned-service';
