import { expect, test } from 'vitest';
import type { Clock } from '../../../../src/runtime/clock.ts';
import { watchEventLoop } from '../../../../src/telemetry/health/event-loop.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

/** A clock whose timers can be held back, as a blocked event loop does. */
function blockable() {
  const clock = new VirtualClock();
  let skewMs = 0;
  const seen: Clock = {
    now: () => clock.now() + skewMs,
    monotonic: () => clock.monotonic() + skewMs,
    schedule: (delayMs, callback) => clock.schedule(delayMs, callback),
  };
  return {
    clock: seen,
    advance: (ms: number) => clock.advance(ms),
    pending: () => clock.pending,
    /** Time passes, and nothing runs. */
    block(ms: number) {
      skewMs += ms;
    },
  };
}

test('nothing is said of a loop that runs', async () => {
  const { clock, advance } = blockable();
  const loop = watchEventLoop(clock, 30_000);
  loop.start();
  await advance(60_500);
  expect(loop.longestBlockMs()).toBe(0);
});

test('a block is seen by a probe that comes right after it, before the late beat', async () => {
  const { clock, advance, block } = blockable();
  const loop = watchEventLoop(clock, 30_000);
  loop.start();
  await advance(5_500);
  block(12_000);
  expect(loop.longestBlockMs()).toBe(11_500);
});

test('a block is reported for a while, then dropped', async () => {
  const { clock, advance, block } = blockable();
  const loop = watchEventLoop(clock, 30_000);
  loop.start();
  await advance(5_000);
  block(12_000);
  await advance(1_000);
  expect(loop.longestBlockMs()).toBe(12_000);
  await advance(28_000);
  expect(loop.longestBlockMs()).toBe(12_000);
  await advance(2_000);
  expect(loop.longestBlockMs()).toBe(0);
});

test('after its end nothing is measured, and nothing keeps the process alive', async () => {
  const { clock, advance, block, pending } = blockable();
  const loop = watchEventLoop(clock, 30_000);
  loop.start();
  await advance(1_500);
  loop.stop();
  block(60_000);
  expect(loop.longestBlockMs()).toBe(0);
  expect(pending()).toBe(0);
});
