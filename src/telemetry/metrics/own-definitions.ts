import type { MetricDefinition } from './definition.ts';

/**
 * The metrics of this operator. No label has the name of a resource, except for `openconnectors_status_condition`,
 * which is optional, and for accounts, which are few. Only the leader exports metrics about resources, so that a sum
 * over replicas is correct.
 */
export const ownDefinitions = {
  openconnectors_api_requests_total: {
    type: 'counter',
    labels: ['operation', 'code_class'],
    help: 'Total number of requests to Open Connectors by class of the HTTP status (`2xx` to `5xx`); `none` without a response, `aborted` by the operator, `fenced` if not sent because the Lease was not held.',
  },
  openconnectors_api_request_duration_seconds: {
    type: 'histogram',
    labels: ['operation'],
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120],
    help: 'Latency of requests to Open Connectors in seconds, without the wait for the limits of the account.',
  },
  openconnectors_throttles_total: {
    type: 'counter',
    labels: [],
    help: 'Total number of responses of Open Connectors with status 429.',
  },
  openconnectors_account_paused: {
    type: 'gauge',
    labels: ['namespace', 'account', 'cause'],
    help: 'Whether all calls of an account are paused (1), by cause: `throttled` or `unavailable`.',
  },
  openconnectors_instances_managed: {
    type: 'gauge',
    labels: ['namespace', 'account'],
    help: 'Number of instances in Open Connectors that belong to a resource, by account, in the latest listing.',
  },
  openconnectors_instances_orphaned: {
    type: 'gauge',
    labels: ['namespace', 'account'],
    help: 'Number of instances in Open Connectors with the tag of this cluster that belong to no resource, by account. Absent if the operator does not watch all resources.',
  },
  openconnectors_authorizations_total: {
    type: 'counter',
    labels: ['outcome'],
    help: 'Total number of authorizations by outcome: `granted`, `refused` by Open Connectors or the provider, `ambiguous` (outcome unknown), `unavailable` (not processed, retried).',
  },
  openconnectors_consent_outcomes_total: {
    type: 'counter',
    labels: ['outcome'],
    help: 'Total number of requests to the consent pages by outcome: `begun`, `granted`, `denied` and `failed` for consents; `wrong-code`, `refused-...` and `busy` for rejected requests; `unavailable` for failures of the operator. Each replica counts its own requests.',
  },
  openconnectors_authorizations_pending: {
    type: 'gauge',
    labels: [],
    help: 'Number of connectors that wait for OAuth consent.',
  },
  openconnectors_authorization_pending_seconds: {
    type: 'gauge',
    labels: [],
    help: 'Longest time in seconds that a connector has been waiting for OAuth consent; 0 if none waits.',
  },
  openconnectors_connectors: {
    type: 'gauge',
    labels: ['connector'],
    help: 'Number of InfusionsoftConnectors by `spec.connector`. Those with `infusionsoftcrm` must migrate before Keap ends XML-RPC.',
  },
  openconnectors_resource_conditions: {
    type: 'gauge',
    labels: ['kind', 'condition', 'status', 'reason'],
    help: 'Number of resources by condition, status and reason. The default account counts as one.',
  },
  openconnectors_status_condition: {
    type: 'gauge',
    labels: ['kind', 'namespace', 'name', 'condition', 'status'],
    help: 'Always 1: the resource has the condition with this status. Requires `METRICS_PER_RESOURCE`.',
  },
  openconnectors_watch_state: {
    type: 'gauge',
    labels: ['resource', 'namespace', 'state'],
    help: 'Whether a watch of the Kubernetes API is in the state (1) or not (0). `namespace` is empty for all namespaces.',
  },
  openconnectors_watch_last_contact_seconds: {
    type: 'gauge',
    labels: ['resource', 'namespace'],
    help: 'Seconds since the last event or bookmark of a watch of the Kubernetes API; absent before the first one.',
  },
  openconnectors_build_info: {
    type: 'gauge',
    labels: ['version', 'node_version'],
    help: 'Always 1, with the versions of the operator and of Node.js as labels.',
  },
} as const satisfies Record<string, MetricDefinition>;
