import type { Clock } from '../../runtime/clock.ts';

/** Measures how late the event loop is: a beat that comes late was kept waiting by something that blocked. */
export interface EventLoopWatch {
  start(): void;
  stop(): void;
  /** The longest block of the latest `windowMs`, one that is still going on included; milliseconds. */
  longestBlockMs(): number;
}

const BEAT_MS = 1_000;

/** `windowMs`: how long a block is remembered. */
export function watchEventLoop(clock: Clock, windowMs: number): EventLoopWatch {
  let blocks: readonly { readonly endedAt: number; readonly ms: number }[] = [];
  let lastBeat = clock.monotonic();
  let cancel: (() => void) | undefined;

  const beat = (): void => {
    const now = clock.monotonic();
    const ms = now - lastBeat - BEAT_MS;
    blocks = blocks.filter(({ endedAt }) => now - endedAt < windowMs);
    if (ms > BEAT_MS) {
      blocks = [...blocks, { endedAt: now, ms }];
    }
    lastBeat = now;
    cancel = clock.schedule(BEAT_MS, beat);
  };

  return {
    start() {
      lastBeat = clock.monotonic();
      cancel = clock.schedule(BEAT_MS, beat);
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
    longestBlockMs() {
      const now = clock.monotonic();
      // The probe may be served before the beat that is due.
      const current = cancel === undefined ? 0 : now - lastBeat - BEAT_MS;
      return Math.max(0, current, ...blocks.map(({ ms }) => ms));
    },
  };
}
