import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 100;

/** Polls until `isTrue`. Rejects after `limitMs`. */
export async function until(
  isTrue: () => Promise<boolean>,
  limitMs: number,
  what: string,
  intervalMs = INTERVAL_MS,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) {
      throw new Error(`${what} did not happen within ${limitMs / 1_000} s.`);
    }
    await delay(intervalMs);
  }
}
