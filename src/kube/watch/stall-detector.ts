import type { Clock } from '../../runtime/clock.ts';

/** Detects a watch that is silent for too long. */
export class StallDetector implements Disposable {
  readonly #clock: Clock;
  readonly #longestSilenceMs: number;
  readonly #onStall: () => void;
  #lastHeard: number;
  #hasStalled = false;
  #cancel: () => void;

  /** Calls `onStall` once, when `longestSilenceMs` have passed since the last `heard()`. */
  constructor(clock: Clock, longestSilenceMs: number, onStall: () => void) {
    this.#clock = clock;
    this.#longestSilenceMs = longestSilenceMs;
    this.#onStall = onStall;
    this.#lastHeard = clock.monotonic();
    this.#cancel = clock.schedule(longestSilenceMs, () => this.#check());
  }

  get stalled(): boolean {
    return this.#hasStalled;
  }

  /** Cheap: the timer compares times only when it fires. */
  heard(): void {
    this.#lastHeard = this.#clock.monotonic();
  }

  [Symbol.dispose](): void {
    this.#cancel();
  }

  #check(): void {
    const remainingMs = this.#longestSilenceMs - (this.#clock.monotonic() - this.#lastHeard);
    if (remainingMs > 0) {
      this.#cancel = this.#clock.schedule(remainingMs, () => this.#check());
      return;
    }
    this.#hasStalled = true;
    this.#onStall();
  }
}
