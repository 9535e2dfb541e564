/** Allows a burst of `burst`, then one each `refillMs`; full at first. Times are milliseconds of one monotonic clock. */
export class TokenBucket {
  readonly #refillMs: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number;

  constructor(burst: number, refillMs: number, now: number) {
    this.#refillMs = refillMs;
    this.#burst = Math.max(1, burst);
    this.#tokens = this.#burst;
    this.#filledAt = now;
  }

  /** Takes a token and returns 0, or takes none and returns the milliseconds until there is one. */
  take(now: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filledAt) / this.#refillMs);
    this.#filledAt = now;
    // A sum of fractions may end slightly below an integer.
    if (this.#tokens >= 1 - 1e-6) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil((1 - this.#tokens) * this.#refillMs));
  }
}
