import type { Clock } from './clock.ts';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Settles pending promises and gives sockets one turn of the event loop. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A `Clock` that a test advances. Timers fire in order of their due time, then of their creation. */
export class VirtualClock implements Clock {
  #elapsed = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();
  #startMs: number;

  /** `startMs` is the initial `now()`, by default 2026-01-01T00:00:00Z. */
  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#startMs = startMs;
  }

  now(): number {
    return this.#startMs + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  /** Sets the wall clock, as an administrator or NTP does. Monotonic time and timers are unaffected. */
  setWall(nowMs: number): void {
    this.#startMs = nowMs - this.#elapsed;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { due: this.#elapsed + Math.max(0, delayMs), order: this.#order++, callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Number of pending timers. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer, `undefined` without one. */
  get untilNext(): number | undefined {
    const next = this.#next(Number.POSITIVE_INFINITY);
    return next === undefined ? undefined : next.due - this.#elapsed;
  }

  /** Fires the next timer, whenever it is due, and settles promises. Resolves with whether there was one. */
  async step(): Promise<boolean> {
    const timer = this.#next(Number.POSITIVE_INFINITY);
    if (timer !== undefined) {
      this.#elapsed = Math.max(this.#elapsed, timer.due);
      this.#timers.delete(timer);
      timer.callback();
    }
    await settle();
    return timer !== undefined;
  }

  /** Advances by `ms` and settles promises between timers. */
  async advance(ms: number): Promise<void> {
    const target = this.#elapsed + ms;
    await settle();
    for (let timer = this.#next(target); timer !== undefined; timer = this.#next(target)) {
      this.#elapsed = Math.max(this.#elapsed, timer.due);
      this.#timers.delete(timer);
      timer.callback();
      await settle();
    }
    this.#elapsed = Math.max(this.#elapsed, target);
  }

  #next(limit: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due > limit) {
        continue;
      }
      if (
        first === undefined ||
        timer.due < first.due ||
        (timer.due === first.due && timer.order < first.order)
      ) {
        first = timer;
      }
    }
    return first;
  }
}
