import type { Context } from './context.ts';
import { groupOf, type KubeObject, type OwnerReference, withMeta } from './objects.ts';
import { deleteObject } from './operations/delete.ts';
import { isFinished } from './operations/update.ts';
import { keyOf, type ResourceType } from './resource-type.ts';
import type { Change } from './store.ts';
import type { Worker } from './worker.ts';

/** Where an object is stored. */
interface Place {
  readonly collection: string;
  readonly key: string;
}

type OwnerState = 'present' | 'absent' | 'waiting' | 'unknown';

/** Garbage collection: deletes objects without owners and processes the foreground and orphan finalizers. */
export function startGarbageCollector(context: Context, worker: Worker): () => void {
  const collector = new GarbageCollector(context, worker);
  return context.store.subscribe((change) => collector.observe(change));
}

class GarbageCollector {
  readonly #context: Context;
  readonly #worker: Worker;
  /** Owner's uid -> places of the objects that name it. */
  readonly #dependents = new Map<string, Map<string, Place>>();

  constructor(context: Context, worker: Worker) {
    this.#context = context;
    this.#worker = worker;
  }

  observe(change: Change): void {
    const place: Place = { collection: change.collection, key: change.key };
    this.#index(change, place);
    if (change.type === 'DELETED') {
      this.#checkDependents(change.object.metadata.uid);
      for (const owner of change.object.metadata.ownerReferences ?? []) {
        this.#checkOwner(owner, change.object);
      }
      return;
    }
    if ((change.object.metadata.ownerReferences ?? []).length > 0) {
      this.#check(place);
    }
    if (change.object.metadata.deletionTimestamp !== undefined) {
      this.#worker.enqueue(`finalize ${place.collection} ${place.key}`, () => this.#finalize(place));
    }
  }

  #index(change: Change, place: Place): void {
    const id = `${place.collection} ${place.key}`;
    for (const { uid } of change.previous?.metadata.ownerReferences ?? []) {
      this.#dependents.get(uid)?.delete(id);
    }
    if (change.type !== 'DELETED') {
      for (const { uid } of change.object.metadata.ownerReferences ?? []) {
        const known = this.#dependents.get(uid) ?? new Map<string, Place>();
        this.#dependents.set(uid, known.set(id, place));
      }
    }
  }

  #check(place: Place): void {
    this.#worker.enqueue(`collect ${place.collection} ${place.key}`, () => this.#collect(place));
  }

  #checkDependents(uid: string | undefined): void {
    for (const place of this.#dependents.get(uid ?? '')?.values() ?? []) {
      this.#check(place);
    }
  }

  #checkOwner(owner: OwnerReference, dependent: KubeObject): void {
    const type = this.#typeOf(owner);
    if (type !== undefined) {
      const place = this.#placeOf(type, owner, dependent);
      this.#worker.enqueue(`finalize ${place.collection} ${place.key}`, () => this.#finalize(place));
    }
  }

  /** Deletes the object at `place` if it has no owner left, else removes references to deleted owners. */
  #collect(place: Place): void {
    const object = this.#context.store.get(place.collection, place.key);
    const type = this.#typeAt(place);
    if (object === undefined || type === undefined || object.metadata.deletionTimestamp !== undefined) {
      return;
    }
    const owners = object.metadata.ownerReferences ?? [];
    const states = owners.map((owner) => this.#stateOf(owner, object));
    if (owners.length === 0 || states.includes('unknown')) {
      return;
    }
    const kept = owners.filter((_, index) => states[index] === 'present');
    if (kept.length === owners.length) {
      return;
    }
    if (kept.length > 0) {
      this.#context.store.update(place.collection, place.key, withMeta(object, { ownerReferences: kept }));
      return;
    }
    const { namespace = '', name = '', uid } = object.metadata;
    const foreground = states.includes('waiting') && (this.#dependents.get(uid ?? '')?.size ?? 0) > 0;
    deleteObject(this.#context, type, namespace, name, {
      propagationPolicy: foreground ? 'Foreground' : 'Background',
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    });
  }

  #finalize(place: Place): void {
    const object = this.#context.store.get(place.collection, place.key);
    const type = this.#typeAt(place);
    if (object?.metadata.deletionTimestamp === undefined || type === undefined) {
      return;
    }
    const finalizers = object.metadata.finalizers ?? [];
    const dependents = [...(this.#dependents.get(object.metadata.uid ?? '')?.values() ?? [])];
    if (finalizers.includes('orphan')) {
      for (const dependent of dependents) {
        this.#disown(dependent, object.metadata.uid);
      }
      this.#removeFinalizer(type, place, object, 'orphan');
    } else if (finalizers.includes('foregroundDeletion')) {
      for (const dependent of dependents) {
        this.#check(dependent);
      }
      if (!dependents.some((dependent) => this.#blocks(dependent, object.metadata.uid))) {
        this.#removeFinalizer(type, place, object, 'foregroundDeletion');
      }
    }
  }

  #removeFinalizer(type: ResourceType, place: Place, object: KubeObject, finalizer: string): void {
    const rest = (object.metadata.finalizers ?? []).filter((other) => other !== finalizer);
    const next = withMeta(object, { finalizers: rest.length === 0 ? undefined : rest });
    if (isFinished(type, next)) {
      this.#context.store.remove(place.collection, place.key, next);
    } else {
      this.#context.store.update(place.collection, place.key, next);
    }
  }

  #disown(place: Place, uid: string | undefined): void {
    const object = this.#context.store.get(place.collection, place.key);
    if (object !== undefined) {
      const rest = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
      const ownerReferences = rest.length === 0 ? undefined : rest;
      this.#context.store.update(place.collection, place.key, withMeta(object, { ownerReferences }));
    }
  }

  #blocks(place: Place, uid: string | undefined): boolean {
    const object = this.#context.store.get(place.collection, place.key);
    return (object?.metadata.ownerReferences ?? []).some(
      (owner) => owner.uid === uid && owner.blockOwnerDeletion === true,
    );
  }

  #stateOf(owner: OwnerReference, dependent: KubeObject): OwnerState {
    const type = this.#typeOf(owner);
    // A cluster-wide object cannot have an owner in a namespace: such a reference is never followed.
    if (type === undefined || (type.namespaced && dependent.metadata.namespace === undefined)) {
      return 'unknown';
    }
    const { collection, key } = this.#placeOf(type, owner, dependent);
    const found = this.#context.store.get(collection, key);
    if (found === undefined || found.metadata.uid !== owner.uid) {
      return 'absent';
    }
    const foreground =
      found.metadata.deletionTimestamp !== undefined &&
      (found.metadata.finalizers ?? []).includes('foregroundDeletion');
    return foreground && owner.blockOwnerDeletion === true ? 'waiting' : 'present';
  }

  #typeOf(owner: OwnerReference): ResourceType | undefined {
    const version = owner.apiVersion.split('/').at(-1);
    return this.#context.registry.findKind(groupOf(owner.apiVersion), owner.kind, version);
  }

  #placeOf(type: ResourceType, owner: OwnerReference, dependent: KubeObject): Place {
    return {
      collection: type.collection,
      key: keyOf(type, dependent.metadata.namespace ?? '', owner.name),
    };
  }

  #typeAt(place: Place): ResourceType | undefined {
    return this.#context.registry.collections().find(({ collection }) => collection === place.collection);
  }
}
