import type { Clock } from '../../runtime/clock.ts';

/**
 * How long handlers may follow each other before sockets are read again. Handlers that call nobody run in microtasks, and
 * watch events and answers would wait until the last of them is over.
 */
const SLICE_MS = 5;

/** Calls `callback` in the next turn of the event loop. */
export type NextTurn = (callback: () => void) => void;

/** Bounds the time that a queue takes in one turn of the event loop. */
export class TimeSlice {
  readonly #clock: Clock;
  readonly #nextTurn: NextTurn;
  readonly #resume: () => void;
  #startedAt: number | undefined;
  #isWaiting = false;

  /** `resume` is called in the next turn after `hasTime` was false. */
  constructor(clock: Clock, resume: () => void, nextTurn: NextTurn = setImmediate) {
    this.#clock = clock;
    this.#resume = resume;
    this.#nextTurn = nextTurn;
  }

  /** Whether another handler may start in this turn. */
  hasTime(): boolean {
    const now = this.#clock.monotonic();
    if (this.#startedAt === undefined) {
      this.#startedAt = now;
      this.#nextTurn(() => this.#next());
      return true;
    }
    const hasTime = now - this.#startedAt < SLICE_MS;
    this.#isWaiting ||= !hasTime;
    return hasTime;
  }

  #next(): void {
    this.#startedAt = undefined;
    if (this.#isWaiting) {
      this.#isWaiting = false;
      this.#resume();
    }
  }
}
