import { beforeAll, describe, expect, it } from 'vitest';
import { simulateInProcess } from './child.ts';
import { SCENARIOS } from './points/scenarios.ts';

/** So many processes share the points: a run uses one core. */
const PROCESSES = 2;

describe('a crash, a fault or stale data', () => {
  const lines: string[] = [];
  beforeAll(async () => {
    const parts = Array.from({ length: PROCESSES }, (_, index) => `${index + 1}/${PROCESSES}`);
    const results = await Promise.all(
      parts.map((part) =>
        simulateInProcess(['--points', '--shard', part], (line) =>
          process.stdout.write(`simulation ${part}: ${line}\n`),
        ),
      ),
    );
    lines.push(...results.flatMap(({ output }) => output.split('\n')));
  }, 1_200_000);

  it.each(SCENARIOS.map(({ name }) => name))('loses nothing at any request and timer of: %s', (name) => {
    const about = lines.filter((line) => line.startsWith(`${name}: `) || line.startsWith(`  ${name}, `));
    const parts = Array.from({ length: PROCESSES }, () => expect.stringMatching(/ points, 0 broken$/));
    expect(about.length > 0 ? about : lines).toEqual(parts);
  });
});
