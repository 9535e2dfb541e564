/** One panel of the dashboard. */
export interface Panel {
  readonly title: string;
  readonly description?: string;
  readonly type: 'stat' | 'timeseries';
  /** Grafana's name of the unit. */
  readonly unit: string;
  readonly queries: readonly Query[];
}

/** One PromQL query, with the legend of its series. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** A row of panels under a title. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const JOB = 'job=~"$job"';
const CONTROLLER = `${JOB},controller=~"infusionsoftconnector|openconnectorsaccount"`;

/** The quantiles of a histogram as one query each. */
function quantiles(metric: string, selector: string, by = ''): Query[] {
  const group = by === '' ? 'le' : `le, ${by}`;
  const label = by === '' ? '' : ` {{${by}}}`;
  return [0.5, 0.9, 0.99].map((quantile) => ({
    expr: `histogram_quantile(${quantile}, sum by (${group}) (rate(${metric}_bucket{${selector}}[$__rate_interval])))`,
    legend: `p${quantile * 100}${label}`,
  }));
}

function stat(title: string, expr: string, unit = 'short', legend = ''): Panel {
  return { title, type: 'stat', unit, queries: [{ expr, legend }] };
}

function series(title: string, unit: string, ...queries: readonly Query[]): Panel {
  return { title, type: 'timeseries', unit, queries };
}

/** All that the dashboard shows. */
export const ROWS: readonly Row[] = [
  {
    title: 'Overview',
    panels: [
      stat('Version', `max by (version) (openconnectors_build_info{${JOB}})`, 'short', '{{version}}'),
      stat('Leaders', `sum(leader_election_master_status{${JOB}})`),
      stat(
        'Ready connectors',
        `sum(openconnectors_resource_conditions{${JOB},kind="InfusionsoftConnector",condition="Ready",status="True"})`,
      ),
      stat(
        'Connectors not ready',
        `sum(openconnectors_resource_conditions{${JOB},kind="InfusionsoftConnector",condition="Ready",status!="True"}) or vector(0)`,
      ),
      stat('Connectors waiting for consent', `max(openconnectors_authorizations_pending{${JOB}})`),
      stat(
        'Connectors to migrate (infusionsoftcrm)',
        `sum(openconnectors_connectors{${JOB},connector="infusionsoftcrm"})`,
      ),
      stat(
        'Connectors in an outage of Infusionsoft',
        `sum(openconnectors_resource_conditions{${JOB},condition="Authorized",reason="ProviderUnavailable"}) or vector(0)`,
      ),
      stat(
        'Connectors waiting for their switch',
        `sum(openconnectors_resource_conditions{${JOB},condition="Ready",reason="SwitchPending"}) or vector(0)`,
      ),
      stat('Orphaned instances', `sum(openconnectors_instances_orphaned{${JOB}})`),
    ],
  },
  {
    title: 'Resources',
    panels: [
      series('Connectors by reason', 'short', {
        expr: `sum by (status, reason) (openconnectors_resource_conditions{${JOB},kind="InfusionsoftConnector",condition="Ready"})`,
        legend: '{{status}} {{reason}}',
      }),
      series('Plans and drift by reason', 'short', {
        expr: `sum by (status, reason) (openconnectors_resource_conditions{${JOB},kind="InfusionsoftConnector",condition="Synced"})`,
        legend: '{{status}} {{reason}}',
      }),
      series('Connectors by element', 'short', {
        expr: `sum by (connector) (openconnectors_connectors{${JOB}})`,
        legend: '{{connector}}',
      }),
      series('Accounts by reason', 'short', {
        expr: `sum by (status, reason) (openconnectors_resource_conditions{${JOB},kind="OpenConnectorsAccount",condition="Ready"})`,
        legend: '{{status}} {{reason}}',
      }),
      series('Instances by account', 'short', {
        expr: `sum by (namespace, account) (openconnectors_instances_managed{${JOB}})`,
        legend: '{{namespace}}/{{account}}',
      }),
    ],
  },
  {
    title: 'Consent',
    panels: [
      series('Authorization by reason', 'short', {
        expr: `sum by (status, reason) (openconnectors_resource_conditions{${JOB},condition="Authorized"})`,
        legend: '{{status}} {{reason}}',
      }),
      series('Authorizations', 'short', {
        expr: `sum by (outcome) (increase(openconnectors_authorizations_total{${JOB}}[$__rate_interval]))`,
        legend: '{{outcome}}',
      }),
      series('Longest wait for consent', 's', {
        expr: `max(openconnectors_authorization_pending_seconds{${JOB}})`,
        legend: 'longest',
      }),
    ],
  },
  {
    title: 'Open Connectors',
    panels: [
      series('Requests by operation', 'reqps', {
        expr: `sum by (operation) (rate(openconnectors_api_requests_total{${JOB}}[$__rate_interval]))`,
        legend: '{{operation}}',
      }),
      series('Requests by class of status', 'reqps', {
        expr: `sum by (code_class) (rate(openconnectors_api_requests_total{${JOB}}[$__rate_interval]))`,
        legend: '{{code_class}}',
      }),
      series('Duration', 's', ...quantiles('openconnectors_api_request_duration_seconds', JOB)),
      series('Throttled requests', 'reqps', {
        expr: `sum(rate(openconnectors_throttles_total{${JOB}}[$__rate_interval]))`,
        legend: '429',
      }),
      series('Paused accounts', 'bool_yes_no', {
        expr: `max by (namespace, account, cause) (openconnectors_account_paused{${JOB}})`,
        legend: '{{namespace}}/{{account}} {{cause}}',
      }),
    ],
  },
  {
    title: 'Controllers',
    panels: [
      series('Reconciliations by result', 'ops', {
        expr: `sum by (controller, result) (rate(controller_runtime_reconcile_total{${CONTROLLER}}[$__rate_interval]))`,
        legend: '{{controller}} {{result}}',
      }),
      series(
        'Errors',
        'ops',
        {
          expr: `sum by (controller) (rate(controller_runtime_reconcile_errors_total{${CONTROLLER}}[$__rate_interval]))`,
          legend: '{{controller}} errors',
        },
        {
          expr: `sum by (controller) (rate(controller_runtime_reconcile_panics_total{${CONTROLLER}}[$__rate_interval]))`,
          legend: '{{controller}} defects',
        },
        {
          expr: `sum by (controller) (rate(controller_runtime_terminal_reconcile_errors_total{${CONTROLLER}}[$__rate_interval]))`,
          legend: '{{controller}} became stalled',
        },
      ),
      series(
        'Duration of a reconcile',
        's',
        ...quantiles('controller_runtime_reconcile_time_seconds', CONTROLLER, 'controller'),
      ),
      series(
        'Workers',
        'short',
        {
          expr: `sum by (controller) (controller_runtime_active_workers{${CONTROLLER}})`,
          legend: '{{controller}} busy',
        },
        {
          expr: `max(controller_runtime_max_concurrent_reconciles{${CONTROLLER}})`,
          legend: 'all',
        },
      ),
      series('Queue depth', 'short', {
        expr: `sum by (controller, priority) (workqueue_depth{${CONTROLLER}})`,
        legend: '{{controller}} {{priority}}',
      }),
      series(
        'Time in the queue',
        's',
        ...quantiles('workqueue_queue_duration_seconds', CONTROLLER, 'controller'),
      ),
      series(
        'Queued and retried',
        'ops',
        {
          expr: `sum by (controller) (rate(workqueue_adds_total{${CONTROLLER}}[$__rate_interval]))`,
          legend: '{{controller}} queued',
        },
        {
          expr: `sum by (controller) (rate(workqueue_retries_total{${CONTROLLER}}[$__rate_interval]))`,
          legend: '{{controller}} retried',
        },
      ),
      series('Longest running reconcile', 's', {
        expr: `max by (controller) (workqueue_longest_running_processor_seconds{${CONTROLLER}})`,
        legend: '{{controller}}',
      }),
    ],
  },
  {
    title: 'Kubernetes API',
    panels: [
      series('Requests by status', 'reqps', {
        expr: `sum by (method, code) (rate(rest_client_requests_total{${JOB}}[$__rate_interval]))`,
        legend: '{{method}} {{code}}',
      }),
      series('Duration', 's', ...quantiles('rest_client_request_duration_seconds', JOB)),
      series('Retries', 'reqps', {
        expr: `sum by (verb, code) (rate(rest_client_request_retries_total{${JOB}}[$__rate_interval]))`,
        legend: '{{verb}} after {{code}}',
      }),
      series('Watches in sync', 'bool_yes_no', {
        expr: `min by (instance, resource) (openconnectors_watch_state{${JOB},state="watching"})`,
        legend: '{{instance}} {{resource}}',
      }),
      series('Last contact of a watch', 's', {
        expr: `max by (resource) (openconnectors_watch_last_contact_seconds{${JOB}})`,
        legend: '{{resource}}',
      }),
    ],
  },
  {
    title: 'Process',
    panels: [
      series('CPU', 'percentunit', {
        expr: `sum by (instance) (rate(process_cpu_seconds_total{${JOB}}[$__rate_interval]))`,
        legend: '{{instance}}',
      }),
      series('Memory', 'bytes', {
        expr: `max by (instance) (process_resident_memory_bytes{${JOB}})`,
        legend: '{{instance}}',
      }),
      series('Lag of the event loop', 's', {
        expr: `max by (instance) (nodejs_eventloop_lag_p99_seconds{${JOB}})`,
        legend: '{{instance}} p99',
      }),
      series('Open file descriptors', 'short', {
        expr: `max by (instance) (process_open_fds{${JOB}})`,
        legend: '{{instance}}',
      }),
    ],
  },
];
