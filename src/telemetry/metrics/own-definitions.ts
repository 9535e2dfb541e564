import type { MetricDefinition } from './definition.ts';

/**
 * The metrics of this operator's own. No label has a resource's name, but for `openconnectors_status_condition`, which
 * has to be asked for; accounts are few and are named. What is said about resources is said by the leader alone, so
 * that a sum over replicas is right.
 */
export const ownDefinitions = {
  openconnectors_api_requests_total: {
    type: 'counter',
    labels: ['operation', 'code_class'],
    help: 'Requests to Open Connectors, by class of the HTTP status (2xx to 5xx), `none` where no answer came, `aborted` when the operator ended it, `fenced` when it was not sent because the Lease was not held.',
  },
  openconnectors_api_request_duration_seconds: {
    type: 'histogram',
    labels: ['operation'],
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120],
    help: 'How long a request to Open Connectors takes, without its wait for the budget of the account.',
  },
  openconnectors_throttles_total: {
    type: 'counter',
    labels: [],
    help: 'Answers by which Open Connectors asked for fewer requests (429).',
  },
  openconnectors_account_paused: {
    type: 'gauge',
    labels: ['namespace', 'account', 'cause'],
    help: 'Whether all calls of an account are held back (1), by cause: `throttled` or `unavailable`.',
  },
  openconnectors_instances_managed: {
    type: 'gauge',
    labels: ['namespace', 'account'],
    help: 'Instances at Open Connectors that belong to a resource, by account, as of its latest list.',
  },
  openconnectors_instances_orphaned: {
    type: 'gauge',
    labels: ['namespace', 'account'],
    help: "Instances at Open Connectors with this cluster's tag that belong to no resource, by account. Absent where the operator does not see all resources.",
  },
  openconnectors_authorizations_total: {
    type: 'counter',
    labels: ['outcome'],
    help: 'Authorizations by outcome: `granted`, `refused` by Open Connectors or the provider, `ambiguous` (no answer that says), `unavailable` (not done, tried again).',
  },
  openconnectors_consent_outcomes_total: {
    type: 'counter',
    labels: ['outcome'],
    help: 'What became of requests to the consent pages: `begun`, `granted`, `denied` and `failed` are steps of a person; `wrong-code`, `refused-...` and `busy` are requests that did not go on, `unavailable` those that something of ours was in the way of. Each replica counts what it served.',
  },
  openconnectors_authorizations_pending: {
    type: 'gauge',
    labels: [],
    help: 'Connectors that wait for the consent of a person.',
  },
  openconnectors_authorization_pending_seconds: {
    type: 'gauge',
    labels: [],
    help: 'For how long the one of them that waits longest has been waiting; 0 when none waits.',
  },
  openconnectors_connectors: {
    type: 'gauge',
    labels: ['connector'],
    help: 'Number of InfusionsoftConnector resources by `spec.connector`: those of `infusionsoftcrm` have to migrate before Keap ends XML-RPC.',
  },
  openconnectors_resource_conditions: {
    type: 'gauge',
    labels: ['kind', 'condition', 'status', 'reason'],
    help: "Number of resources whose condition has this status for this reason; the operator's own account counts as one.",
  },
  openconnectors_status_condition: {
    type: 'gauge',
    labels: ['kind', 'namespace', 'name', 'condition', 'status'],
    help: 'Always 1: the resource has the condition in this status. Only with `METRICS_PER_RESOURCE`, as there are several series for each resource.',
  },
  openconnectors_watch_state: {
    type: 'gauge',
    labels: ['resource', 'namespace', 'state'],
    help: 'The state that a watch of the Kubernetes API is in (1) and those that it is not in (0). `namespace` is empty for all namespaces.',
  },
  openconnectors_watch_last_contact_seconds: {
    type: 'gauge',
    labels: ['resource', 'namespace'],
    help: 'Seconds since a watch last heard of the Kubernetes API; absent before the first time.',
  },
  openconnectors_build_info: {
    type: 'gauge',
    labels: ['version', 'node_version'],
    help: 'Always 1: the version of the operator and of the Node.js that runs it.',
  },
} as const satisfies Record<string, MetricDefinition>;
