import { setTimeout as delay } from 'node:timers/promises';
import { timeLimit } from '../time-limit.ts';

/** Interval between two attempts, milliseconds. */
const intervalMs = 50;
/** Slow attempts are repeated less often, so that polling does not slow down the polled process. */
const pauseFactor = 4;
const longestPauseMs = 2_000;

/**
 * Calls `attempt` until it returns something other than `undefined`. Fails with what `describe` returns after
 * `timeoutMs`, which is extended for slow machines; an error thrown by `attempt` ends the wait immediately.
 */
export async function poll<T>(
  attempt: () => Promise<T | undefined>,
  timeoutMs: number,
  describe: () => string | Promise<string>,
): Promise<T> {
  const limitMs = timeLimit(timeoutMs);
  const deadline = performance.now() + limitMs;
  for (;;) {
    const from = performance.now();
    const result = await attempt();
    if (result !== undefined) {
      return result;
    }
    const now = performance.now();
    if (now > deadline) {
      throw new Error(`${await describe()} (waited ${limitMs} ms)`);
    }
    await delay(Math.min(Math.max(intervalMs, pauseFactor * (now - from)), longestPauseMs));
  }
}
