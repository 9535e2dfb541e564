/** Number of running handlers in each lane. Handlers without a lane have no limit. */
export class Lanes {
  readonly #limit: number;
  readonly #running = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether another handler may start in `lane`. */
  isOpen(lane: string | undefined): boolean {
    return lane === undefined || (this.#running.get(lane) ?? 0) < this.#limit;
  }

  enter(lane: string | undefined): void {
    if (lane !== undefined) {
      this.#running.set(lane, (this.#running.get(lane) ?? 0) + 1);
    }
  }

  leave(lane: string | undefined): void {
    if (lane === undefined) {
      return;
    }
    const left = (this.#running.get(lane) ?? 0) - 1;
    if (left > 0) {
      this.#running.set(lane, left);
    } else {
      this.#running.delete(lane);
    }
  }
}
