/** The slots of the workers: a handler needs one while it works, and none while it waits for something external. */
export class WorkerSlots {
  readonly #limit: number;
  #taken = 0;
  /** Handlers that go on as soon as a slot is free, before new ones begin. */
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

  /** Gives a slot back, or to the handler that waits longest for one. */
  release(): void {
    const next = this.#resuming.shift();
    if (next === undefined) {
      this.#taken -= 1;
    } else {
      next();
    }
  }

  /** Takes a slot as soon as there is one; in order of the calls. */
  async resume(): Promise<void> {
    if (this.hasFree || this.#isUnlimited) {
      this.take();
      return;
    }
    await new Promise<void>((resolve) => this.#resuming.push(resolve));
  }

  /** From now on no handler waits: all of them have to come to their end. */
  lift(): void {
    this.#isUnlimited = true;
    for (const next of this.#resuming.splice(0)) {
      this.take();
      next();
    }
  }
}
