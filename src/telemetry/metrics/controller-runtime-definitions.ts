import type { MetricDefinition } from './definition.ts';

/**
 * The metrics of controller-runtime, client-go's REST client and its work queue: the same names, labels and buckets
 * (sigs.k8s.io/controller-runtime, `pkg/internal/controller/metrics`, `pkg/metrics`), so that dashboards and alerts
 * that were made for those work here.
 */
export const controllerRuntimeDefinitions = {
  controller_runtime_reconcile_total: {
    type: 'counter',
    labels: ['controller', 'result'],
    help: 'Passes over a resource, by result: success, error, requeue (again after a conflict or an early end) or requeue_after (again at a known time).',
  },
  controller_runtime_reconcile_errors_total: {
    type: 'counter',
    labels: ['controller'],
    help: 'Passes that ended with an error. A failure that a condition of the resource tells about is a result, not an error.',
  },
  controller_runtime_terminal_reconcile_errors_total: {
    type: 'counter',
    labels: ['controller'],
    help: 'Passes after which trying again is useless until a person changes something: those that made the resource Stalled.',
  },
  controller_runtime_reconcile_panics_total: {
    type: 'counter',
    labels: ['controller'],
    help: 'Passes that ended with an error that the program does not know: a defect. They count as errors, too.',
  },
  controller_runtime_reconcile_timeouts_total: {
    type: 'counter',
    labels: ['controller'],
    help: 'Passes that were ended by a timeout of the whole pass. There is none: each call has its own. Always 0.',
  },
  controller_runtime_reconcile_time_seconds: {
    type: 'histogram',
    labels: ['controller'],
    buckets: [
      0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25,
      1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
    ],
    help: 'How long a pass takes.',
  },
  controller_runtime_max_concurrent_reconciles: {
    type: 'gauge',
    labels: ['controller'],
    help: 'Passes that may run at the same time. The controllers share their workers: each may use all of them.',
  },
  controller_runtime_active_workers: {
    type: 'gauge',
    labels: ['controller'],
    help: 'Passes that have a worker now; those that wait for Open Connectors are not counted.',
  },
  workqueue_depth: {
    type: 'gauge',
    labels: ['name', 'controller', 'priority'],
    help: 'Resources that wait for a worker. Priority 100 is an edit of the resource, 0 a change of what it depends on, -100 a first look or a resync.',
  },
  workqueue_adds_total: {
    type: 'counter',
    labels: ['name', 'controller'],
    help: 'Resources that were put into the queue. One that waits already is not counted again.',
  },
  workqueue_retries_total: {
    type: 'counter',
    labels: ['name', 'controller'],
    help: 'Resources that were put back into the queue after a failed pass.',
  },
  workqueue_queue_duration_seconds: {
    type: 'histogram',
    labels: ['name', 'controller'],
    buckets: [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000],
    help: 'How long a resource waits for a worker.',
  },
  workqueue_work_duration_seconds: {
    type: 'histogram',
    labels: ['name', 'controller'],
    buckets: [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000],
    help: 'How long a worker has a resource, from taking it to being done.',
  },
  workqueue_unfinished_work_seconds: {
    type: 'gauge',
    labels: ['name', 'controller'],
    help: 'Sum of the times for which the passes that run now have been running.',
  },
  workqueue_longest_running_processor_seconds: {
    type: 'gauge',
    labels: ['name', 'controller'],
    help: 'For how long the oldest of the passes that run now has been running.',
  },
  rest_client_requests_total: {
    type: 'counter',
    labels: ['code', 'method', 'host'],
    help: 'Requests to the Kubernetes API, by HTTP status; `<error>` where no answer came.',
  },
  rest_client_request_duration_seconds: {
    type: 'histogram',
    labels: ['verb', 'host'],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60],
    help: 'How long a request to the Kubernetes API takes; for a watch, until its answer begins.',
  },
  rest_client_request_retries_total: {
    type: 'counter',
    labels: ['code', 'verb', 'host'],
    help: 'Requests to the Kubernetes API that were sent again, by the status that was the reason.',
  },
  leader_election_master_status: {
    type: 'gauge',
    labels: ['name'],
    help: 'Whether this process leads (1) or stands by (0), by name of the Lease. Absent without an election.',
  },
} as const satisfies Record<string, MetricDefinition>;
