/** Slots of the workers: a handler needs one while it runs, and none while it waits for an external API. */
export class WorkerSlots {
  readonly #limit: number;
  #taken = 0;
  /** Handlers that continue when a slot is free, before new ones start. */
  readonly #resuming: (() => void)[] = [];
  #isUnlimited = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get hasFree(): boolean {
    return this.#taken < this.#limit;
  }

  take(): void {
    this.#taken += 1;
  }

  /** Frees a slot, or passes it to the handler that waits longest. */
  release(): void {
    const next = this.#resuming.shift();
    if (next === undefined) {
      this.#taken -= 1;
    } else {
      next();
    }
  }

  /** Resolves when a slot is free, in order of the calls. */
  async resume(): Promise<void> {
    if (this.hasFree || this.#isUnlimited) {
      this.take();
      return;
    }
    await new Promise<void>((resolve) => this.#resuming.push(resolve));
  }

  /** Lifts the limit, so that all handlers can end. */
  lift(): void {
    this.#isUnlimited = true;
    for (const next of this.#resuming.splice(0)) {
      this.take();
      next();
    }
  }
}
