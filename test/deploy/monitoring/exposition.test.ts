import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { controllerRuntimeDefinitions } from '../../../src/telemetry/metrics/controller-runtime-definitions.ts';
import { metricNames } from '../../../src/telemetry/metrics/definitions.ts';
import { readExposition, type Scrape } from '../../support/exposition.ts';
import type { Namespace } from '../../support/workbench/cluster.ts';
import { connector } from '../../support/workbench/manifests.ts';
import {
  createPrerequisites,
  type RunningOperator,
  type Workbench,
} from '../../support/workbench/workbench.ts';
import { embeddedWorkbench } from './support/bench.ts';
import { expressions, metricsOf } from './support/promql.ts';

let bench: Workbench;
let operator: RunningOperator;
let namespace: Namespace;

beforeAll(async () => {
  bench = await embeddedWorkbench();
  operator = await bench.startOperator({ env: { LEADER_ELECT: 'true', METRICS_PER_RESOURCE: 'true' } });
  namespace = await bench.namespace('team');
  await createPrerequisites(bench, namespace);
  await namespace.create(connector('crm'), connector('lost', { encryptedKeySecretRef: { name: 'absent' } }));
  await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
  await namespace.waitFor('InfusionsoftConnector', 'lost', 'Ready', 'False', 'SecretNotFound');
});
afterAll(() => bench?.stop());

async function get(path: string, port: 'metrics' | 'health' = 'metrics'): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${operator.ports[port]}${path}`);
  expect(response.status).toBe(200);
  return response.text();
}

async function scrape(): Promise<Scrape> {
  return readExposition({ text: await get('/metrics') });
}

describe('a running operator', () => {
  test("has every metric that is declared, controller-runtime's among them", async () => {
    const { types } = await scrape();

    expect(Object.keys(controllerRuntimeDefinitions).filter((name) => !types.has(name))).toEqual([]);
    expect(metricNames.filter((name) => !types.has(name))).toEqual([]);
  });

  test('has every metric that an alert or the dashboard reads', async () => {
    const { types } = await scrape();
    const missing = expressions().flatMap(({ where, expr }) =>
      metricsOf(expr)
        .filter((name) => !types.has(name))
        .map((name) => `${where}: ${name}`),
    );

    expect(missing).toEqual([]);
  });

  test('exposes what it did', async () => {
    const { value, of } = await scrape();
    const controller = 'infusionsoftconnector';

    expect(value('leader_election_master_status')).toBe(1);
    expect(value('openconnectors_authorizations_total', { outcome: 'granted' })).toBe(1);
    expect(value('openconnectors_api_requests_total', { operation: 'create-instance' })).toBe(1);
    expect(value('controller_runtime_reconcile_errors_total', { controller })).toBe(0);
    expect(value('controller_runtime_reconcile_panics_total', { controller })).toBe(0);
    expect(value('workqueue_work_duration_seconds_count', { controller })).toBeGreaterThan(0);
    expect(value('rest_client_requests_total', { code: '201', method: 'POST' })).toBeGreaterThan(0);
    expect(
      value('openconnectors_resource_conditions', {
        kind: 'InfusionsoftConnector',
        condition: 'Ready',
        status: 'True',
      }),
    ).toBe(1);
    expect(
      of('openconnectors_watch_state').filter(
        ({ labels, value: is }) => labels['state'] === 'watching' && is === 1,
      ),
    ).toHaveLength(3);
  });

  test('carries no secret in its metrics', async () => {
    const text = await get('/metrics');
    const { credentials, app } = bench.simulator;

    for (const value of [
      credentials.userSecret,
      credentials.organizationSecret,
      app.clientId,
      app.clientSecret,
    ]) {
      expect(text).not.toContain(value);
    }
  });

  test('drops the series of a deleted resource', async () => {
    const names = async () => {
      const { of } = await scrape();
      return new Set(of('openconnectors_status_condition').map(({ labels }) => labels['name']));
    };
    expect(await names()).toEqual(new Set(['crm', 'lost', 'sap']));

    await namespace.remove('InfusionsoftConnector', 'lost');
    await namespace.waitGone('InfusionsoftConnector', 'lost');
    await expect.poll(names).toEqual(new Set(['crm', 'sap']));
  });

  test('is alive and ready', async () => {
    expect(await get('/healthz', 'health')).toContain('healthz check passed');
    expect(await get('/readyz', 'health')).toContain('readyz check passed');
  });

  test('says nothing about resources as a standby, but is ready', async () => {
    const standby = await bench.startOperator({ env: { LEADER_ELECT: 'true' } });
    const base = `http://127.0.0.1:${standby.ports.metrics}`;
    const { value, of } = readExposition({ text: await (await fetch(`${base}/metrics`)).text() });
    const ready = await fetch(`http://127.0.0.1:${standby.ports.health}/readyz`);

    expect(ready.status).toBe(200);
    expect(value('leader_election_master_status')).toBe(0);
    expect(of('openconnectors_resource_conditions')).toEqual([]);
    await standby.stop();
  });
});

describe('an operator that stops', () => {
  test('closes its ports', async () => {
    const other = await bench.startOperator({ env: { LEADER_ELECT: 'true' } });
    await other.stop();

    await expect(fetch(`http://127.0.0.1:${other.ports.metrics}/metrics`)).rejects.toThrow();
    await expect(fetch(`http://127.0.0.1:${other.ports.health}/readyz`)).rejects.toThrow();
  });
});
