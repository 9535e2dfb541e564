import type { KubeObject } from './object.ts';
import { isOlderVersion } from './resource-version.ts';

/** Computes the keys under which an object is found in an index. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** What is known of one resource type, to be read. Objects are shared: copy before changing one. */
export interface Store<T extends KubeObject = KubeObject> {
  get(namespace: string | undefined, name: string): T | undefined;
  list(): T[];
  readonly size: number;
  /** Adds an index over present and future objects. Throws when the name is taken. */
  addIndex(name: string, keysOf: IndexFunction<T>): void;
  /** The objects under `key`. Throws when there is no such index. */
  byIndex(name: string, key: string): T[];
}

/** What `upsert` did: `ignored` for an object that is older than what is stored, the same, or known to be deleted. */
export type UpsertResult<T> =
  | { readonly outcome: 'ignored' }
  | { readonly outcome: 'added' }
  | { readonly outcome: 'updated'; readonly previous: T }
  | { readonly outcome: 'recreated'; readonly previous: T };

interface Index<T> {
  readonly keysOf: IndexFunction<T>;
  readonly entries: Map<string, Set<T>>;
}

/** `<namespace>/<name>`; cluster-scoped objects have an empty namespace. */
export function objectKey(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

const rememberedDeletions = 4096;

/** The writing side of a `Store`. Made for one writer that watches and others that absorb the answers of their writes. */
export class ObjectStore<T extends KubeObject = KubeObject> implements Store<T> {
  private readonly objects = new Map<string, T>();
  private readonly indexes = new Map<string, Index<T>>();
  /** The answer to a write may arrive after the deletion of its object was seen; a uid never comes back. */
  private readonly deletedUids = new Set<string>();

  get size(): number {
    return this.objects.size;
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.objects.get(objectKey(namespace, name));
  }

  list(): T[] {
    return [...this.objects.values()];
  }

  addIndex(name: string, keysOf: IndexFunction<T>): void {
    if (this.indexes.has(name)) throw new Error(`the store has an index named ${name} already`);
    const index: Index<T> = { keysOf, entries: new Map() };
    this.indexes.set(name, index);
    for (const object of this.objects.values()) insert(index, object);
  }

  byIndex(name: string, key: string): T[] {
    const index = this.indexes.get(name);
    if (index === undefined) throw new Error(`the store has no index named ${name}`);
    return [...(index.entries.get(key) ?? [])];
  }

  /** Stores `object` unless something as new is known of it. */
  upsert(object: T): UpsertResult<T> {
    const { namespace, name, uid, resourceVersion } = object.metadata;
    if (this.deletedUids.has(uid)) return { outcome: 'ignored' };
    const key = objectKey(namespace, name);
    const previous = this.objects.get(key);
    if (previous === undefined) {
      this.put(key, undefined, object);
      return { outcome: 'added' };
    }
    const known = previous.metadata;
    const isStale =
      resourceVersion === known.resourceVersion || isOlderVersion(resourceVersion, known.resourceVersion);
    if (isStale) return { outcome: 'ignored' };
    this.put(key, previous, object);
    if (uid === known.uid) return { outcome: 'updated', previous };
    this.rememberDeletion(known.uid);
    return { outcome: 'recreated', previous };
  }

  /**
   * Removes the object with this name and uid and returns its last known state, `undefined` when it was not stored.
   * Its uid is remembered, so that a late answer does not bring it back.
   */
  remove(namespace: string | undefined, name: string, uid: string): T | undefined {
    this.rememberDeletion(uid);
    const key = objectKey(namespace, name);
    const object = this.objects.get(key);
    if (object?.metadata.uid !== uid) return undefined;
    this.objects.delete(key);
    for (const index of this.indexes.values()) extract(index, object);
    return object;
  }

  /**
   * Removes what a complete list did not contain and returns it: deletions that happened unseen. Objects newer than
   * the list (answers to our own writes) stay. `namespace` limits it to what the list covered.
   */
  removeAbsent(listed: ReadonlySet<string>, listVersion: string, namespace?: string): T[] {
    const absent = this.list().filter(({ metadata }) => {
      const isCovered = namespace === undefined || namespace === '' || metadata.namespace === namespace;
      const isListed = listed.has(objectKey(metadata.namespace, metadata.name));
      return isCovered && !isListed && !isOlderVersion(listVersion, metadata.resourceVersion);
    });
    for (const { metadata } of absent) this.remove(metadata.namespace, metadata.name, metadata.uid);
    return absent;
  }

  private put(key: string, previous: T | undefined, object: T): void {
    this.objects.set(key, object);
    for (const index of this.indexes.values()) {
      if (previous !== undefined) extract(index, previous);
      insert(index, object);
    }
  }

  private rememberDeletion(uid: string): void {
    this.deletedUids.add(uid);
    if (this.deletedUids.size <= rememberedDeletions) return;
    for (const oldest of this.deletedUids) {
      this.deletedUids.delete(oldest);
      return;
    }
  }
}

function insert<T>({ keysOf, entries }: Index<T>, object: T): void {
  for (const key of keysOf(object)) {
    const found = entries.get(key);
    if (found === undefined) entries.set(key, new Set([object]));
    else found.add(object);
  }
}

function extract<T>({ keysOf, entries }: Index<T>, object: T): void {
  for (const key of keysOf(object)) {
    const found = entries.get(key);
    found?.delete(object);
    if (found?.size === 0) entries.delete(key);
  }
}
