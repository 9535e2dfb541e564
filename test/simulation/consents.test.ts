import { expect, it } from 'vitest';
import { simulateInProcess } from './child.ts';
import { runConsentSeed } from './consents/consent-run.ts';
import { compileDefinitions } from './environment/cluster.ts';

/** The seeds that run, from 1 on. */
const SEEDS = 8;

it(`keeps every property in ${SEEDS} seeds while people use the consent pages`, async () => {
  const { code, output } = await simulateInProcess(['--consents', `1..${SEEDS}`]);
  process.stdout.write(`simulation: ${output.trim().split('\n').at(-1)}\n`);
  expect(output.split('\n').filter((line) => line.startsWith('  '))).toEqual([]);
  expect(code).toBe(0);
});

it('gives the same trace for the same seed', async () => {
  const definitions = await compileDefinitions();
  const first = await runConsentSeed({ seed: 1, definitions });
  const second = await runConsentSeed({ seed: 1, definitions });
  expect(second.trace).toEqual(first.trace);
  expect(first.granted).toBeGreaterThan(0);
});
