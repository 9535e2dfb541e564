import { expect, it } from 'vitest';
import { simulateInProcess } from './child.ts';

/** How many seeds run; `SIMULATION_SEEDS` asks for another number. */
const SEEDS = Number(process.env['SIMULATION_SEEDS'] ?? 100);

it(`keeps every property in the seeds 1 to ${SEEDS}`, async () => {
  const { code, output } = await simulateInProcess('--seeds', `1..${SEEDS}`);
  process.stdout.write(`simulation: ${output.trim().split('\n').at(-1)}\n`);
  expect(output.split('\n').filter((line) => line.startsWith('seed '))).toEqual([]);
  expect(code).toBe(0);
});
