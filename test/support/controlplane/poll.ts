import { setTimeout as delay } from 'node:timers/promises';
import { patient } from '../patience.ts';

/** How often a condition of another process is looked at, milliseconds. */
const intervalMs = 50;
/** An attempt that takes long is made less often: looking must not cost what is looked at its time. */
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
  const limitMs = patient(timeoutMs);
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
