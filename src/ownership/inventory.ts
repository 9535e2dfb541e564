import { isDeepStrictEqual } from 'node:util';

import type { Instance } from '../openconnectors/port.ts';
import type { ElementKey } from '../provider/elements.ts';
import type { ElementDefaults } from '../provider/events.ts';
import { isOwnerTag } from './owner-tags.ts';

/**
 * The instances of an account: the latest list by the tag of the cluster, corrected by every response
 * about a single instance since. Lists lag: one that began within the grace period after such an answer neither changes
 * nor removes that instance. Absence from it proves nothing; `not-found` follows from a read by id alone.
 */
export class Inventory {
  readonly #instances = new Map<number, Instance | 'not-found'>();
  readonly #byOwner = new Map<string, Set<number>>();
  readonly #searches = new Map<string, number>();
  /** When an answer about the very instance was seen last. */
  readonly #learnedAt = new Map<number, number>();
  readonly #now: () => number;
  readonly #graceMs: number;
  #takenAt: number | undefined;
  #elements: ReadonlyMap<ElementKey, ElementDefaults> = new Map();

  /** `now` is the wall clock; `graceMs` is how long a list may lag behind answers about single instances. */
  constructor(now: () => number, graceMs: number) {
    this.#now = now;
    this.#graceMs = graceMs;
  }

  /** How many ids are remembered, those of deleted instances among them. */
  get size(): number {
    return this.#instances.size;
  }

  /** When the whole account was listed last (wall clock, the moment before the first request of it). */
  get listedAt(): number | undefined {
    return this.#takenAt;
  }

  /**
   * Replaces all knowledge by a complete list that was begun at `startedAt`. Returns the owner tags of the instances
   * that came, went or changed. What is listed as it is known stays the same object, so that a list of thousands that
   * shows nothing new leaves nothing behind.
   */
  replace(instances: readonly Instance[], startedAt: number): ReadonlySet<string> {
    this.#searches.clear();
    this.#takenAt = startedAt;
    return this.#update(this.#instances.keys(), instances, startedAt);
  }

  /** Updates the inventory with a complete response about one owner tag, begun at `startedAt`. */
  searched(ownerTag: string, found: readonly Instance[], startedAt: number): void {
    this.#update(this.#byOwner.get(ownerTag) ?? [], found, startedAt);
    this.#searches.set(ownerTag, startedAt);
  }

  /** A list may not show yet what an answer about the instance itself said up to the grace period before it began. */
  #isNewer(id: number, startedAt: number): boolean {
    const learnedAt = this.#learnedAt.get(id);
    if (learnedAt === undefined) {
      return false;
    }
    if (!this.#isPast(learnedAt)) {
      // The clock was set back: the answer counts as of now, not until the clock reaches its time once more.
      this.#learnedAt.set(id, this.#now());
      return true;
    }
    return learnedAt + this.#graceMs >= startedAt;
  }

  /** Whether a time can be compared. One in the future is from before the clock was set back. */
  #isPast(time: number | undefined): time is number {
    return time !== undefined && time <= this.#now();
  }

  /** Replaces what is known of `ids` by a list, except for what is newer. Returns the owner tags of what changed. */
  #update(ids: Iterable<number>, listed: readonly Instance[], startedAt: number): ReadonlySet<string> {
    const known = new Map(Array.from(ids, (id) => [id, this.#instances.get(id)]));
    const listedIds = new Set(listed.map(({ id }) => id));
    const changed: string[] = [];
    for (const [id, before] of known) {
      if (!listedIds.has(id) && !this.#isNewer(id, startedAt)) {
        changed.push(...ownersOf(before));
        this.forget(id);
      }
    }
    for (const instance of listed.filter(({ id }) => !this.#isNewer(id, startedAt))) {
      const before = known.get(instance.id);
      if (!isDeepStrictEqual(before, instance)) {
        changed.push(...ownersOf(before), ...ownersOf(instance));
        if (known.has(instance.id)) {
          this.forget(instance.id);
        }
        this.learn(instance);
      }
      this.#learnedAt.delete(instance.id);
    }
    return new Set(changed);
  }

  /** Updates one instance from a response. What the response leaves out keeps its last known value. */
  learn(instance: Instance): void {
    const before = this.#instances.get(instance.id);
    const known = before === undefined || before === 'not-found' ? instance : merge(before, instance);
    this.forget(instance.id);
    this.#instances.set(instance.id, known);
    this.#learnedAt.set(instance.id, this.#now());
    for (const tag of (known.tags ?? []).filter(isOwnerTag)) {
      const ids = this.#byOwner.get(tag) ?? new Set();
      this.#byOwner.set(tag, ids.add(instance.id));
    }
  }

  /** One of our own writes changed a known instance in a way that its answer did not show. */
  amend(id: number, change: Partial<Instance>): void {
    const known = this.#instances.get(id);
    if (known !== undefined && known !== 'not-found') {
      this.learn({ ...known, ...change });
    }
  }

  /** A read by id was answered with the API's own 404. */
  markGone(id: number): void {
    this.forget(id);
    this.#instances.set(id, 'not-found');
    this.#learnedAt.set(id, this.#now());
  }

  /** The defaults of an element, read once for each account: at most one entry for each known element. */
  learnElement(key: ElementKey, defaults: ElementDefaults): void {
    this.#elements = new Map(this.#elements).set(key, defaults);
  }

  /** Forgets an id. */
  forget(id: number): void {
    const known = this.#instances.get(id);
    this.#instances.delete(id);
    this.#learnedAt.delete(id);
    if (known === undefined || known === 'not-found') {
      return;
    }
    for (const tag of (known.tags ?? []).filter(isOwnerTag)) {
      const ids = this.#byOwner.get(tag);
      ids?.delete(id);
      if (ids?.size === 0) {
        this.#byOwner.delete(tag);
      }
    }
  }

  /** What concerns one resource: the instances with its owner tag, and those with the given ids. */
  about(ownerTag: string, ids: readonly (number | undefined)[]): ExternalFacts {
    const wanted = [...(this.#byOwner.get(ownerTag) ?? []), ...ids.filter((id) => id !== undefined)];
    const instances = new Map<number, Instance | 'not-found'>();
    for (const id of wanted) {
      const known = this.#instances.get(id);
      if (known !== undefined) {
        instances.set(id, known);
      }
    }
    const times = [this.#takenAt, this.#searches.get(ownerTag)].filter((time) => this.#isPast(time));
    const searchedAt = times.length === 0 ? undefined : Math.max(...times);
    return { instances, searchedAt, elements: this.#elements };
  }

  /** The instances with an owner tag that `matches`, lowest id first. */
  ownedBy(matches: (ownerTag: string) => boolean): readonly Instance[] {
    return [...this.#instances.values()]
      .filter(
        (instance): instance is Instance => instance !== 'not-found' && ownersOf(instance).some(matches),
      )
      .sort((a, b) => a.id - b.id);
  }
}

function ownersOf(known: Instance | 'not-found' | undefined): string[] {
  return known === undefined || known === 'not-found' ? [] : (known.tags ?? []).filter(isOwnerTag);
}

function merge(before: Instance, now: Instance): Instance {
  const shown = Object.entries(now).filter(([, value]) => value !== undefined);
  return { ...before, ...Object.fromEntries(shown) };
}

/** The instances of a resource. `not-found` is the API's own 404 on a read by id, never absence from a list. */
export interface ExternalFacts {
  /** The instances that concern this resource: by owner tag, by the ids in status, by `importId`. */
  readonly instances: ReadonlyMap<number, Instance | 'not-found'>;
  /** Wall clock of the latest complete answer about our owner tag; absent before the account's inventory. */
  readonly searchedAt: number | undefined;
  /** The defaults of the elements that were read; empty ones where the account does not show them. */
  readonly elements: ReadonlyMap<ElementKey, ElementDefaults>;
}
