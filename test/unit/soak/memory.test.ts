import { expect, it } from 'vitest';
import { growthOf, MemoryMeter, type Sample } from '../../soak/stage/memory.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A process with `level` MiB at the beginning that grows by `growth` MiB in a minute. */
function process(level: number, growth: number, minutes: number): readonly Sample[] {
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

it.runIf(globalThis.process.platform === 'linux')('reads a process until it has ended', async () => {
  const clock = new VirtualClock();
  const meter = new MemoryMeter(clock);
  meter.watch(globalThis.process.pid);
  await clock.advance(2 * MINUTE);
  expect(meter.use.peakMiB).toBeGreaterThan(20);
  expect(meter.use.growthMiBPerMinute).toBeDefined();
  expect(clock.pending).toBe(1);
});

it('reads nothing of a process that is not there', async () => {
  const clock = new VirtualClock();
  const meter = new MemoryMeter(clock);
  meter.watch(2 ** 30);
  await clock.advance(2 * MINUTE);
  expect([meter.use, clock.pending]).toEqual([{ peakMiB: 0, growthMiBPerMinute: undefined }, 0]);
});
