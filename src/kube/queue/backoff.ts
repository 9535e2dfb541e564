import type { Random } from '../../runtime/random.ts';

/** First and longest ceiling of a delay, milliseconds. */
export interface BackoffLimits {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Exponential backoff with full jitter: uniform between 0 and a ceiling that doubles with each failure. */
export class Backoff {
  #failures = 0;
  readonly #limits: BackoffLimits;
  readonly #random: Random;

  constructor(limits: BackoffLimits, random: Random) {
    this.#limits = limits;
    this.#random = random;
  }

  /** Failures since the last `reset`. */
  get count(): number {
    return this.#failures;
  }

  /** Counts one more failure and returns the delay before the next try, milliseconds. */
  next(): number {
    const { baseMs, maxMs } = this.#limits;
    const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(this.#failures, 40));
    this.#failures++;
    return ceiling * this.#random.fraction();
  }

  reset(): void {
    this.#failures = 0;
  }
}
