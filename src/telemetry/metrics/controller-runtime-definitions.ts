import type { MetricDefinition } from './definition.ts';

/**
 * The metrics of controller-runtime and of client-go's REST client and work queue, with the same names, labels and
 * buckets (sigs.k8s.io/controller-runtime, `pkg/internal/controller/metrics`, `pkg/metrics`), so that existing
 * dashboards and alerts work.
 */
export const controllerRuntimeDefinitions = {
  controller_runtime_reconcile_total: {
    type: 'counter',
    labels: ['controller', 'result'],
    help: 'Total number of reconciliations per controller and result: `success`, `error`, `requeue` (after a conflict or an early end) or `requeue_after` (at a known time).',
  },
  controller_runtime_reconcile_errors_total: {
    type: 'counter',
    labels: ['controller'],
    help: 'Total number of reconciliation errors per controller. A failure that a condition of the resource reports is not counted.',
  },
  controller_runtime_terminal_reconcile_errors_total: {
    type: 'counter',
    labels: ['controller'],
    help: 'Total number of terminal reconciliation errors per controller: reconciliations that set the condition Stalled.',
  },
  controller_runtime_reconcile_panics_total: {
    type: 'counter',
    labels: ['controller'],
    help: 'Total number of reconciliations per controller that ended with an unexpected error, which is a defect. They also count as errors.',
  },
  controller_runtime_reconcile_timeouts_total: {
    type: 'counter',
    labels: ['controller'],
    help: 'Total number of reconciliation timeouts per controller. Always 0: each call has its own timeout.',
  },
  controller_runtime_reconcile_time_seconds: {
    type: 'histogram',
    labels: ['controller'],
    buckets: [
      0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25,
      1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
    ],
    help: 'Length of time per reconciliation per controller.',
  },
  controller_runtime_max_concurrent_reconciles: {
    type: 'gauge',
    labels: ['controller'],
    help: 'Maximum number of concurrent reconciles per controller. The controllers share the workers.',
  },
  controller_runtime_active_workers: {
    type: 'gauge',
    labels: ['controller'],
    help: 'Number of currently used workers per controller. A reconcile that waits for Open Connectors is not counted.',
  },
  workqueue_depth: {
    type: 'gauge',
    labels: ['name', 'controller', 'priority'],
    help: 'Current depth of the work queue. Priority 100 is an edit of the resource, 0 a change of a dependency, -100 the initial list or a resync.',
  },
  workqueue_adds_total: {
    type: 'counter',
    labels: ['name', 'controller'],
    help: 'Total number of adds handled by the work queue. A key that is already queued is not counted again.',
  },
  workqueue_retries_total: {
    type: 'counter',
    labels: ['name', 'controller'],
    help: 'Total number of retries handled by the work queue.',
  },
  workqueue_queue_duration_seconds: {
    type: 'histogram',
    labels: ['name', 'controller'],
    buckets: [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000],
    help: 'How long in seconds a key stays in the work queue before a worker takes it.',
  },
  workqueue_work_duration_seconds: {
    type: 'histogram',
    labels: ['name', 'controller'],
    buckets: [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000],
    help: 'How long in seconds processing a key from the work queue takes.',
  },
  workqueue_unfinished_work_seconds: {
    type: 'gauge',
    labels: ['name', 'controller'],
    help: 'How many seconds of work are in progress and not yet observed by `work_duration`.',
  },
  workqueue_longest_running_processor_seconds: {
    type: 'gauge',
    labels: ['name', 'controller'],
    help: 'How many seconds the longest running reconcile has been running.',
  },
  rest_client_requests_total: {
    type: 'counter',
    labels: ['code', 'method', 'host'],
    help: 'Number of requests to the Kubernetes API by status code, method and host; code `<error>` without a response.',
  },
  rest_client_request_duration_seconds: {
    type: 'histogram',
    labels: ['verb', 'host'],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60],
    help: 'Latency of requests to the Kubernetes API in seconds; of a watch, until the response starts.',
  },
  rest_client_request_retries_total: {
    type: 'counter',
    labels: ['code', 'verb', 'host'],
    help: 'Number of retries of requests to the Kubernetes API, by the status code that caused the retry.',
  },
  leader_election_master_status: {
    type: 'gauge',
    labels: ['name'],
    help: 'Whether this process is the leader (1) or on standby (0), by name of the Lease. Absent without leader election.',
  },
} as const satisfies Record<string, MetricDefinition>;
