import type { Clock } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import type { KubeObject } from '../client/object.ts';
import type { ResourcePath } from '../client/paths.ts';
import type { KubeRest } from '../client/rest.ts';
import type { ObjectStore } from './store.ts';

/** Where a reflector is. */
export type ReflectorState =
  /** Not started. */
  | { readonly name: 'idle' }
  /** Reads everything, page by page. */
  | { readonly name: 'listing' }
  /** Has asked for changes since `resourceVersion`; no answer yet. */
  | { readonly name: 'connecting'; readonly resourceVersion: string }
  /** Receives changes. */
  | { readonly name: 'watching' }
  /** Waits before the next try, until `untilMs` on the monotonic clock. */
  | { readonly name: 'waiting'; readonly untilMs: number; readonly because: string }
  /** Over, for good. */
  | { readonly name: 'stopped' };

/**
 * A change of the store. `isInitial`: seen in the first list, so maybe long known to the world. `previous`: what was
 * stored of the same object before; answers to own writes are stored without a change.
 */
export type Change<T> =
  | {
      readonly type: 'upsert';
      readonly object: T;
      readonly previous?: T | undefined;
      readonly isInitial: boolean;
    }
  | { readonly type: 'delete'; readonly object: T };

/** What a `Reflector` is made with. */
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
  /** Ask for and keep metadata alone. */
  readonly metadataOnly?: boolean | undefined;
  readonly store: ObjectStore<T>;
  /** Runs at once after the store has changed; must not throw. */
  readonly onChange: (change: Change<T>) => void;
  /** Told once when trouble begins or changes its nature, and once when it is over (`undefined`). */
  readonly onTrouble?: ((error: Error | undefined) => void) | undefined;
  readonly onState?: ((state: ReflectorState) => void) | undefined;
}
