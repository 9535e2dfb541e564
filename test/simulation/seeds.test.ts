import { expect, it } from 'vitest';
import { simulateInProcess } from './child.ts';

/** The seeds that run: so many, from the first one on. */
const SEEDS = Number(process.env['SIMULATION_SEEDS'] ?? 120);
const FIRST = Number(process.env['SIMULATION_FIRST_SEED'] ?? 1);

it(`keeps every property in ${SEEDS} seeds from ${FIRST} on`, async () => {
  const { code, output } = await simulateInProcess('--seeds', `${FIRST}..${FIRST + SEEDS - 1}`);
  process.stdout.write(`simulation: ${output.trim().split('\n').at(-1)}\n`);
  expect(output.split('\n').filter((line) => line.startsWith('seed '))).toEqual([]);
  expect(code).toBe(0);
});
