import { expect, it } from 'vitest';
import { timeLimit } from '../support/time-limit.ts';
import { simulateInProcess } from './child.ts';

/** The seeds that run: so many, from the first one on. */
const SEEDS = Number(process.env['SIMULATION_SEEDS'] ?? 1_000);
const FIRST = Number(process.env['SIMULATION_FIRST_SEED'] ?? 1);
const LAST = FIRST + SEEDS - 1;

/** For the start of the processes, and for each seed, milliseconds: several times what they take. */
const LIMIT_MS = timeLimit(60_000 + SEEDS * 1_000);

/** So many processes share the seeds: a run uses one core. */
const PROCESSES = 2;

it(
  `keeps every property in the ${SEEDS} seeds ${FIRST} to ${LAST}`,
  async () => {
    const parts = Array.from({ length: PROCESSES }, (_, index) => `${index + 1}/${PROCESSES}`);
    const results = await Promise.all(
      parts.map((part) =>
        simulateInProcess(['--seeds', `${FIRST}..${LAST}`, '--shard', part], (line) => {
          if (/^\d+ of the seeds /.test(line)) {
            process.stdout.write(`simulation ${part}: ${line}\n`);
          }
        }),
      ),
    );
    const broken = results.flatMap(({ output }) =>
      output.split('\n').filter((line) => line.startsWith('seed ')),
    );
    process.stdout.write(
      `simulation: ${SEEDS} seeds, ${FIRST} to ${LAST}, ${broken.length} properties broken\n`,
    );
    expect(broken).toEqual([]);
    expect(results.map(({ code }) => code)).toEqual(parts.map(() => 0));
  },
  LIMIT_MS,
);
