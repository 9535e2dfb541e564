import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ALERTS } from '../../../scripts/generate/monitoring/alerts.ts';
import { has } from '../../support/program.ts';
import { connector } from '../../support/workbench/manifests.ts';
import { createPrerequisites, type Workbench } from '../../support/workbench/workbench.ts';
import { embeddedWorkbench } from './support/bench.ts';
import { type Prometheus, startPrometheus } from './support/prometheus.ts';
import { expressions } from './support/promql.ts';

const rules = join(import.meta.dirname, '..', '..', '..', 'deploy', 'monitoring', 'rules.yaml');

describe.skipIf(!has('prometheus'))('a Prometheus that scrapes the operator (Debian: prometheus)', () => {
  let bench: Workbench;
  let prometheus: Prometheus;
  beforeAll(async () => {
    bench = await embeddedWorkbench();
    const { ports } = await bench.startOperator({
      env: { LEADER_ELECT: 'true', METRICS_PER_RESOURCE: 'true' },
    });
    const namespace = await bench.namespace('team');
    await createPrerequisites(bench, namespace);
    await namespace.create(connector('crm'));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
    prometheus = await startPrometheus(ports.metrics, rules);
    await vi.waitFor(async () => expect(await prometheus.query('up == 1')).toHaveLength(1), 30_000);
  });
  afterAll(async () => {
    await prometheus?.stop();
    await bench?.stop();
  });

  test('takes every line of it', async () => {
    const [build] = await prometheus.query('openconnectors_build_info');
    const [samples] = await prometheus.query('scrape_samples_scraped');
    const connectors = await prometheus.query(
      'openconnectors_resource_conditions{kind="InfusionsoftConnector",condition="Ready",status="True"}',
    );

    expect(build?.metric['version']).toMatch(/^\d+\.\d+\.\d+$/);
    expect(samples?.value).toBeGreaterThan(300);
    expect(connectors.map(({ value }) => value)).toEqual([1]);
  });

  test('loads every alert', async () => {
    expect(await prometheus.alerts()).toEqual(ALERTS.map(({ name }) => name));
  });

  test('understands every expression of alerts and dashboard', async () => {
    const refused: string[] = [];
    for (const { where, expr } of expressions()) {
      await prometheus.query(expr).catch((error: unknown) => refused.push(`${where}: ${String(error)}`));
    }

    expect(refused).toEqual([]);
  });

  test('has no reason for an alert', async () => {
    expect(await prometheus.query('ALERTS{alertstate="firing"}')).toEqual([]);
  });
});
