import type { Clock } from '../runtime/clock.ts';
import { TokenBucket } from '../runtime/token-bucket.ts';

/** A rate limit: `burst` immediately, then one for each `refillMs`. */
export interface Rate {
  readonly burst: number;
  readonly refillMs: number;
}

/** A rate limit for each key, in memory. Beyond `capacity` keys the least recently used one is dropped. */
export class KeyedLimit {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #rate: Rate;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #capacity: number;

  constructor(rate: Rate, clock: Pick<Clock, 'monotonic'>, capacity = 1_000) {
    this.#rate = rate;
    this.#clock = clock;
    this.#capacity = capacity;
  }

  /** Takes one token; false where the key has none left. */
  take(key: string): boolean {
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#rate.burst, this.#rate.refillMs, now);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.size > this.#capacity ? this.#buckets.keys() : [];
    if (oldest !== undefined) {
      this.#buckets.delete(oldest);
    }
    return bucket.take(now) === 0;
  }
}
