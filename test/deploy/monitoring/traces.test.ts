import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connector } from '../../support/workbench/manifests.ts';
import { startOperatorProcess } from '../../support/workbench/process.ts';
import { createPrerequisites, type Workbench } from '../../support/workbench/workbench.ts';
import { embeddedWorkbench } from './support/bench.ts';
import { type Collector, startCollector } from './support/collector.ts';

let bench: Workbench;
let collector: Collector;

beforeAll(async () => {
  bench = await embeddedWorkbench();
  collector = await startCollector();
});
afterAll(async () => {
  await collector?.stop();
  await bench?.stop();
});

test('an operator sends the spans of its reconciles to the collector, the last ones at its end, and no secret', async () => {
  const operator = startOperatorProcess(bench, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=operator-0',
    // Longer than the test: what arrives was sent at the end.
    OTEL_BSP_SCHEDULE_DELAY: '600000',
  });
  const namespace = await bench.namespace('team');
  await createPrerequisites(bench, namespace);
  await namespace.create(connector('crm'));
  await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
  expect(collector.requests).toEqual([]);
  expect(await operator.terminate()).toBe(0);

  expect(new Set(collector.requests.map(({ path }) => path))).toEqual(new Set(['/v1/traces']));
  expect(collector.spanNames()).toEqual(
    expect.arrayContaining([
      'reconcile OpenConnectorsAccount',
      'action verify',
      'openconnectors organization',
      'reconcile InfusionsoftConnector',
      'action create',
      'openconnectors create-instance',
      'action write-connection-secret',
      'POST /api/v1/namespaces/{namespace}/secrets',
    ]),
  );
  expect(collector.resource()).toMatchObject({
    'service.name': 'infusionsoft-connector-operator',
    'service.version': expect.stringMatching(/^\d+\.\d+\.\d+$/),
    'k8s.pod.name': 'operator-0',
  });
  const sent = collector.requests.map(({ body }) => body).join('');
  const { credentials, app } = bench.simulator;
  const token = (await namespace.secret('crm-connection'))?.values['element-token'] ?? 'none';
  for (const value of [credentials.userSecret, credentials.organizationSecret, app.clientSecret, token]) {
    expect(sent).not.toContain(value);
  }
  expect(sent).not.toMatch(/[?&]\w+=|authorization"|"headers"/i);
});

test('a collector that never answers delays neither a reconcile nor the exit of the process', async () => {
  const mute = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const address = mute.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const operator = startOperatorProcess(bench, {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_TIMEOUT: '600000',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  });
  const namespace = await bench.namespace('team');
  await createPrerequisites(bench, namespace);
  await namespace.create(connector('crm'));
  await namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');

  expect(await operator.terminate()).toBe(0);
  await new Promise((resolve) => mute.close(resolve));
});
