import type { KubeObject } from '../client/object.ts';
import { isOlderVersion } from './resource-version.ts';
import { type IndexFunction, StoreIndex } from './store-index.ts';

/** The cached objects of one resource, read-only. Objects are shared: copy before changing one. */
export interface Store<T extends KubeObject = KubeObject> {
  get(namespace: string | undefined, name: string): T | undefined;
  list(): T[];
  readonly size: number;
  /** Adds an index over present and future objects. Throws when the name is taken. */
  addIndex(name: string, keysOf: IndexFunction<T>): void;
  /** The objects under `key`. Throws when there is no such index. */
  byIndex(name: string, key: string): T[];
  /** How many objects are under `key`, without a copy of them. Throws when there is no such index. */
  countByIndex(name: string, key: string): number;
}

/** Effect of an upsert: `ignored` when the store has the same or a newer version. */
export type UpsertResult<T> =
  | { readonly outcome: 'ignored' }
  | { readonly outcome: 'added' }
  | { readonly outcome: 'updated'; readonly previous: T }
  | { readonly outcome: 'recreated'; readonly previous: T };

/** Marks the begin of a list. Responses to own writes that arrive later may be newer than the list. */
export type ListStart = number;

/** A complete list: when it began, the keys of its objects, its version and, unless it covers all, its namespace. */
export interface CompleteList {
  readonly start: ListStart;
  readonly keys: ReadonlySet<string>;
  readonly resourceVersion: string;
  readonly namespace?: string | undefined;
}

interface Entry<T> {
  object: T;
  /** Number of the own write whose response this is; 0 from a list or a watch. */
  write: number;
}

/** `<namespace>/<name>`; cluster-scoped objects have an empty namespace. */
export function objectKey(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

const REMEMBERED_DELETIONS = 4096;

/**
 * The writing side of a `Store`. The reflector's objects are authoritative, in their order; responses to own writes may
 * be newer or older than those.
 */
export class ObjectStore<T extends KubeObject = KubeObject> implements Store<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #indexes = new Map<string, StoreIndex<T, Entry<T>>>();
  /** Deleted uids with the version of the deletion: the response to a write may arrive after it. */
  readonly #deletions = new Map<string, string>();
  #writes = 0;

  get size(): number {
    return this.#entries.size;
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#entries.get(objectKey(namespace, name))?.object;
  }

  list(): T[] {
    return [...this.#entries.values()].map(({ object }) => object);
  }

  addIndex(name: string, keysOf: IndexFunction<T>): void {
    if (this.#indexes.has(name)) {
      throw new Error(`the store already has an index named ${name}`);
    }
    const index = new StoreIndex<T, Entry<T>>(keysOf);
    this.#indexes.set(name, index);
    for (const entry of this.#entries.values()) {
      index.update(entry);
    }
  }

  byIndex(name: string, key: string): T[] {
    return this.#indexOf(name).at(key);
  }

  countByIndex(name: string, key: string): number {
    return this.#indexOf(name).count(key);
  }

  /** Call before the first request of a list is sent. */
  beginList(): ListStart {
    return this.#writes;
  }

  /**
   * Stores an item of a list. A list is a consistent read: it replaces what was stored before it began, even with an
   * older version, as after the restore of a backup.
   */
  upsertListed(object: T, start: ListStart): UpsertResult<T> {
    const known = this.#entries.get(keyOf(object));
    const mayBeNewer = known !== undefined && known.write > start;
    if (
      known !== undefined &&
      (mayBeNewer ? isStale(object, known.object) : isSameVersion(object, known.object))
    ) {
      return { outcome: 'ignored' };
    }
    return this.#put(object, 0);
  }

  /** Stores the object of a watch event, unless the response to an own write was newer. */
  upsert(object: T): UpsertResult<T> {
    const known = this.#entries.get(keyOf(object));
    return known !== undefined && isStale(object, known.object)
      ? { outcome: 'ignored' }
      : this.#put(object, 0);
  }

  /** Stores the response to an own write, unless the store has the same or a newer version, or a newer deletion. */
  updateCache(object: T): UpsertResult<T> {
    const { uid, resourceVersion } = object.metadata;
    const deletion = this.#deletions.get(uid);
    if (deletion !== undefined && !isOlderVersion(deletion, resourceVersion)) {
      return { outcome: 'ignored' };
    }
    const known = this.#entries.get(keyOf(object));
    if (known !== undefined && isStale(object, known.object)) {
      return { outcome: 'ignored' };
    }
    this.#writes += 1;
    return this.#put(object, this.#writes);
  }

  /**
   * Removes the object with the name and uid of `deleted` and returns its last stored state, `undefined` when it was not
   * stored. The version of `deleted` is kept, so that an older response does not restore the object.
   */
  remove(deleted: T): T | undefined {
    const { uid, resourceVersion } = deleted.metadata;
    this.#rememberDeletion(uid, resourceVersion);
    const key = keyOf(deleted);
    const entry = this.#entries.get(key);
    if (entry?.object.metadata.uid !== uid) {
      return undefined;
    }
    this.#drop(key, entry);
    return entry.object;
  }

  /**
   * Removes and returns what a complete list did not contain: deletions that no watch reported. Responses to own writes
   * that are newer than the list stay.
   */
  removeAbsent({ start, keys, resourceVersion, namespace = '' }: CompleteList): T[] {
    const absent: T[] = [];
    for (const [key, entry] of [...this.#entries]) {
      const { object, write } = entry;
      const { metadata } = object;
      const isCovered = namespace === '' || metadata.namespace === namespace;
      const isNewer = write > start && isOlderVersion(resourceVersion, metadata.resourceVersion);
      if (isCovered && !keys.has(key) && !isNewer) {
        this.#rememberDeletion(metadata.uid, resourceVersion);
        this.#drop(key, entry);
        absent.push(object);
      }
    }
    return absent;
  }

  #indexOf(name: string): StoreIndex<T, Entry<T>> {
    const index = this.#indexes.get(name);
    if (index === undefined) {
      throw new Error(`the store has no index named ${name}`);
    }
    return index;
  }

  #put(object: T, write: number): UpsertResult<T> {
    const key = keyOf(object);
    const known = this.#entries.get(key);
    const previous = known?.object;
    const entry = known ?? { object, write };
    entry.object = object;
    entry.write = write;
    this.#deletions.delete(object.metadata.uid);
    this.#entries.set(key, entry);
    for (const index of this.#indexes.values()) {
      index.update(entry);
    }
    if (previous === undefined) {
      return { outcome: 'added' };
    }
    if (previous.metadata.uid === object.metadata.uid) {
      return { outcome: 'updated', previous };
    }
    this.#rememberDeletion(previous.metadata.uid, object.metadata.resourceVersion);
    return { outcome: 'recreated', previous };
  }

  #drop(key: string, entry: Entry<T>): void {
    this.#entries.delete(key);
    for (const index of this.#indexes.values()) {
      index.remove(entry);
    }
  }

  #rememberDeletion(uid: string, resourceVersion: string): void {
    this.#deletions.delete(uid);
    this.#deletions.set(uid, resourceVersion);
    if (this.#deletions.size <= REMEMBERED_DELETIONS) {
      return;
    }
    for (const oldest of this.#deletions.keys()) {
      this.#deletions.delete(oldest);
      return;
    }
  }
}

function keyOf({ metadata }: KubeObject): string {
  return objectKey(metadata.namespace, metadata.name);
}

function isSameVersion(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion;
}

/** Whether `received` is not newer than `known`. */
function isStale({ metadata: received }: KubeObject, { metadata: known }: KubeObject): boolean {
  return (
    received.resourceVersion === known.resourceVersion ||
    isOlderVersion(received.resourceVersion, known.resourceVersion)
  );
}
