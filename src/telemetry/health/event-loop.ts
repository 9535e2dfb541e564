import type { Clock } from '../../runtime/clock.ts';

/** Measures blocks of the event loop by the delay of a timer. */
export interface EventLoopWatch {
  start(): void;
  stop(): void;
  /** The longest block in the last `windowMs`, including a current one; milliseconds. */
  longestBlockMs(): number;
}

const SAMPLE_INTERVAL_MS = 1_000;

/** `windowMs`: how long a block counts. */
export function watchEventLoop(clock: Clock, windowMs: number): EventLoopWatch {
  let blocks: readonly { readonly endedAt: number; readonly ms: number }[] = [];
  let lastSampleAt = clock.monotonic();
  let cancel: (() => void) | undefined;

  const sample = (): void => {
    const now = clock.monotonic();
    const ms = now - lastSampleAt - SAMPLE_INTERVAL_MS;
    blocks = blocks.filter(({ endedAt }) => now - endedAt < windowMs);
    if (ms > SAMPLE_INTERVAL_MS) {
      blocks = [...blocks, { endedAt: now, ms }];
    }
    lastSampleAt = now;
    cancel = clock.schedule(SAMPLE_INTERVAL_MS, sample);
  };

  return {
    start() {
      lastSampleAt = clock.monotonic();
      cancel = clock.schedule(SAMPLE_INTERVAL_MS, sample);
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
    longestBlockMs() {
      const now = clock.monotonic();
      // A probe may be served before the timer that is due.
      const current = cancel === undefined ? 0 : now - lastSampleAt - SAMPLE_INTERVAL_MS;
      return Math.max(0, current, ...blocks.map(({ ms }) => ms));
    },
  };
}
