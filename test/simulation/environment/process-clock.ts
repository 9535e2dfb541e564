import type { Clock } from '../../../src/runtime/clock.ts';

/** The clock of one process: its timers end with the process, and wait while it is paused. */
export class ProcessClock implements Clock {
  readonly #environment: Clock;
  readonly #deliver: (callback: () => void) => void;
  readonly #onTimer: () => void;
  readonly #skewMs: number;
  readonly #isWhole: boolean;
  readonly #timers = new Set<() => void>();
  #stopped = false;

  /**
   * `deliver` runs what is due in the process; `onTimer` is called before each timer of at least 1 ms; `skewMs` is the
   * error of the wall clock, which has whole milliseconds with `isWhole`, as that of a node.
   */
  constructor(
    environment: Clock,
    deliver: (callback: () => void) => void,
    {
      onTimer,
      skewMs,
      isWhole = false,
    }: { readonly onTimer: () => void; readonly skewMs: number; readonly isWhole?: boolean },
  ) {
    this.#environment = environment;
    this.#deliver = deliver;
    this.#onTimer = onTimer;
    this.#skewMs = skewMs;
    this.#isWhole = isWhole;
  }

  now(): number {
    const now = this.#environment.now();
    return (this.#isWhole ? Math.floor(now) : now) + this.#skewMs;
  }

  monotonic(): number {
    return this.#environment.monotonic();
  }

  schedule(delayMs: number, callback: () => void): () => void {
    if (this.#stopped) {
      return () => undefined;
    }
    let isCanceled = false;
    const cancelTimer = this.#environment.schedule(delayMs, () => {
      this.#timers.delete(cancel);
      this.#deliver(() => {
        if (isCanceled) {
          return;
        }
        if (delayMs >= 1) {
          this.#onTimer();
        }
        if (!this.#stopped) {
          callback();
        }
      });
    });
    const cancel = (): void => {
      isCanceled = true;
      this.#timers.delete(cancel);
      cancelTimer();
    };
    this.#timers.add(cancel);
    return cancel;
  }

  /** Cancels all timers; later ones never fire. */
  stop(): void {
    this.#stopped = true;
    for (const cancel of [...this.#timers]) {
      cancel();
    }
  }
}
