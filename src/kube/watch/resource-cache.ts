import type { Clock } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import { describeError } from '../client/describe-error.ts';
import type { KubeObject } from '../client/object.ts';
import { collectionPath, type ResourceType, resourceId } from '../client/paths.ts';
import type { KubeRest } from '../client/rest.ts';
import { type Change, Reflector } from './reflector.ts';
import { ObjectStore } from './store.ts';
import { reduce } from './watch-event.ts';

/** Dependencies of every cache. */
export interface CacheEnvironment {
  readonly rest: KubeRest;
  readonly clock: Clock;
  readonly random: Random;
  readonly warn: (message: string) => void;
  readonly info: (message: string) => void;
  readonly error: (message: string) => void;
}

/** The watched part of a resource. */
export interface Selection {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly metadataOnly?: boolean | undefined;
}

/** Called for each change of the store. */
export type ChangeListener = (change: Change<KubeObject>) => void;

interface Watch {
  readonly selection: Selection;
  readonly reflector: Reflector;
  readonly listeners: ChangeListener[];
  readonly synced: Promise<boolean>;
}

/** The store of one resource, filled by one reflector for each watched namespace, or one for all. */
export class ResourceCache {
  readonly resource: ResourceType;
  readonly store = new ObjectStore();
  readonly #environment: CacheEnvironment;
  readonly #watches = new Map<string, Watch>();

  constructor(resource: ResourceType, environment: CacheEnvironment) {
    this.resource = resource;
    this.#environment = environment;
  }

  /** `<plural>.<group>/<version>`. */
  get id(): string {
    return resourceId(this.resource);
  }

  /** The reflectors, for probes and metrics. */
  get reflectors(): { readonly namespace: string; readonly reflector: Reflector }[] {
    return [...this.#watches].map(([namespace, { reflector }]) => ({ namespace, reflector }));
  }

  /**
   * Calls `listener` for every change in `selection`, beginning with the present objects. Several listeners share one
   * watch. Resolves with true once the cache is filled, with false when stopped before. Throws when the same
   * namespace is watched with another selection.
   */
  watch(selection: Selection, listener: ChangeListener): Promise<boolean> {
    const namespace = selection.namespace ?? '';
    const known = this.#watches.get(namespace);
    if (known === undefined) {
      return this.#begin(namespace, selection, listener);
    }
    if (!isSameSelection(known.selection, selection)) {
      throw new Error(`${this.id} is watched in the same place with another selection`);
    }
    known.listeners.push(listener);
    for (const object of this.store.list()) {
      if (namespace === '' || object.metadata.namespace === namespace) {
        this.#notify(listener, { type: 'upsert', object, isInitial: true });
      }
    }
    return known.synced;
  }

  /**
   * Stores the response to an own write, reduced like every stored object, without a call of the listeners. `object` has
   * to be one that the watch selects.
   */
  updateCache(object: KubeObject): void {
    const { namespace } = object.metadata;
    const selection = (this.#watches.get(namespace ?? '') ?? this.#watches.get(''))?.selection;
    if (selection !== undefined) {
      this.store.updateCache(reduce(object, selection.metadataOnly));
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#watches.values()].map(({ reflector }) => reflector.stop()));
  }

  #begin(namespace: string, selection: Selection, listener: ChangeListener): Promise<boolean> {
    const { rest, clock, random } = this.#environment;
    const listeners = [listener];
    const reflector = new Reflector({
      ...selection,
      rest,
      clock,
      random,
      path: collectionPath(this.resource, namespace),
      store: this.store,
      onChange: (change) => {
        for (const each of listeners) {
          this.#notify(each, change);
        }
      },
      onTrouble: (error) => this.#reportTrouble(namespace, error),
    });
    const synced = reflector.start();
    this.#watches.set(namespace, { selection, reflector, listeners, synced });
    return synced;
  }

  /** A listener that throws does not affect the cache and the other listeners. */
  #notify(listener: ChangeListener, change: Change<KubeObject>): void {
    try {
      listener(change);
    } catch (error) {
      this.#environment.error(`Listener on ${this.id} failed: ${describeError(error)}`);
    }
  }

  #reportTrouble(namespace: string, error: Error | undefined): void {
    const where = namespace === '' ? '' : ` in namespace ${namespace}`;
    if (error === undefined) {
      this.#environment.info(`Watch on ${this.id}${where} recovered`);
    } else {
      this.#environment.warn(`Watch on ${this.id}${where} failed, retrying: ${describeError(error)}`);
    }
  }
}

function isSameSelection(a: Selection, b: Selection): boolean {
  return (
    a.labelSelector === b.labelSelector &&
    a.fieldSelector === b.fieldSelector &&
    (a.metadataOnly ?? false) === (b.metadataOnly ?? false)
  );
}
