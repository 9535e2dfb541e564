/** A read that waits for its turn. */
export interface Waiting {
  readonly signal: AbortSignal;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The waiting reads of a namespace by the name of the Secret, in the order of their arrival. */
export class WaitingReads {
  readonly #byName = new Map<string, Set<Waiting>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get names(): IterableIterator<string> {
    return this.#byName.keys();
  }

  /** The number of reads of each Secret. */
  *counts(): Generator<readonly [name: string, reads: number]> {
    for (const [name, reads] of this.#byName) {
      yield [name, reads.size];
    }
  }

  add(name: string, waiting: Waiting): void {
    this.#byName.set(name, (this.#byName.get(name) ?? new Set()).add(waiting));
    this.#size += 1;
  }

  /** Removes and returns the reads of one Secret. */
  take(name: string): readonly Waiting[] {
    const taken = [...(this.#byName.get(name) ?? [])];
    this.#byName.delete(name);
    this.#size -= taken.length;
    return taken;
  }

  remove(name: string, waiting: Waiting): void {
    const same = this.#byName.get(name);
    if (same?.delete(waiting) === true) {
      this.#size -= 1;
    }
    if (same?.size === 0) {
      this.#byName.delete(name);
    }
  }
}
