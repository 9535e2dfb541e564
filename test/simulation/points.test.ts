import { describe, expect, it } from 'vitest';
import { simulateInProcess } from './child.ts';
import { SCENARIOS } from './points/scenarios.ts';

describe('a crash of the process', () => {
  it.each(SCENARIOS.map(({ name }) => name))(
    'loses nothing at any request and timer of: %s',
    async (name) => {
      const { code, output } = await simulateInProcess('--points', '--crashes', '--scenario', name);
      process.stdout.write(`simulation: ${output.trim().split('\n').at(0)}\n`);
      expect(output.split('\n').filter((line) => line.startsWith('  '))).toEqual([]);
      expect(code).toBe(0);
    },
  );
});
