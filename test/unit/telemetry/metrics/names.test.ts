import { describe, expect, test } from 'vitest';
import { definitions, metricNames } from '../../../../src/telemetry/metrics/definitions.ts';

/** As controller-runtime and client-go register them (sigs.k8s.io/controller-runtime `pkg/internal/controller/metrics`, `pkg/metrics`). */
const controllerRuntime: readonly (readonly [name: string, type: string, labels: string])[] = [
  ['controller_runtime_reconcile_total', 'counter', 'controller,result'],
  ['controller_runtime_reconcile_errors_total', 'counter', 'controller'],
  ['controller_runtime_terminal_reconcile_errors_total', 'counter', 'controller'],
  ['controller_runtime_reconcile_panics_total', 'counter', 'controller'],
  ['controller_runtime_reconcile_timeouts_total', 'counter', 'controller'],
  ['controller_runtime_reconcile_time_seconds', 'histogram', 'controller'],
  ['controller_runtime_max_concurrent_reconciles', 'gauge', 'controller'],
  ['controller_runtime_active_workers', 'gauge', 'controller'],
  ['workqueue_depth', 'gauge', 'controller,name,priority'],
  ['workqueue_adds_total', 'counter', 'controller,name'],
  ['workqueue_queue_duration_seconds', 'histogram', 'controller,name'],
  ['workqueue_work_duration_seconds', 'histogram', 'controller,name'],
  ['workqueue_unfinished_work_seconds', 'gauge', 'controller,name'],
  ['workqueue_longest_running_processor_seconds', 'gauge', 'controller,name'],
  ['workqueue_retries_total', 'counter', 'controller,name'],
  ['rest_client_requests_total', 'counter', 'code,host,method'],
  ['rest_client_request_duration_seconds', 'histogram', 'host,verb'],
  ['rest_client_request_retries_total', 'counter', 'code,host,verb'],
  ['leader_election_master_status', 'gauge', 'name'],
];

describe('names that others rely on', () => {
  test.each(controllerRuntime)("%s is controller-runtime's", (name, type, labels) => {
    const definition = Object.entries(definitions).find(([known]) => known === name)?.[1];

    expect(definition?.type).toBe(type);
    expect([...(definition?.labels ?? [])].sort().join(',')).toBe(labels);
  });

  test('buckets are those of controller-runtime, client-go and its queue', () => {
    const reconcile = definitions.controller_runtime_reconcile_time_seconds.buckets;
    expect([reconcile.length, reconcile[0], reconcile[4], reconcile[17], reconcile.at(-1)]).toEqual([
      40, 0.005, 0.1, 1, 60,
    ]);
    const powers = Array.from({ length: 12 }, (_, index) => Number(`1e${index - 8}`));
    expect(definitions.workqueue_queue_duration_seconds.buckets).toEqual(powers);
    expect(definitions.workqueue_work_duration_seconds.buckets).toEqual(powers);
    expect(definitions.rest_client_request_duration_seconds.buckets).toEqual([
      0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60,
    ]);
  });

  test('every other one has the prefix of this operator', () => {
    const names = new Set(controllerRuntime.map(([name]) => name));
    const others = metricNames.filter((name) => !names.has(name) && !name.startsWith('openconnectors_'));

    expect(others).toEqual([]);
  });
});

describe('naming', () => {
  test.each(metricNames)('%s: snake case, a unit or _total where one is due, a sentence of help', (name) => {
    const { type, help } = definitions[name];

    expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(type === 'histogram' ? name : `${name}_seconds`).toMatch(/_seconds$/);
    expect(help).toMatch(/^[A-Z].*\.$/);
  });

  test('only the metric that has to be asked for carries names of resources', () => {
    const named = metricNames.filter((name) => {
      const labels: readonly string[] = definitions[name].labels;
      return labels.includes('namespace') && labels.includes('name');
    });

    expect(named).toEqual(['openconnectors_status_condition']);
  });
});
