import { type KubeObject, withMeta } from './objects.ts';

/** One committed change of one object. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly collection: string;
  /** `<namespace>/<name>`, or the name alone. */
  readonly key: string;
  readonly revision: number;
  /** The object after the change; of a deletion the last state, with the revision of the deletion. */
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

/** A consistent view of a collection, in the order of its keys. */
export interface Snapshot {
  readonly revision: number;
  readonly entries: readonly (readonly [key: string, object: KubeObject])[];
}

/** A revision lies before the kept history. */
export class HistoryExpired extends Error {
  readonly asked: number;
  /** The oldest revision that can still be continued from. */
  readonly oldest: number;

  constructor(asked: number, oldest: number) {
    super(`revision ${asked} is older than ${oldest}`);
    this.name = 'HistoryExpired';
    this.asked = asked;
    this.oldest = oldest;
  }
}

interface Collection {
  readonly objects: Map<string, KubeObject>;
  sortedKeys: string[] | undefined;
  /** Oldest first, without a gap after `floor`. */
  history: Change[];
  /** Changes up to this revision are forgotten. */
  floor: number;
}

/**
 * Objects by collection and key, with one counter of revisions for all of them and a bounded history of changes for
 * each collection. It knows nothing of what the objects mean.
 */
export class Store {
  #current = 1;
  readonly #collections = new Map<string, Collection>();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #undelivered: Change[] = [];
  #delivering = false;
  readonly #historyLimit: number;
  /** Cutting in blocks keeps a long run from moving a large array for every change. */
  readonly #slack: number;

  /** `historyLimit`: how many changes of a collection a watch may lie behind. */
  constructor(historyLimit: number) {
    this.#historyLimit = historyLimit;
    this.#slack = historyLimit < 1000 ? 0 : historyLimit;
  }

  get revision(): number {
    return this.#current;
  }

  get(collection: string, key: string): KubeObject | undefined {
    return this.#collections.get(collection)?.objects.get(key);
  }

  /** Stores a new object; the key must be free. */
  create(collection: string, key: string, object: KubeObject): KubeObject {
    return this.#commit('ADDED', collection, key, object, undefined);
  }

  /** Replaces an object; the key must be there. */
  update(collection: string, key: string, object: KubeObject): KubeObject {
    return this.#commit('MODIFIED', collection, key, object, this.get(collection, key));
  }

  /** Removes an object; `last` is its final state where that differs from the stored one. */
  remove(collection: string, key: string, last?: KubeObject): KubeObject {
    const previous = this.get(collection, key);
    const final = last ?? previous;
    if (final === undefined) {
      throw new Error(`nothing to remove at ${collection} ${key}`);
    }
    return this.#commit('DELETED', collection, key, final, previous);
  }

  /** The collection now. */
  list(collection: string): Snapshot {
    const { objects, keys } = this.#sorted(collection);
    const entries: (readonly [string, KubeObject])[] = [];
    for (const key of keys) {
      const object = objects.get(key);
      if (object !== undefined) {
        entries.push([key, object]);
      }
    }
    return { revision: this.#current, entries };
  }

  /** The collection as it was at `revision`. Fails with `HistoryExpired`. */
  listAt(collection: string, revision: number): Snapshot {
    const { history, floor } = this.#collection(collection);
    if (revision < floor) {
      throw new HistoryExpired(revision, floor);
    }
    const before = new Map<string, KubeObject | undefined>();
    for (let index = history.length - 1; index >= 0; index--) {
      const change = history[index];
      if (change === undefined || change.revision <= revision) {
        break;
      }
      before.set(change.key, change.previous);
    }
    if (before.size === 0) {
      return { ...this.list(collection), revision };
    }
    const entries = new Map(this.list(collection).entries);
    for (const [key, object] of before) {
      if (object === undefined) {
        entries.delete(key);
      } else {
        entries.set(key, object);
      }
    }
    return { revision, entries: [...entries].sort(([a], [b]) => compareKeys(a, b)) };
  }

  /** Changes after `revision`, oldest first. Fails with `HistoryExpired`. */
  changesAfter(collection: string, revision: number): readonly Change[] {
    const { history, floor } = this.#collection(collection);
    if (revision < floor) {
      throw new HistoryExpired(revision, floor);
    }
    return history.filter((change) => change.revision > revision);
  }

  /** Forgets the history of one collection, or of all: what came before now cannot be continued from. */
  expire(collection?: string): void {
    const names = collection === undefined ? [...this.#collections.keys()] : [collection];
    for (const state of names.map((name) => this.#collection(name))) {
      state.history = [];
      state.floor = this.#current;
    }
  }

  /** Returns a function that restores objects, history and the counter of revisions. Listeners are not told. */
  backup(): () => void {
    const current = this.#current;
    const saved = [...this.#collections].map(
      ([name, state]) =>
        [name, { ...state, objects: new Map(state.objects), history: [...state.history] }] as const,
    );
    return () => {
      this.#current = current;
      this.#collections.clear();
      for (const [name, state] of saved) {
        this.#collections.set(name, {
          ...state,
          objects: new Map(state.objects),
          history: [...state.history],
        });
      }
    };
  }

  /** Calls `listener` right after each commit, in the order of commits. Returns its removal. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #commit(
    type: Change['type'],
    collection: string,
    key: string,
    object: KubeObject,
    previous: KubeObject | undefined,
  ): KubeObject {
    const state = this.#collection(collection);
    const revision = ++this.#current;
    const stamped = withMeta(object, { resourceVersion: String(revision) });
    if (type === 'DELETED') {
      state.objects.delete(key);
      state.sortedKeys = undefined;
    } else {
      if (previous === undefined) {
        state.sortedKeys = undefined;
      }
      state.objects.set(key, stamped);
    }
    const change: Change = { type, collection, key, revision, object: stamped, previous };
    state.history.push(change);
    if (state.history.length > this.#historyLimit + this.#slack) {
      state.history = state.history.slice(-this.#historyLimit);
      state.floor = (state.history[0]?.revision ?? this.#current) - 1;
    }
    this.#undelivered.push(change);
    this.#deliver();
    return stamped;
  }

  /** A listener may commit: its change is delivered after the present one has reached everybody. */
  #deliver(): void {
    if (this.#delivering) {
      return;
    }
    this.#delivering = true;
    try {
      for (let change = this.#undelivered.shift(); change !== undefined; change = this.#undelivered.shift()) {
        for (const listener of [...this.#listeners]) {
          listener(change);
        }
      }
    } finally {
      this.#delivering = false;
    }
  }

  #sorted(collection: string): { objects: Map<string, KubeObject>; keys: readonly string[] } {
    const state = this.#collection(collection);
    state.sortedKeys ??= [...state.objects.keys()].sort(compareKeys);
    return { objects: state.objects, keys: state.sortedKeys };
  }

  #collection(name: string): Collection {
    let state = this.#collections.get(name);
    if (state === undefined) {
      state = { objects: new Map(), sortedKeys: undefined, history: [], floor: 0 };
      this.#collections.set(name, state);
    }
    return state;
  }
}

/** Keys are ASCII, so the order of UTF-16 units is etcd's order of bytes. */
export function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
