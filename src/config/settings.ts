import { SERVER_HOSTS } from '../provider/account.ts';
import { LEGACY_API_END } from '../provider/deadlines.ts';
import type { ValueType } from './value-types.ts';
import * as type from './value-types.ts';

/** One setting of the operator: an environment variable, and the flag of the same name in kebab case. */
export interface Setting {
  readonly env: string;
  /** Other variables that mean the same. */
  readonly aliases?: readonly string[];
  readonly type: ValueType<unknown>;
  /** The text that counts where nothing is set. Absent: the value is `undefined` then. */
  readonly default?: string;
  /** What the documentation shows as the default where it is not plain text. */
  readonly defaultDoc?: string;
  /** One sentence, or a few, for the documentation and `--help`. */
  readonly doc: string;
}

/** Every setting, in the order of the documentation. The keys are the names in `Config`; `Ms` means milliseconds. */
export const settings = {
  podNamespace: {
    env: 'POD_NAMESPACE',
    type: type.namespace,
    defaultDoc: "the pod's own; outside of a pod that of the kubeconfig's context, else `default`",
    doc: 'Namespace of the operator itself, for its Lease and its own Secrets.',
  },
  podName: {
    env: 'POD_NAME',
    type: type.identity,
    defaultDoc: 'the host name and a random suffix',
    doc: 'Identity of this replica, as the holder of the Lease.',
  },
  clusterId: {
    env: 'CLUSTER_ID',
    // At most 52 characters, so that the tag `k8s-cluster-<id>` keeps to 64.
    type: type.text(/^[a-z0-9.-]{1,52}$/, '1 to 52 characters of a-z, 0-9, dot and dash'),
    defaultDoc: 'the uid of the namespace `kube-system`',
    doc: 'Name of this cluster in the owner tags of instances. Two clusters that share an account need different ones; never change it while instances exist.',
  },
  watchNamespaces: {
    env: 'WATCH_NAMESPACES',
    aliases: ['WATCH_NAMESPACE'],
    type: type.list(type.namespace),
    default: '',
    defaultDoc: 'all namespaces',
    doc: 'Namespaces whose resources the operator serves; each set of them has a Lease of its own. With it, `CLUSTER_ID` has to be set.',
  },
  watchLabelSelector: {
    env: 'WATCH_LABEL_SELECTOR',
    type: type.labelSelector,
    defaultDoc: 'all resources',
    doc: 'Serves only connectors and accounts with these labels, so that several operators can share a cluster; each has a Lease of its own.',
  },
  workers: {
    env: 'WORKERS',
    type: type.integer(1, 1000),
    default: '10',
    doc: 'How many resources are worked on at the same time; those that wait for Open Connectors are not counted.',
  },
  leaderElect: {
    env: 'LEADER_ELECT',
    type: type.boolean,
    default: 'true',
    doc: 'Whether replicas elect a leader by Lease. Without it there must never be two.',
  },
  leaseDurationMs: {
    env: 'LEASE_DURATION',
    type: type.duration('1s'),
    default: '15s',
    doc: 'How long a Lease stands without renewal before another replica may take it; whole seconds.',
  },
  leaseRenewDeadlineMs: {
    env: 'LEASE_RENEW_DEADLINE',
    type: type.duration('500ms'),
    default: '10s',
    doc: 'How long a leader tries to renew before it stops working.',
  },
  leaseRetryPeriodMs: {
    env: 'LEASE_RETRY_PERIOD',
    type: type.duration('100ms'),
    default: '2s',
    doc: 'How often the Lease is renewed, or tried for.',
  },
  allowedHosts: {
    env: 'ALLOWED_HOSTS',
    type: type.list(type.hostPattern),
    default: 'api.openconnectors.*.ext.hana.ondemand.com',
    doc: 'Hosts that an account may name in `baseUrl`. Without a port only 443 is allowed, and only public addresses; an entry with a port is exempt from the address check.',
  },
  allowedServers: {
    env: 'ALLOWED_SERVERS',
    type: type.list(type.hostNamePattern),
    default: SERVER_HOSTS,
    doc: 'Hosts that a connector may name in `server`: the encrypted key is sent there.',
  },
  extraConfigurationKeys: {
    env: 'EXTRA_CONFIGURATION_KEYS',
    type: type.list(type.text(/^[A-Za-z0-9][\w.-]{0,127}$/, 'a configuration key')),
    default: '',
    defaultDoc: 'none',
    doc: 'Configuration keys that `instance.configuration` may hold beyond the built-in harmless ones.',
  },
  defaultAccountUrl: {
    env: 'DEFAULT_ACCOUNT_URL',
    type: type.httpsUrl,
    defaultDoc: 'no default account',
    doc: 'Base URL of the account for connectors without `accountRef`. Its host has to be in `ALLOWED_HOSTS`.',
  },
  defaultAccountSecretDir: {
    env: 'DEFAULT_ACCOUNT_SECRET_DIR',
    type: type.path,
    doc: 'Folder of a mounted Secret with the files `userSecret` and `organizationSecret` of the default account; read again when they change.',
  },
  defaultAccountNamespaces: {
    env: 'DEFAULT_ACCOUNT_NAMESPACES',
    type: type.listOrAll(type.namespace),
    default: '',
    defaultDoc: 'none',
    doc: 'Namespaces that may use the default account, or `*` for all.',
  },
  keepAccountCredentials: {
    env: 'KEEP_ACCOUNT_CREDENTIALS',
    type: type.boolean,
    default: 'true',
    doc: "Whether the operator keeps the last working credentials of each account in a Secret of its own namespace, for as long as the account or a connector made in it is there, or an instance of it may still appear (`LATE_COMMIT_WINDOW`). Without them an instance cannot be deleted once the account's own Secret is gone, as when a namespace is deleted.",
  },
  externalUrl: {
    env: 'EXTERNAL_URL',
    type: type.httpsUrl,
    defaultDoc: 'no consent pages',
    doc: 'Public address of the consent pages. The callback URL to register at the provider is `<EXTERNAL_URL>/oauth/callback`.',
  },
  caFile: {
    env: 'CA_FILE',
    type: type.path,
    defaultDoc: "Node's own certificates alone",
    doc: 'PEM bundle of further certificate authorities to trust when calling Open Connectors.',
  },
  httpsProxy: {
    env: 'HTTPS_PROXY',
    type: type.proxyUrl,
    defaultDoc: 'no proxy',
    doc: 'HTTP proxy for calls to Open Connectors, which it has to tunnel (`CONNECT`); TLS goes through it from end to end. With a password set it from a Secret, never as a flag. The proxy resolves host names, so addresses are not checked here: `ALLOWED_HOSTS` alone protects then. The NetworkPolicy has to allow its port. Calls to Kubernetes go by the kubeconfig.',
  },
  noProxy: {
    env: 'NO_PROXY',
    type: type.list(type.proxyBypass),
    default: '',
    defaultDoc: 'none',
    doc: 'Hosts that are called without `HTTPS_PROXY`: a name is that host alone, a suffix every host below it, `*` all. Addresses and networks may be there for other programs; they match nothing.',
  },
  createDeadlineMs: {
    env: 'CREATE_DEADLINE',
    type: type.duration('1s'),
    default: '120s',
    doc: 'How long a call that creates or authorizes an instance may take.',
  },
  searchGraceMs: {
    env: 'SEARCH_GRACE',
    type: type.duration('0s'),
    default: '30s',
    doc: 'How long to wait before a search that found nothing is repeated and believed, as lists may lag behind creates.',
  },
  lateCommitWindowMs: {
    env: 'LATE_COMMIT_WINDOW',
    type: type.duration('0s'),
    default: '1h',
    doc: 'How long after a lost answer an instance may still appear in Open Connectors. Until then it is adopted, or deleted where another one is in use or the resource was deleted.',
  },
  codeLifetimeMs: {
    env: 'CODE_LIFETIME',
    type: type.duration('0s'),
    default: '10m',
    doc: 'How long the provider accepts an authorization code. A code that provably was not processed is sent again within this time only.',
  },
  inventoryIntervalMs: {
    env: 'INVENTORY_INTERVAL',
    type: type.duration('1s'),
    default: '10m',
    doc: "How often all of an account's instances are listed, to find drift and orphans, where the account has no spec.inventoryInterval.",
  },
  legacyApiEndMs: {
    env: 'LEGACY_API_END',
    type: type.instant,
    default: LEGACY_API_END,
    doc: 'When Keap ends XML-RPC. From then on no consent is asked for `infusionsoftcrm`, and no instance of it is created.',
  },
  pingIntervalMs: {
    env: 'PING_INTERVAL',
    type: type.duration('1s'),
    default: '1h',
    doc: 'How often each instance is asked whether its grant still works; jittered, and within the account’s budget.',
  },
  shutdownGraceMs: {
    env: 'SHUTDOWN_GRACE',
    type: type.duration('0s'),
    default: '25s',
    doc: "How long calls in flight may go on after SIGTERM. Keep it below the pod's `terminationGracePeriodSeconds`.",
  },
  bindAddress: {
    env: 'BIND_ADDRESS',
    type: type.ipAddress,
    defaultDoc: 'all addresses',
    doc: 'Address that the servers for metrics, health and consent listen on.',
  },
  metricsPort: {
    env: 'METRICS_PORT',
    type: type.integer(0, 65_535),
    default: '8080',
    doc: 'Port of `/metrics`; 0 takes any free one.',
  },
  healthPort: {
    env: 'HEALTH_PORT',
    type: type.integer(0, 65_535),
    default: '8081',
    doc: 'Port of `/healthz` and `/readyz`; 0 takes any free one.',
  },
  consentPort: {
    env: 'CONSENT_PORT',
    type: type.integer(0, 65_535),
    default: '8082',
    doc: 'Port of the consent pages; 0 takes any free one.',
  },
  consentTlsDir: {
    env: 'CONSENT_TLS_DIR',
    type: type.path,
    defaultDoc: 'plain HTTP, behind an ingress that ends TLS',
    doc: 'Folder of a mounted Secret with `tls.crt` and `tls.key`, to serve the consent pages over TLS.',
  },
  metricsPerResource: {
    env: 'METRICS_PER_RESOURCE',
    type: type.boolean,
    default: 'false',
    doc: 'Whether `/metrics` has `openconnectors_status_condition`, with series for each resource: some six for each, so only where Prometheus can bear it.',
  },
  otlpEndpoint: {
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    type: type.httpUrl,
    defaultDoc: 'no traces',
    doc: "Address of an OpenTelemetry collector (OTLP over HTTP, such as `http://collector:4318`) to send traces to. OpenTelemetry's other variables (`OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`) count then, too.",
  },
  logLevel: {
    env: 'LOG_LEVEL',
    type: type.choice(['debug', 'info', 'warn', 'error']),
    default: 'info',
    doc: 'The least level that is logged.',
  },
  logFormat: {
    env: 'LOG_FORMAT',
    type: type.choice(['json', 'text']),
    default: 'json',
    doc: '`json` for machines, one object a line; `text` for people at a terminal.',
  },
} as const satisfies Record<string, Setting>;

/** The name of a setting in `Config`. */
export type SettingName = keyof typeof settings;

/** The flag of a variable: `WATCH_NAMESPACES` is `--watch-namespaces`. */
export function flagOf(env: string): string {
  return `--${env.toLowerCase().replaceAll('_', '-')}`;
}

/** The settings as a list, each with its name in `Config`. */
export function settingList(): readonly (Setting & { readonly name: string })[] {
  return Object.entries<Setting>(settings).map(([name, setting]) => ({ name, ...setting }));
}
