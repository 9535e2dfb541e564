import { SERVER_HOSTS } from '../provider/account.ts';
import { LEGACY_API_END } from '../provider/deadlines.ts';
import type { ValueType } from './value-types.ts';
import * as type from './value-types.ts';

/** One setting of the operator: an environment variable, and the flag of the same name in kebab case. */
export interface Setting {
  readonly env: string;
  /** Alternative variables. */
  readonly aliases?: readonly string[];
  readonly type: ValueType<unknown>;
  /** The default as text. Absent: the default is `undefined`. */
  readonly default?: string;
  /** The default in the documentation, if it is not plain text. */
  readonly defaultDoc?: string;
  /** The description for the documentation and `--help`. */
  readonly doc: string;
}

/** Every setting, in the order of the documentation. The keys are the names in `Config`; `Ms` means milliseconds. */
export const settings = {
  podNamespace: {
    env: 'POD_NAMESPACE',
    type: type.namespace,
    defaultDoc: "the namespace of the pod; outside of a pod, of the kubeconfig's context, else `default`",
    doc: 'Namespace of the operator, for its Lease and its own Secrets.',
  },
  podName: {
    env: 'POD_NAME',
    type: type.identity,
    defaultDoc: 'the host name and a random suffix',
    doc: 'Identity of this replica as the holder of the Lease.',
  },
  clusterId: {
    env: 'CLUSTER_ID',
    // At most 52 characters, so that the tag `k8s-cluster-<id>` has at most 64.
    type: type.text(/^[a-z0-9.-]{1,52}$/, '1 to 52 characters of a-z, 0-9, dot and dash'),
    defaultDoc: 'the uid of the namespace `kube-system`',
    doc: 'Name of this cluster in the owner tags of instances. Clusters that share an account need different names. Do not change it while instances exist.',
  },
  watchNamespaces: {
    env: 'WATCH_NAMESPACES',
    aliases: ['WATCH_NAMESPACE'],
    type: type.list(type.namespace),
    default: '',
    defaultDoc: 'all namespaces',
    doc: 'Namespaces whose resources the operator reconciles. Each set of namespaces has its own Lease. Requires `CLUSTER_ID`.',
  },
  watchLabelSelector: {
    env: 'WATCH_LABEL_SELECTOR',
    type: type.labelSelector,
    defaultDoc: 'all resources',
    doc: 'Label selector of the connectors and accounts that the operator reconciles, so that several operators can share a cluster. Each selector has its own Lease.',
  },
  workers: {
    env: 'WORKERS',
    type: type.integer(1, 1000),
    default: '10',
    doc: 'Maximum number of concurrent reconciles. A reconcile that waits for Open Connectors is not counted.',
  },
  leaderElect: {
    env: 'LEADER_ELECT',
    type: type.boolean,
    default: 'true',
    doc: 'Whether replicas elect a leader by Lease. Set it to `false` with a single replica only.',
  },
  leaseDurationMs: {
    env: 'LEASE_DURATION',
    type: type.duration('1s'),
    default: '15s',
    doc: 'Time without renewal after which another replica may take the Lease; whole seconds.',
  },
  leaseRenewDeadlineMs: {
    env: 'LEASE_RENEW_DEADLINE',
    type: type.duration('500ms'),
    default: '10s',
    doc: 'Time that the leader retries a renewal before it gives up leadership.',
  },
  leaseRetryPeriodMs: {
    env: 'LEASE_RETRY_PERIOD',
    type: type.duration('100ms'),
    default: '2s',
    doc: 'Time between two attempts to acquire or renew the Lease.',
  },
  allowedHosts: {
    env: 'ALLOWED_HOSTS',
    type: type.list(type.hostPattern),
    default: 'api.openconnectors.*.ext.hana.ondemand.com',
    doc: 'Hosts that an account may name in `baseUrl`. An entry without a port allows port 443 and public addresses only. An entry with a port is exempt from the address check.',
  },
  allowedServers: {
    env: 'ALLOWED_SERVERS',
    type: type.list(type.hostNamePattern),
    default: SERVER_HOSTS,
    doc: 'Hosts that a connector may name in `server`. The encrypted key is sent there.',
  },
  extraConfigurationKeys: {
    env: 'EXTRA_CONFIGURATION_KEYS',
    type: type.list(type.text(/^[A-Za-z0-9][\w.-]{0,127}$/, 'a configuration key')),
    default: '',
    defaultDoc: 'none',
    doc: 'Configuration keys that `instance.configuration` may contain besides the built-in ones.',
  },
  allowedEventHosts: {
    env: 'ALLOWED_EVENT_HOSTS',
    type: type.list(type.hostPattern),
    default: '',
    defaultDoc: 'none',
    doc: 'Hosts that a connector may name in `events.callbackUrl`. Open Connectors sends data of Infusionsoft there. An entry without a port allows port 443 only.',
  },
  allowedSecretMetadata: {
    env: 'ALLOWED_SECRET_METADATA',
    type: type.list(type.metadataPattern),
    default: 'reloader.stakater.com/*',
    doc: 'Labels and annotations that `connectionSecretTemplate` may set on the connection Secret: `<prefix>/<name>`, `<prefix>/*` or `<name>`. The prefixes of Kubernetes, Argo CD, Flux, Service Binding and `openconnectors.dev` are never allowed.',
  },
  defaultAccountUrl: {
    env: 'DEFAULT_ACCOUNT_URL',
    type: type.httpsUrl,
    defaultDoc: 'no default account',
    doc: 'Base URL of the account for connectors without `accountRef`. `ALLOWED_HOSTS` must contain its host.',
  },
  defaultAccountSecretDir: {
    env: 'DEFAULT_ACCOUNT_SECRET_DIR',
    type: type.path,
    doc: 'Directory of a mounted Secret with the files `userSecret` and `organizationSecret` of the default account. Changed files are read again.',
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
    doc: 'Whether the operator stores the last valid credentials of each account in a Secret in its own namespace, until the account and its connectors are deleted and `LATE_COMMIT_WINDOW` has passed. Without these fallback credentials an instance cannot be deleted after the Secret of its account, for example when a namespace is deleted.',
  },
  externalUrl: {
    env: 'EXTERNAL_URL',
    type: type.httpsUrl,
    defaultDoc: 'no consent pages',
    doc: 'Public URL of the consent pages. Register the callback URL `<EXTERNAL_URL>/oauth/callback` for the OAuth app.',
  },
  caFile: {
    env: 'CA_FILE',
    type: type.path,
    defaultDoc: 'the certificate authorities of Node.js',
    doc: 'PEM bundle of further certificate authorities for calls to Open Connectors.',
  },
  httpsProxy: {
    env: 'HTTPS_PROXY',
    type: type.proxyUrl,
    defaultDoc: 'no proxy',
    doc: 'HTTP proxy for calls to Open Connectors. It must support tunnels (`CONNECT`); TLS is end to end. Set a URL with a password from a Secret, not as a flag. The proxy resolves host names, so the operator does not check addresses, and only `ALLOWED_HOSTS` restricts them. The NetworkPolicy must allow the port of the proxy. Calls to Kubernetes use the proxy of the kubeconfig.',
  },
  noProxy: {
    env: 'NO_PROXY',
    type: type.list(type.proxyBypass),
    default: '',
    defaultDoc: 'none',
    doc: 'Hosts that are called without `HTTPS_PROXY`: a name matches that host, a suffix every host below it, `*` every host. IP addresses and networks are accepted and match nothing.',
  },
  createDeadlineMs: {
    env: 'CREATE_DEADLINE',
    type: type.duration('1s'),
    default: '120s',
    doc: 'Timeout of a call that creates or authorizes an instance.',
  },
  searchGraceMs: {
    env: 'SEARCH_GRACE',
    type: type.duration('0s'),
    default: '30s',
    doc: 'Time after which a search that found no instance is repeated. Only the second result counts, because listings may lag behind creates.',
  },
  lateCommitWindowMs: {
    env: 'LATE_COMMIT_WINDOW',
    type: type.duration('0s'),
    default: '1h',
    doc: 'Time after a lost response in which the instance may still appear in Open Connectors. A late instance is adopted, or deleted if another one is in use or the resource was deleted.',
  },
  codeLifetimeMs: {
    env: 'CODE_LIFETIME',
    type: type.duration('0s'),
    default: '10m',
    doc: 'Time for which the provider accepts an authorization code. A code that was not processed is sent again within this time only.',
  },
  inventoryIntervalMs: {
    env: 'INVENTORY_INTERVAL',
    type: type.duration('1s'),
    default: '10m',
    doc: 'Time between two listings of the instances of an account, which find drift and orphans. `spec.inventoryInterval` of the account takes precedence.',
  },
  legacyApiEndMs: {
    env: 'LEGACY_API_END',
    type: type.instant,
    default: LEGACY_API_END,
    doc: 'Time at which Keap ends XML-RPC, or `never`. Afterwards the operator creates no instance of `infusionsoftcrm` and requests no consent for one.',
  },
  pingIntervalMs: {
    env: 'PING_INTERVAL',
    type: type.duration('1s'),
    default: '1h',
    doc: 'Time between two test calls through an instance, which check its authorization; with jitter and within the limits of the account.',
  },
  authorizationRecheckMs: {
    env: 'AUTHORIZATION_RECHECK',
    type: type.duration('1s'),
    default: '5m',
    doc: 'Time after which a failing test call through an instance is repeated. Until then its authorization counts as unverified.',
  },
  providerOutageLimitMs: {
    env: 'PROVIDER_OUTAGE_LIMIT',
    type: type.duration('1h'),
    default: '72h',
    doc: 'Longest time for which failures of the connectors of a single `client_id` count as an outage of Infusionsoft. Afterwards the operator requests a new consent.',
  },
  shutdownGraceMs: {
    env: 'SHUTDOWN_GRACE',
    type: type.duration('0s'),
    default: '25s',
    doc: 'Time that calls in flight get to finish after SIGTERM. Keep it below `terminationGracePeriodSeconds` of the pod.',
  },
  bindAddress: {
    env: 'BIND_ADDRESS',
    type: type.ipAddress,
    defaultDoc: 'all addresses',
    doc: 'IP address that the servers for metrics, health and consent listen on.',
  },
  metricsPort: {
    env: 'METRICS_PORT',
    type: type.integer(0, 65_535),
    default: '8080',
    doc: 'Port of `/metrics`; 0 selects a free port.',
  },
  healthPort: {
    env: 'HEALTH_PORT',
    type: type.integer(0, 65_535),
    default: '8081',
    doc: 'Port of `/healthz` and `/readyz`; 0 selects a free port.',
  },
  consentPort: {
    env: 'CONSENT_PORT',
    type: type.integer(0, 65_535),
    default: '8082',
    doc: 'Port of the consent pages; 0 selects a free port.',
  },
  consentTlsDir: {
    env: 'CONSENT_TLS_DIR',
    type: type.path,
    defaultDoc: 'plain HTTP, behind an ingress that terminates TLS',
    doc: 'Directory of a mounted Secret with `tls.crt` and `tls.key`, to serve the consent pages over TLS.',
  },
  metricsPerResource: {
    env: 'METRICS_PER_RESOURCE',
    type: type.boolean,
    default: 'false',
    doc: 'Whether `/metrics` contains `openconnectors_status_condition`, with about six series for each resource.',
  },
  otlpEndpoint: {
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    type: type.httpUrl,
    defaultDoc: 'no traces',
    doc: 'URL of an OpenTelemetry collector for traces (OTLP over HTTP), such as `http://collector:4318`. The other variables of OpenTelemetry (`OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`) also apply.',
  },
  logLevel: {
    env: 'LOG_LEVEL',
    type: type.choice(['debug', 'info', 'warn', 'error']),
    default: 'info',
    doc: 'Minimum log level.',
  },
  logFormat: {
    env: 'LOG_FORMAT',
    type: type.choice(['json', 'text']),
    default: 'json',
    doc: '`json` writes one object a line; `text` is for a terminal.',
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
