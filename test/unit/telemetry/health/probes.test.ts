import { describe, expect, test } from 'vitest';
import { probeHandler } from '../../../../src/telemetry/health/probes.ts';
import { metricsHandler } from '../../../../src/telemetry/metrics/handler.ts';
import { createMetrics } from '../../../../src/telemetry/metrics/metrics.ts';

const handle = probeHandler({
  liveness: () => [{ name: 'event-loop' }, { name: 'workers' }],
  readiness: () => [{ name: 'caches', problem: 'not filled yet' }, { name: 'shutdown' }],
});

async function answer(path: string, method = 'GET'): Promise<Response> {
  return handle(new Request(`http://localhost${path}`, { method }));
}

describe('probes', () => {
  test('return 200 and a line for each check when all succeed', async () => {
    const response = await answer('/healthz');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('[+]event-loop ok\n[+]workers ok\nhealthz check passed\n');
  });

  test('503 and the problem when one fails', async () => {
    const response = await answer('/readyz?verbose=true');
    expect(response.status).toBe(503);
    expect(await response.text()).toBe(
      '[-]caches failed: not filled yet\n[+]shutdown ok\nreadyz check failed\n',
    );
  });

  test('allow GET and HEAD only, have no other paths, and are not cached', async () => {
    expect((await answer('/healthz', 'HEAD')).status).toBe(200);
    expect((await answer('/healthz', 'POST')).status).toBe(405);
    expect((await answer('/healthz', 'POST')).headers.get('allow')).toBe('GET, HEAD');
    expect((await answer('/healthz', 'DELETE')).status).toBe(405);
    for (const path of [
      '/',
      '/healthz/',
      '/metrics',
      '//healthz',
      '/__proto__',
      '/constructor',
      '/HEALTHZ',
    ]) {
      expect([path, (await answer(path)).status]).toEqual([path, 404]);
    }
    expect((await answer('/healthz')).headers.get('cache-control')).toBe('no-store');
  });
});

test('/metrics has the text format that Prometheus asks for', async () => {
  const measured = createMetrics();
  measured.measureProcess();
  const metrics = metricsHandler(measured);
  const response = await metrics(new Request('http://localhost/metrics'));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await response.text()).toContain('# TYPE process_resident_memory_bytes gauge\n');
  expect((await metrics(new Request('http://localhost/healthz'))).status).toBe(404);
});
