import { expect, it } from 'vitest';
import { MemoryMeter } from '../../soak/stage/memory.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const MINUTE = 60_000;

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
