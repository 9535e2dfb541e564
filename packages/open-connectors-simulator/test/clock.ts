import { type Clock, systemClock } from 'test-kit/clock.ts';

/** A clock whose wall time a test advances; its timers are those of the machine. */
export function manualClock(start = Date.UTC(2026, 0, 1)): Clock & { advance(ms: number): void } {
  let now = start;
  return {
    ...systemClock,
    now: () => now,
    advance(ms) {
      now += ms;
    },
  };
}

/** A clock whose timers a test fires. */
export function heldClock(): Clock & { readonly pending: readonly number[]; fire(): void } {
  const timers = new Map<() => void, number>();
  return {
    ...systemClock,
    get pending() {
      return [...timers.values()];
    },
    schedule(delayMs, callback) {
      timers.set(callback, delayMs);
      return () => timers.delete(callback);
    },
    fire() {
      const due = [...timers.keys()];
      timers.clear();
      for (const callback of due) {
        callback();
      }
    },
  };
}
