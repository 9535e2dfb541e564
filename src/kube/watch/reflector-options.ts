import type { Clock } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import type { KubeObject } from '../client/object.ts';
import type { ResourcePath } from '../client/paths.ts';
import type { KubeRest } from '../client/rest.ts';
import type { ObjectStore } from './store.ts';

/** State of a reflector. */
export type ReflectorState =
  /** Not started. */
  | { readonly name: 'idle' }
  /** Lists the collection, page by page. */
  | { readonly name: 'listing' }
  /** Has requested a watch from `resourceVersion`; no response yet. */
  | { readonly name: 'connecting'; readonly resourceVersion: string }
  /** Receives changes. */
  | { readonly name: 'watching' }
  /** Waits before the next try, until `untilMs` on the monotonic clock. */
  | { readonly name: 'waiting'; readonly untilMs: number; readonly because: string }
  /** Stopped; final. */
  | { readonly name: 'stopped' };

/**
 * A change of the store. `isInitial`: part of the first list, so possibly unchanged for long. `previous`: the stored
 * object before; responses to own writes update the store without a change.
 */
export type Change<T> =
  | {
      readonly type: 'upsert';
      readonly object: T;
      readonly previous?: T | undefined;
      readonly isInitial: boolean;
    }
  | { readonly type: 'delete'; readonly object: T };

/** Options of a `Reflector`. */
export interface ReflectorOptions<T extends KubeObject> {
  readonly rest: KubeRest;
  readonly clock: Clock;
  readonly random: Random;
  /** Collection path, of all namespaces or of one. */
  readonly path: ResourcePath;
  /** The namespace of `path`, so that a list of it does not remove the objects of others from a shared store. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Requests and stores only metadata. */
  readonly metadataOnly?: boolean | undefined;
  readonly store: ObjectStore<T>;
  /** Called synchronously after a change of the store; must not throw. */
  readonly onChange: (change: Change<T>) => void;
  /** Called when a failure begins or its kind changes, and with `undefined` when the watch works again. */
  readonly onTrouble?: ((error: Error | undefined) => void) | undefined;
  readonly onState?: ((state: ReflectorState) => void) | undefined;
}
