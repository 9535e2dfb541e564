import type { Priority } from './fair-queue.ts';

/** Part of a full lane that becomes free before it fills again. */
const REFILL = 1 / 4;

/**
 * Number of running handlers in each lane. Handlers without a lane have no limit. A full lane fills again in groups, as
 * handlers that begin together read their Secrets by one list; edits do not wait for the others of a group.
 */
export class Lanes {
  readonly #limit: number;
  readonly #running = new Map<string, number>();
  /** Lanes that were full, until enough of them is free. */
  readonly #draining = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether another handler may start in `lane`. */
  isOpen(lane: string | undefined, priority: Priority): boolean {
    if (lane === undefined) {
      return true;
    }
    return priority === 'edit' ? this.#runningIn(lane) < this.#limit : !this.#draining.has(lane);
  }

  enter(lane: string | undefined): void {
    if (lane === undefined) {
      return;
    }
    const running = this.#runningIn(lane) + 1;
    this.#running.set(lane, running);
    if (running >= this.#limit) {
      this.#draining.add(lane);
    }
  }

  leave(lane: string | undefined): void {
    if (lane === undefined) {
      return;
    }
    const left = this.#runningIn(lane) - 1;
    if (left <= this.#limit * (1 - REFILL)) {
      this.#draining.delete(lane);
    }
    if (left > 0) {
      this.#running.set(lane, left);
    } else {
      this.#running.delete(lane);
    }
  }

  #runningIn(lane: string): number {
    return this.#running.get(lane) ?? 0;
  }
}
