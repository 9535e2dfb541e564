import { expect, it } from 'vitest';
import { simulateInProcess } from './child.ts';

/** The seeds that run, from 1 on. */
const SEEDS = 60;

it(`keeps every property in ${SEEDS} seeds while connectors move between two operators`, async () => {
  const { code, output } = await simulateInProcess(['--shards', `1..${SEEDS}`]);
  process.stdout.write(`simulation: ${output.trim().split('\n').at(-1)}\n`);
  expect(output.split('\n').filter((line) => line.startsWith('  '))).toEqual([]);
  expect(code).toBe(0);
});
