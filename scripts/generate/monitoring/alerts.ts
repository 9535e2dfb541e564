/** One alert, from which the rule files and the documentation are made. */
export interface Alert {
  readonly name: string;
  /** PromQL. */
  readonly expr: string;
  /** How long the expression has to hold; Prometheus' duration syntax. */
  readonly for: string;
  /** `critical`: somebody has to act now. `warning`: in working hours. `info`: worth knowing. */
  readonly severity: 'critical' | 'warning' | 'info';
  /** One line, with the labels of the alert. */
  readonly summary: string;
  /** What follows from it for people. */
  readonly description: string;
}

/** The controllers of this operator among all that expose controller-runtime's metrics. */
const CONTROLLERS = 'infusionsoftconnector|openconnectorsaccount';

/** Added to what fails only because Infusionsoft does, while OpenConnectorsProviderUnavailable reports the outage. */
const UNLESS_OUTAGE =
  'unless on (job) sum by (job) (openconnectors_resource_conditions{condition="Authorized",reason="ProviderUnavailable"}) > 0';

/** Every alert. Each has a page of its name in `docs/runbooks`. */
export const ALERTS: readonly Alert[] = [
  {
    name: 'OpenConnectorsOperatorDown',
    expr: 'absent(openconnectors_build_info)',
    for: '5m',
    severity: 'critical',
    summary: 'No replica of the Infusionsoft connector operator is scraped',
    description:
      'Nothing reconciles connectors: changes, consents and deletions wait. Existing instances continue to work.',
  },
  {
    name: 'OpenConnectorsNoLeader',
    expr: 'max by (job, name) (leader_election_master_status{name=~"infusionsoft-connector-operator.*"}) == 0',
    for: '2m',
    severity: 'critical',
    summary: 'No replica holds the Lease {{ $labels.name }}',
    description: 'Replicas run, but none is the leader: changes, consents and deletions wait.',
  },
  {
    name: 'OpenConnectorsWatchBroken',
    expr: 'max by (job, instance, resource) (openconnectors_watch_state{state="watching"}) == 0',
    for: '10m',
    severity: 'critical',
    summary: '{{ $labels.instance }} does not watch {{ $labels.resource }}',
    description: 'The operator misses changes of these objects and continues with the cached state.',
  },
  {
    name: 'OpenConnectorsWorkerStuck',
    expr: `max by (job, instance, name) (workqueue_longest_running_processor_seconds{name=~"${CONTROLLERS}"}) > 600`,
    for: '5m',
    severity: 'warning',
    summary: 'A reconcile of {{ $labels.name }} has been running for more than 10 minutes',
    description:
      'All calls have deadlines, so that a reconcile should never take this long. It blocks a worker.',
  },
  {
    name: 'OpenConnectorsQueueSlow',
    expr: `histogram_quantile(0.9, sum by (job, name, le) (rate(workqueue_queue_duration_seconds_bucket{name=~"${CONTROLLERS}"}[10m]))) > 60`,
    for: '15m',
    severity: 'warning',
    summary: 'Resources wait {{ $value | humanizeDuration }} for a worker of {{ $labels.name }}',
    description: 'Changes of resources and Secrets take effect with this delay.',
  },
  {
    name: 'OpenConnectorsReconcileErrors',
    expr: `sum by (job, controller) (increase(controller_runtime_reconcile_errors_total{controller=~"${CONTROLLERS}"}[15m])) > 3`,
    for: '15m',
    severity: 'warning',
    summary: 'Reconciliations of {{ $labels.controller }} fail repeatedly',
    description:
      'The operator cannot read or write objects in the Kubernetes API, or has a defect. Failures of Open Connectors are reported by conditions and not counted here.',
  },
  {
    name: 'OpenConnectorsDefect',
    expr: `sum by (job, controller) (increase(controller_runtime_reconcile_panics_total{controller=~"${CONTROLLERS}"}[15m])) > 0`,
    for: '0m',
    severity: 'warning',
    summary: 'A reconciliation of {{ $labels.controller }} ended with an unexpected error',
    description:
      'The operator retries with backoff. Other resources are not affected. Report the error as a defect.',
  },
  {
    name: 'OpenConnectorsResourcesStalled',
    expr: 'sum by (job, kind, reason) (openconnectors_resource_conditions{condition="Stalled",status="True"}) > 0',
    for: '30m',
    severity: 'warning',
    summary: '{{ $value }} {{ $labels.kind }} stalled: {{ $labels.reason }}',
    description: 'The operator waits for a change by a user. The condition message names the action.',
  },
  {
    name: 'OpenConnectorsAccountNotReady',
    expr: 'sum by (job, reason) (openconnectors_resource_conditions{kind="OpenConnectorsAccount",condition="Ready",status!="True"}) > 0',
    for: '15m',
    severity: 'critical',
    summary: '{{ $value }} OpenConnectorsAccount not ready: {{ $labels.reason }}',
    description: 'No connector of these accounts can be created, changed or deleted.',
  },
  {
    name: 'OpenConnectorsAccountPaused',
    expr: 'max by (job, namespace, account, cause) (openconnectors_account_paused) == 1',
    for: '15m',
    severity: 'warning',
    summary:
      'All calls of account {{ $labels.account }} have been paused for 15 minutes: {{ $labels.cause }}',
    description:
      'Open Connectors throttles requests or does not respond. The operator sends one call after each pause and resumes when it succeeds.',
  },
  {
    name: 'OpenConnectorsApiErrors',
    expr: `sum by (job) (rate(openconnectors_api_requests_total{code_class=~"5xx|none"}[10m])) / sum by (job) (rate(openconnectors_api_requests_total[10m])) > 0.1 ${UNLESS_OUTAGE}`,
    for: '15m',
    severity: 'warning',
    summary: '{{ $value | humanizePercentage }} of the requests to Open Connectors fail',
    description: 'Open Connectors or the network fails. The operator retries.',
  },
  {
    name: 'OpenConnectorsAuthorizationRevoked',
    expr: `sum by (job) (openconnectors_resource_conditions{condition="Authorized",status="False",reason="AuthorizationRevoked"}) > 0 ${UNLESS_OUTAGE}`,
    for: '10m',
    severity: 'critical',
    summary: '{{ $value }} connectors have lost their authorization',
    description: 'Applications that use these instances get errors until a user repeats the consent.',
  },
  {
    name: 'OpenConnectorsProviderUnavailable',
    expr: 'sum by (job) (openconnectors_resource_conditions{condition="Authorized",reason="ProviderUnavailable"}) > 0',
    for: '10m',
    severity: 'critical',
    summary: 'Infusionsoft is unavailable for {{ $value }} connectors',
    description:
      'Applications that use these instances get errors. The connectors recover by themselves; no consent is required.',
  },
  {
    name: 'OpenConnectorsOAuthClientRejected',
    expr: 'sum by (job) (openconnectors_resource_conditions{condition="Authorized",reason="OAuthClientRejected"}) > 0',
    for: '10m',
    severity: 'critical',
    summary: 'Infusionsoft rejects the OAuth app of {{ $value }} connectors',
    description:
      'Applications that use these instances get errors until the owner of the OAuth app corrects it at Keap.',
  },
  {
    name: 'OpenConnectorsAuthorizationUnverified',
    expr: `sum by (job) (openconnectors_resource_conditions{condition="Authorized",reason="AuthorizationUnverified"}) > 0 ${UNLESS_OUTAGE}`,
    for: '30m',
    severity: 'warning',
    summary: 'The authorization of {{ $value }} connectors has not been verified for 30 minutes',
    description:
      'Calls through these instances fail and cannot be repeated, because Open Connectors or Infusionsoft throttles them.',
  },
  {
    name: 'OpenConnectorsLegacyApiEnded',
    expr: 'sum by (job) (openconnectors_resource_conditions{condition="Authorized",reason="LegacyApiEnded"}) > 0',
    for: '10m',
    severity: 'critical',
    summary: '{{ $value }} connectors use XML-RPC, which Keap ended',
    description:
      'Applications that use these instances get errors until the connectors use infusionsoftrest.',
  },
  {
    name: 'OpenConnectorsLegacyConnectors',
    expr: 'sum by (job) (openconnectors_connectors{connector="infusionsoftcrm"}) > 0',
    for: '1h',
    severity: 'info',
    summary: '{{ $value }} connectors use infusionsoftcrm, which needs XML-RPC',
    description: 'Keap ends XML-RPC on 2026-12-31. Migrate these connectors to infusionsoftrest before.',
  },
  {
    name: 'OpenConnectorsSwitchPending',
    expr: 'sum by (job) (openconnectors_resource_conditions{kind="InfusionsoftConnector",condition="Ready",reason="SwitchPending"}) > 0',
    for: '1d',
    severity: 'info',
    summary: '{{ $value }} connectors have been waiting for their switch for a day',
    description:
      'The new instance is authorized, and applications still use the old one. Prepare them, then switch.',
  },
  {
    name: 'OpenConnectorsAuthorizationPending',
    expr: `max by (job) (openconnectors_authorization_pending_seconds) > 86400 ${UNLESS_OUTAGE}`,
    for: '10m',
    severity: 'info',
    summary: 'A connector has been waiting {{ $value | humanizeDuration }} for OAuth consent',
    description: 'Complete the consent, or suspend or delete the connector.',
  },
  {
    name: 'OpenConnectorsOrphanedInstances',
    expr: 'max by (job, namespace, account) (openconnectors_instances_orphaned) > 0',
    for: '1h',
    severity: 'info',
    summary: '{{ $value }} instances of account {{ $labels.account }} belong to no resource',
    description: 'They have access to customer data and may be charged. The operator never deletes them.',
  },
];
