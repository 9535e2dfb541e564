import type { Clock } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import { describeError } from '../client/describe-error.ts';
import type { KubeObject } from '../client/object.ts';
import { collectionPath, type ResourceType, resourceId } from '../client/paths.ts';
import type { KubeRest } from '../client/rest.ts';
import { type Change, Reflector } from './reflector.ts';
import { ObjectStore } from './store.ts';
import { reduce } from './watch-event.ts';

/** What caches share. */
export interface CacheEnvironment {
  readonly rest: KubeRest;
  readonly clock: Clock;
  readonly random: Random;
  readonly warn: (message: string) => void;
  readonly info: (message: string) => void;
  readonly error: (message: string) => void;
}

/** What is selected of a resource type. */
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

/** One resource type: a store, filled by a reflector for each namespace that is watched (or one for all of them). */
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
   * Tells `listener` about every change in `selection`, beginning with all that is there. Several listeners share one
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
        this.#tell(listener, { type: 'upsert', object, isInitial: true });
      }
    }
    return known.synced;
  }

  /**
   * Takes in the answer to an own write, reduced like everything else that is stored. Listeners are not told, unless
   * the watch knows something newer. `object` has to be one that the watch selects.
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
        for (const told of listeners) {
          this.#tell(told, change);
        }
      },
      onTrouble: (error) => this.#reportTrouble(namespace, error),
    });
    const synced = reflector.start();
    this.#watches.set(namespace, { selection, reflector, listeners, synced });
    return synced;
  }

  /** A listener that throws has a defect; the cache and the other listeners go on. */
  #tell(listener: ChangeListener, change: Change<KubeObject>): void {
    try {
      listener(change);
    } catch (error) {
      this.#environment.error(`a listener on ${this.id} failed: ${describeError(error)}`);
    }
  }

  #reportTrouble(namespace: string, error: Error | undefined): void {
    const where = namespace === '' ? '' : ` in namespace ${namespace}`;
    if (error === undefined) {
      this.#environment.info(`watch on ${this.id}${where} works again`);
    } else {
      this.#environment.warn(
        `watch on ${this.id}${where} is interrupted, trying again: ${describeError(error)}`,
      );
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
