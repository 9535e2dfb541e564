import { type ResourceEvent, ResourceEventType, ResourceMetaImpl } from '@dot-i/k8s-operator';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { KubeObject } from '../client/object.ts';
import { objectKey, type Store } from './store.ts';

/**
 * Creates the events of `@dot-i/k8s-operator` for a name from the cache: Deleted for an object that was deleted, Added
 * for one that no handler has completed yet, otherwise Modified.
 */
export class PrimaryResource {
  readonly #id: string;
  readonly #store: Store;
  /** Uids, by key, of objects that a handler has completed. */
  readonly #handled = new Map<string, string>();
  /** Last states, by key, of deleted objects whose deletion no handler has completed. */
  readonly #deleted = new Map<string, KubeObject>();

  constructor(id: string, store: Store) {
    this.#id = id;
    this.#store = store;
  }

  /** Records a deletion. Of several objects with one name, only the last counts. */
  noteDeletion(object: KubeObject): void {
    this.#deleted.set(objectKey(object.metadata.namespace, object.metadata.name), object);
  }

  /**
   * The events for this name, the deletion of an earlier object first; may be empty. Each event has its own copy of
   * the object. Call `done` for each that was handled.
   */
  eventsFor(namespace: string, name: string): ResourceEvent[] {
    const key = objectKey(namespace, name);
    const gone = this.#deleted.get(key);
    const present = this.#store.get(namespace, name);
    const events: ResourceEvent[] = [];
    if (gone !== undefined) {
      events.push(this.#event(ResourceEventType.Deleted, gone));
    }
    if (present !== undefined) {
      const isKnown = gone === undefined && this.#handled.get(key) === present.metadata.uid;
      events.push(this.#event(isKnown ? ResourceEventType.Modified : ResourceEventType.Added, present));
    }
    return events;
  }

  /** `event` was handled without an error. */
  done(event: ResourceEvent): void {
    const key = objectKey(event.meta.namespace, event.meta.name);
    const uid = event.object.metadata?.uid;
    if (event.type === ResourceEventType.Deleted) {
      if (this.#deleted.get(key)?.metadata.uid === uid) {
        this.#deleted.delete(key);
      }
      if (this.#handled.get(key) === uid) {
        this.#handled.delete(key);
      }
      return;
    }
    if (uid !== undefined && this.#store.get(event.meta.namespace, event.meta.name)?.metadata.uid === uid) {
      this.#handled.set(key, uid);
    }
  }

  #event(type: ResourceEventType, object: KubeObject): ResourceEvent {
    const { metadata } = object;
    const { finalizers } = metadata;
    // The library changes the finalizers of its event. Its type has Dates where the wire has text; handlers narrow the
    // object themselves.
    const copy = {
      ...object,
      metadata: { ...metadata, ...(finalizers !== undefined && { finalizers: [...finalizers] }) },
    } as unknown as KubernetesObject;
    return { type, object: copy, meta: ResourceMetaImpl.createWithId(this.#id, copy) };
  }
}
