import { type BackoffLimits, backoffCeilingMs } from '../../runtime/backoff.ts';
import type { Random } from '../../runtime/random.ts';

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
    this.#failures++;
    return backoffCeilingMs(this.#limits, this.#failures) * this.#random.fraction();
  }

  reset(): void {
    this.#failures = 0;
  }
}
