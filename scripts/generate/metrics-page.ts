import { controllerRuntimeDefinitions } from '../../src/telemetry/metrics/controller-runtime-definitions.ts';
import type { MetricDefinition } from '../../src/telemetry/metrics/definition.ts';
import { ownDefinitions } from '../../src/telemetry/metrics/own-definitions.ts';
import { generatedFrom, plain, table } from './markdown.ts';
import { ALERTS } from './monitoring/alerts.ts';

/** `docs/reference/metrics.md`. */
export function renderMetricsPage(): string {
  return [
    '# Metrics',
    '',
    generatedFrom('src/telemetry/metrics and scripts/generate/monitoring/alerts.ts'),
    '',
    '`/metrics` on `METRICS_PORT` (8080) has them in the text format of Prometheus. Durations are in seconds. No metric has',
    'the name of a resource, but for `openconnectors_status_condition`, which has to be asked for. What is said about',
    'resources is said by the leader alone, so that a sum over replicas is right.',
    '',
    'Where Prometheus finds its targets by a ServiceMonitor or PodMonitor, set `honorLabels: true` there: some metrics have',
    'a label `namespace` of their own, which is renamed to `exported_namespace` otherwise.',
    '',
    "## The operator's own",
    '',
    metricsTable(ownDefinitions),
    '',
    "## controller-runtime's",
    '',
    'The names, labels and buckets of controller-runtime and client-go, so that dashboards made for those work.',
    '`controller` is `infusionsoftconnector` or `openconnectorsaccount`.',
    '',
    metricsTable(controllerRuntimeDefinitions),
    '',
    "## The process'",
    '',
    '`process_cpu_seconds_total`, `process_resident_memory_bytes`, `process_start_time_seconds`, `process_open_fds` and the',
    "rest of Prometheus' standard metrics of a process; `nodejs_eventloop_lag_*`, `nodejs_gc_duration_seconds` and",
    '`nodejs_heap_*` of Node.js.',
    '',
    '## Alerts',
    '',
    'In `deploy/monitoring`, as a rule file of Prometheus and as a PrometheusRule.',
    '',
    table(
      ['Alert', 'Severity', 'When'],
      ALERTS.map(({ name, severity, expr, for: duration }) => [
        `[${name}](../runbooks/${name}.md)`,
        severity,
        `\`${expr}\` for ${duration}`,
      ]),
    ),
    '',
  ].join('\n');
}

function metricsTable(definitions: Readonly<Record<string, MetricDefinition>>): string {
  return table(
    ['Name', 'Type', 'Labels', 'Meaning'],
    Object.entries(definitions).map(([name, { type, labels, help }]) => [
      `\`${name}\``,
      type,
      labels.length === 0 ? 'none' : labels.map((label) => `\`${label}\``).join(', '),
      help.includes('`') ? help : plain(help),
    ]),
  );
}
