import { expect, it } from 'vitest';
import { growthOf, type MemorySample } from '../../../bench/measure/growth.ts';

const SECOND = 1_000;

/** A process with `level` MiB at the beginning that grows by `growth` MiB in a minute. */
function process(level: number, growth: number, minutes: number): readonly MemorySample[] {
  return Array.from({ length: minutes * 12 }, (_, index) => ({
    ageMs: index * 5 * SECOND,
    rssMiB: level + (growth * index) / 12,
  }));
}

it.each([
  ['one that stays as it is', [process(80, 0, 5)], 0],
  ['one that grows', [process(80, 3, 5)], 3],
  ['one that shrinks', [process(80, -2, 5)], -2],
  ['several with the same growth', [process(80, 3, 5), process(140, 3, 2)], 3],
  ['a later one that is larger, without growth', [process(80, 0, 5), process(140, 0, 5)], 0],
  ['the caches of a young one', [process(80, 0, 5), process(20, 60, 0.4)], 0],
])('finds the growth of %s', (_what, processes, growth) => {
  expect(growthOf(processes)).toBeCloseTo(growth, 6);
});

it.each([
  ['there is no process', []],
  ['no process was older than a minute', [process(80, 3, 0.9)]],
])('knows no growth when %s', (_when, processes) => {
  expect(growthOf(processes)).toBeUndefined();
});
