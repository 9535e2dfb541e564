import { beforeAll, describe, expect, it } from 'vitest';
import { simulateInProcess } from './child.ts';
import { SCENARIOS } from './points/scenarios.ts';

describe('a crash of the process', () => {
  const lines: string[] = [];
  beforeAll(async () => {
    const { output } = await simulateInProcess(['--points', '--crashes'], (line) =>
      process.stdout.write(`simulation: ${line}\n`),
    );
    lines.push(...output.split('\n'));
  }, 1_200_000);

  it.each(SCENARIOS.map(({ name }) => name))('loses nothing at any request and timer of: %s', (name) => {
    const about = lines.filter((line) => line.startsWith(`${name}: `) || line.startsWith(`  ${name}, `));
    expect(about.length > 0 ? about : lines).toEqual([expect.stringMatching(/ points, 0 broken$/)]);
  });
});
