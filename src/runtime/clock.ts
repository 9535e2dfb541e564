/**
 * Time as a dependency. Only this file and the composition root read the system's clock, so that tests control time.
 */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. May jump; only for timestamps that others read. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back. For every interval and deadline. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs` (at least 0). The returned function cancels it. */
  schedule(delayMs: number, callback: () => void): () => void;
}

/** The system's clock. Its timers keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, callback) {
    // Node.js fires immediately, with a warning, for delays beyond 2^31-1 ms (24.8 days).
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), 2_147_483_647));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs` on `clock`; rejects with the signal's reason as soon as `signal` aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.schedule(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
