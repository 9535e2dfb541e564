import { type Clock, systemClock } from '../../src/runtime/clock.ts';

/** The system's clock with a wall clock that a test sets forward. Timers and intervals are those of the system. */
export interface ShiftedClock extends Clock {
  /** Sets the wall clock forward. */
  shift(ms: number): void;
}

/** A clock that is not shifted yet. */
export function shiftedClock(): ShiftedClock {
  let offset = 0;
  return {
    now: () => systemClock.now() + offset,
    monotonic: () => systemClock.monotonic(),
    schedule: (delayMs, callback) => systemClock.schedule(delayMs, callback),
    shift: (ms) => {
      offset += ms;
    },
  };
}
