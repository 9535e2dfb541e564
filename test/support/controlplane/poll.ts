import { setTimeout as delay } from 'node:timers/promises';

/** How often a condition of another process is looked at, milliseconds. */
const intervalMs = 50;

/**
 * Asks `attempt` until it returns something other than `undefined`. Fails with what `describe` says once `timeoutMs`
 * have passed; an error thrown by `attempt` ends the wait at once.
 */
export async function poll<T>(
  attempt: () => Promise<T | undefined>,
  timeoutMs: number,
  describe: () => string | Promise<string>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) {
      return result;
    }
    if (performance.now() > deadline) {
      throw new Error(`${await describe()} (waited ${timeoutMs} ms)`);
    }
    await delay(intervalMs);
  }
}
