/** Highest first. */
export const PRIORITIES = ['edit', 'change', 'resync'] as const;

/**
 * `edit`: a user changed the object itself. `change`: something that it depends on changed, maybe for thousands of
 * objects. `resync`: a periodic check.
 */
export type Priority = (typeof PRIORITIES)[number];

/** Keeps lower priorities from starving while higher ones are waiting. */
export interface StarvationGuard {
  /** A key is due after this wait, milliseconds. */
  readonly afterMs: number;
  /** While one is due, its priority gets one of this many picks. */
  readonly share: number;
}

/** Position of a key. Groups, and the lanes in each, are served round robin; a full lane is closed. */
export interface Place {
  readonly group: string;
  readonly lane: string | undefined;
}

/** A key that was taken. */
export interface Taken<Key> extends Place {
  readonly id: string;
  readonly key: Key;
  readonly waitedMs: number;
}

type IsOpen = (lane: string | undefined, priority: Priority) => boolean;

/** The higher of two priorities; `undefined` is lower than all. */
export function higherOf(a: Priority | undefined, b: Priority): Priority {
  return a !== undefined && PRIORITIES.indexOf(a) < PRIORITIES.indexOf(b) ? a : b;
}

/** The keys of one priority: round robin over groups and over their lanes, first in, first out in a lane. */
class Level {
  /** In order of the next turn; no group and no lane is empty. */
  readonly #groups = new Map<string, Map<string | undefined, Set<string>>>();
  readonly #arrivals = new Set<string>();
  /** Keys that went before since one of these was taken, while one of these was due. */
  overtaken = 0;

  get isEmpty(): boolean {
    return this.#arrivals.size === 0;
  }

  get oldest(): string | undefined {
    for (const id of this.#arrivals) {
      return id;
    }
    return undefined;
  }

  add(id: string, { group, lane }: Place): void {
    const lanes = this.#groups.get(group) ?? new Map<string | undefined, Set<string>>();
    const keys = lanes.get(lane) ?? new Set();
    this.#groups.set(group, lanes.set(lane, keys.add(id)));
    this.#arrivals.add(id);
  }

  remove(id: string, { group, lane }: Place): void {
    const lanes = this.#groups.get(group);
    const keys = lanes?.get(lane);
    this.#arrivals.delete(id);
    keys?.delete(id);
    if (keys?.size === 0) {
      lanes?.delete(lane);
    }
    if (lanes?.size === 0) {
      this.#groups.delete(group);
    }
  }

  take(isOpen: (lane: string | undefined) => boolean): string | undefined {
    for (const [group, lanes] of this.#groups) {
      for (const [lane, keys] of lanes) {
        const id = isOpen(lane) ? first(keys) : undefined;
        if (id !== undefined) {
          this.#groups.delete(group);
          lanes.delete(lane);
          this.#groups.set(group, lanes.set(lane, keys));
          this.remove(id, { group, lane });
          return id;
        }
      }
    }
    return undefined;
  }
}

/** A queued key. */
interface Waiting<Key> extends Place {
  readonly key: Key;
  readonly priority: Priority;
  readonly since: number;
}

/**
 * A set of keys in the order edits, changes, resyncs, with groups round robin. A lower priority with a due key gets its
 * share of the picks, so that a stream of edits does not starve it, and no more, so that edits stay fast.
 */
export class FairQueue<Key> {
  readonly #waiting = new Map<string, Waiting<Key>>();
  readonly #levels: Readonly<Record<Priority, Level>> = {
    edit: new Level(),
    change: new Level(),
    resync: new Level(),
  };
  readonly #placeOf: (key: Key) => Place;
  readonly #starvationGuard: StarvationGuard;

  constructor(placeOf: (key: Key) => Place, starvationGuard: StarvationGuard) {
    this.#placeOf = placeOf;
    this.#starvationGuard = starvationGuard;
  }

  get size(): number {
    return this.#waiting.size;
  }

  has(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** Queues `key`, identified by `id`, once: with the highest priority of all calls, at its present place. */
  add(id: string, key: Key, asked: Priority, now: number): void {
    const known = this.#waiting.get(id);
    const { group, lane } = this.#placeOf(key);
    const priority = higherOf(known?.priority, asked);
    if (known?.priority === priority && known.group === group && known.lane === lane) {
      return;
    }
    this.remove(id);
    this.#waiting.set(id, { key, priority, since: known?.since ?? now, group, lane });
    this.#levels[priority].add(id, { group, lane });
  }

  /** Removes a key as if it had never been added. Returns whether it was queued. */
  remove(id: string): boolean {
    const known = this.#waiting.get(id);
    if (known === undefined) {
      return false;
    }
    this.#waiting.delete(id);
    this.#levels[known.priority].remove(id, known);
    return true;
  }

  /** The next key of an open lane; `undefined` when nothing waits there. */
  take(now: number, isOpen: IsOpen = () => true): Taken<Key> | undefined {
    const starved = PRIORITIES.filter(
      (priority) => this.#levels[priority].overtaken >= this.#starvationGuard.share - 1,
    );
    for (const priority of [...starved, ...PRIORITIES]) {
      const id = this.#levels[priority].take((lane) => isOpen(lane, priority));
      const known = id === undefined ? undefined : this.#waiting.get(id);
      if (id !== undefined && known !== undefined) {
        this.#waiting.delete(id);
        this.#countOvertaken(priority, now);
        const { key, group, lane, since } = known;
        return { id, key, group, lane, waitedMs: now - since };
      }
    }
    return undefined;
  }

  #countOvertaken(taken: Priority, now: number): void {
    for (const priority of PRIORITIES) {
      const level = this.#levels[priority];
      const isLower = PRIORITIES.indexOf(priority) > PRIORITIES.indexOf(taken);
      if (isLower && this.#isDue(level, now)) {
        level.overtaken += 1;
      } else if (priority === taken || level.isEmpty) {
        level.overtaken = 0;
      }
    }
  }

  #isDue({ oldest }: Level, now: number): boolean {
    const since = oldest === undefined ? undefined : this.#waiting.get(oldest)?.since;
    return since !== undefined && now - since >= this.#starvationGuard.afterMs;
  }
}

function first(keys: ReadonlySet<string>): string | undefined {
  for (const key of keys) {
    return key;
  }
  return undefined;
}
