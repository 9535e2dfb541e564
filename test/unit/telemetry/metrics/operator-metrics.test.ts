import { expect, test } from 'vitest';
import type { OperatorHealth } from '../../../../src/kube/operator-options.ts';
import { createMetrics } from '../../../../src/telemetry/metrics/metrics.ts';
import { exposeOperator } from '../../../../src/telemetry/metrics/operator-metrics.ts';
import { readExposition } from '../../../support/exposition.ts';
import { health, watch } from '../health/health.ts';

async function scrapeOf(state: Partial<OperatorHealth>, leaseName: string | undefined = 'lease') {
  const metrics = createMetrics();
  exposeOperator(metrics, { health: () => health(state), leaseName, version: '1.2.3' });
  return readExposition(await metrics.expose());
}

test.each([
  [true, 1],
  [false, 0],
])('whether it leads is %s: %d', async (leading, value) => {
  const scrape = await scrapeOf({ leading });
  expect(scrape.value('leader_election_master_status', { name: 'lease' })).toBe(value);
});

test('without an election there is nothing to say about leading', async () => {
  const metrics = createMetrics();
  exposeOperator(metrics, { health: () => health({}), leaseName: undefined, version: '1.2.3' });
  expect(readExposition(await metrics.expose()).of('leader_election_master_status')).toEqual([]);
});

test('a watch is in one of all states', async () => {
  const { of, value } = await scrapeOf({
    watches: [
      watch({ id: 'secrets.v1', state: 'waiting', lastContactMs: 90_000 }),
      watch({ lastContactMs: undefined }),
    ],
  });
  const states = of('openconnectors_watch_state').filter(({ labels }) => labels['resource'] === 'secrets.v1');

  expect(states.filter((sample) => sample.value === 1).map(({ labels }) => labels['state'])).toEqual([
    'waiting',
  ]);
  expect(states.map(({ labels }) => labels['state']).sort()).toEqual([
    'connecting',
    'idle',
    'listing',
    'stopped',
    'waiting',
    'watching',
  ]);
  expect(value('openconnectors_watch_last_contact_seconds')).toBe(90);
});

test('exports the version of the build', async () => {
  const { value } = await scrapeOf({});
  expect(value('openconnectors_build_info', { version: '1.2.3', node_version: process.versions.node })).toBe(
    1,
  );
});
