/** Computes the keys under which an object is found in an index. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** The place of an object in a store, which stays the same for its new versions. */
export interface Held<T> {
  object: T;
}

/**
 * Finds objects by computed keys. It refers to entries, so that a new version of an object under the same keys changes
 * nothing in it. Most keys have one object: no set is made for it, because sets are what an index would mostly consist of.
 */
export class StoreIndex<T, Entry extends Held<T>> {
  readonly #keysOf: IndexFunction<T>;
  readonly #entries = new Map<string, Entry | Set<Entry>>();
  /** Only of entries that have keys. */
  readonly #keys = new Map<Entry, readonly string[]>();

  constructor(keysOf: IndexFunction<T>) {
    this.#keysOf = keysOf;
  }

  at(key: string): T[] {
    const found = this.#entries.get(key);
    if (found === undefined) {
      return [];
    }
    return found instanceof Set ? Array.from(found, ({ object }) => object) : [found.object];
  }

  count(key: string): number {
    const found = this.#entries.get(key);
    if (found === undefined) {
      return 0;
    }
    return found instanceof Set ? found.size : 1;
  }

  /** After `entry` is new or has another object. */
  update(entry: Entry): void {
    const keys = this.#keysOf(entry.object);
    if (isSame(this.#keys.get(entry) ?? [], keys)) {
      return;
    }
    this.remove(entry);
    if (keys.length === 0) {
      return;
    }
    this.#keys.set(entry, keys);
    for (const key of keys) {
      this.#put(key, entry);
    }
  }

  remove(entry: Entry): void {
    for (const key of this.#keys.get(entry) ?? []) {
      const found = this.#entries.get(key);
      if (found instanceof Set) {
        found.delete(entry);
      }
      if (found === entry || (found instanceof Set && found.size === 0)) {
        this.#entries.delete(key);
      }
    }
    this.#keys.delete(entry);
  }

  #put(key: string, entry: Entry): void {
    const found = this.#entries.get(key);
    if (found === undefined) {
      this.#entries.set(key, entry);
    } else if (found instanceof Set) {
      found.add(entry);
    } else if (found !== entry) {
      this.#entries.set(key, new Set([found, entry]));
    }
  }
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((key, at) => key === right[at]);
}
