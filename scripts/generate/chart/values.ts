import { admissionPatterns } from './admission-patterns.ts';
import { containerResources } from './deployment.ts';
import { baseSettings, componentSetting } from './sources.ts';

/** JSON schema of one value. */
type Schema = Readonly<Record<string, unknown>>;

/** A value of the chart. */
export interface ChartValue {
  /** Path with dots. */
  readonly path: string;
  readonly default: unknown;
  readonly schema: Schema;
  /** One or two sentences for the page and the comment. */
  readonly description: string;
}

const text: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const list: Schema = { type: 'array', items: { type: 'object' } };
const map: Schema = { type: 'object' };
const strings: Schema = { type: 'object', additionalProperties: text };
const namespaces: Schema = {
  type: 'array',
  uniqueItems: true,
  items: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$' },
};

const value = (path: string, initial: unknown, schema: Schema, description: string): ChartValue => ({
  path,
  default: initial,
  schema,
  description,
});

/** Every value of the chart, in the order of the documentation. */
export const CHART_VALUES: readonly ChartValue[] = [
  value(
    'image.repository',
    'infusionsoft-connector-operator',
    { ...text, minLength: 1 },
    'Image of the operator.',
  ),
  value('image.tag', '', text, 'Tag of the image. Empty: the app version of the chart.'),
  value(
    'image.digest',
    '',
    { ...text, pattern: '^(sha256:[0-9a-f]{64})?$' },
    'Digest of the image. It replaces the tag.',
  ),
  value(
    'image.pullPolicy',
    'IfNotPresent',
    { enum: ['Always', 'IfNotPresent', 'Never'] },
    'Pull policy of the image.',
  ),
  value('imagePullSecrets', [], list, 'Secrets with the credentials of the registry.'),
  value(
    'replicas',
    1,
    { type: 'integer', minimum: 0 },
    'Number of pods. One is the leader, the others are standby replicas.',
  ),
  value('spread', false, flag, 'Spread the pods over nodes and zones, as the overlay `ha` does.'),
  value('topologySpreadConstraints', [], list, 'Own constraints, in addition to those of `spread`.'),
  value(
    'clusterId',
    '',
    { ...text, pattern: '^[a-z0-9.-]{0,52}$' },
    'Name of this cluster in the tags of instances (`CLUSTER_ID`). Required with `watchNamespaces`. Never change it while instances exist.',
  ),
  value(
    'watchNamespaces',
    [],
    namespaces,
    'Namespaces to serve, with a Role in each one and without cluster-wide rights. Empty: all namespaces, with a ClusterRole.',
  ),
  value(
    'watchLabelSelector',
    '',
    text,
    'Label selector of the connectors and accounts to serve, for several operators in a cluster (shards).',
  ),
  value(
    'settings',
    baseSettings(),
    strings,
    'Settings of the operator by name (docs/reference/settings.md). They take precedence over the settings that other values imply.',
  ),
  value('consent.host', '', text, 'Public host of the consent pages (`EXTERNAL_URL`).'),
  value('consent.ingress.enabled', false, flag, 'Publish the consent pages through an Ingress.'),
  value(
    'consent.ingress.className',
    '',
    text,
    'Class of the Ingress. Empty: the default class of the cluster.',
  ),
  value('consent.ingress.annotations', {}, strings, 'Annotations of the Ingress.'),
  value(
    'consent.ingress.tlsSecretName',
    'infusionsoft-connector-operator-consent-ingress-tls',
    text,
    'Secret with the certificate of the host.',
  ),
  value('consent.gateway.enabled', false, flag, 'Publish the consent pages through an HTTPRoute.'),
  value(
    'consent.gateway.parentRefs',
    [{ name: 'public', namespace: 'gateway-system', sectionName: 'https' }],
    list,
    'Gateways of the HTTPRoute.',
  ),
  value('consent.tls.enabled', false, flag, 'Serve TLS at the operator itself.'),
  value(
    'consent.tls.secretName',
    'infusionsoft-connector-operator-consent-tls',
    text,
    'Secret of type kubernetes.io/tls.',
  ),
  value('defaultAccount.enabled', false, flag, 'Provide an account for connectors without `accountRef`.'),
  value(
    'defaultAccount.url',
    componentSetting('default-account', 'DEFAULT_ACCOUNT_URL'),
    text,
    'Address of the Open Connectors region.',
  ),
  value(
    'defaultAccount.namespaces',
    [],
    namespaces,
    'Namespaces that may use the default account. Empty: the namespace of the release.',
  ),
  value(
    'defaultAccount.secretName',
    'infusionsoft-connector-operator-default-account',
    text,
    'Secret with the keys `userSecret` and `organizationSecret`.',
  ),
  value(
    'caBundle.enabled',
    false,
    flag,
    'Trust additional certificate authorities in calls to Open Connectors.',
  ),
  value(
    'caBundle.configMapName',
    'infusionsoft-connector-operator-ca',
    text,
    'ConfigMap with the key `ca.crt`.',
  ),
  value(
    'proxy.httpsProxy',
    '',
    text,
    'Proxy for calls to Open Connectors (`HTTPS_PROXY`). Put a proxy with a password into `settingsSecret`.',
  ),
  value('proxy.noProxy', '', text, 'Hosts that are called without the proxy (`NO_PROXY`).'),
  value(
    'settingsSecret',
    'infusionsoft-connector-operator-settings',
    text,
    'Optional Secret with confidential settings. The chart never creates it.',
  ),
  value('serviceMonitor.enabled', false, flag, 'Create a ServiceMonitor for the Prometheus Operator.'),
  value('serviceMonitor.labels', {}, strings, 'Labels that Prometheus selects ServiceMonitors by.'),
  value('dashboard.enabled', false, flag, "Create the dashboard as a ConfigMap for Grafana's sidecar."),
  value(
    'admissionPolicies.enabled',
    false,
    flag,
    'Create ValidatingAdmissionPolicies: allowed hosts, deletion protection. Kubernetes 1.30 or later.',
  ),
  value(
    'admissionPolicies.hosts',
    admissionPatterns().hosts,
    text,
    'Regular expression (RE2) of allowed hosts of accounts.',
  ),
  value(
    'admissionPolicies.servers',
    admissionPatterns().servers,
    text,
    'Regular expression (RE2) of allowed servers of connectors.',
  ),
  value(
    'legacyConnectorWarning.enabled',
    false,
    flag,
    'Create a ValidatingAdmissionPolicy that warns about connectors with `infusionsoftcrm`. Kubernetes 1.30 or later.',
  ),
  value('networkPolicy.enabled', true, flag, 'Limit the connections of the operator by a NetworkPolicy.'),
  value(
    'networkPolicy.extraEgress',
    [],
    list,
    'Further egress rules, for example to a proxy on another port.',
  ),
  value('podDisruptionBudget.enabled', true, flag, 'Create a PodDisruptionBudget. Kubernetes 1.21 or later.'),
  value('crds.install', true, flag, 'Install and upgrade the CRDs with the release.'),
  value(
    'crds.keep',
    true,
    flag,
    'Keep the CRDs, and with them all resources, when the release is uninstalled.',
  ),
  value(
    'rbac.clusterRoleName',
    'infusionsoft-connector-operator',
    { ...text, minLength: 1 },
    'Name of the ClusterRole and its binding. Each release in a cluster needs a different name.',
  ),
  value(
    'rbac.userRoles',
    true,
    flag,
    'Add the resources to the cluster roles view, edit and admin. Only one release in a cluster may do so. Not with `watchNamespaces`.',
  ),
  value('commonLabels', {}, strings, 'Labels of all objects.'),
  value('commonAnnotations', {}, strings, 'Annotations of all objects.'),
  value('podLabels', {}, strings, 'Labels of the pods.'),
  value('podAnnotations', {}, strings, 'Annotations of the pods.'),
  value('nodeSelector', {}, strings, 'Labels of the nodes.'),
  value('tolerations', [], list, 'Tolerations of the pods.'),
  value('affinity', {}, map, 'Affinity of the pods.'),
  value('priorityClassName', '', text, 'Priority class of the pods.'),
  value(
    'resources',
    containerResources(),
    map,
    'Resources of the container. The default is measured (docs/how-to/size-and-scale.md).',
  ),
];
