import type { KubeObject, NamespacedName, ObjectVersion } from '../kube/client/object.ts';
import type { ResourceType } from '../kube/client/paths.ts';
import type { KubeRest } from '../kube/client/rest.ts';
import type { Store } from '../kube/watch/store.ts';
import type { IndexFunction } from '../kube/watch/store-index.ts';
import type { EventDraft } from './events.ts';
import type { ReconcileOutcome } from './outcome.ts';
import type { ReconcileContext, ReconcileObserver } from './reconcile-observer.ts';

/** Indexes over the cached objects of a resource, by name. */
export type Indexes = Readonly<Record<string, IndexFunction<KubeObject>>>;

/** A resource that others reference. Only metadata is cached, so that no Secret value stays in memory. */
export interface ReferencedResource {
  readonly resource: ResourceType;
  readonly indexes: Indexes;
}

/** A change of a referenced object reconciles the objects that `index` lists under its `objectKey`. */
export interface Reference {
  readonly to: ReferencedResource;
  /** One of the controller's own indexes. */
  readonly index: string;
}

/** Reconciles one kind. The operator registers watches, indexes and references from this data. */
export interface Controller {
  readonly kind: ReconcileContext['kind'];
  readonly resource: ResourceType;
  readonly indexes: Indexes;
  readonly references: readonly Reference[];
  /** The finalizer that `reconcile` releases; added before the first reconciliation, or later by `reconcile` itself. */
  readonly finalizer: { readonly name: string; readonly addedBy: 'operator' | 'reconcile' };
  /** Actions that wait for an external API: the worker serves other objects meanwhile. */
  readonly externalActions: ReadonlySet<string>;
  /** What a reconciliation of the object waits for, such as an account; see `ReliableOperator.laneOf`. */
  readonly laneOf?: (object: KubeObject) => string | undefined;
  /** `object` is a copy of the latest state, also while it is being deleted. Throws to be called again with backoff. */
  reconcile(object: unknown, signal: AbortSignal, observer: ReconcileObserver): Promise<ReconcileOutcome>;
  /** Called once after the object was deleted, with its last state. Throws to be called again with backoff. */
  forget(object: unknown, signal: AbortSignal): Promise<void>;
}

/** The object of an Event. */
export interface EventObject extends ObjectVersion {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectVersion['metadata'] & { readonly uid: string };
}

/** The part of the operator that controllers work with. */
export interface Manager {
  /** Calls as the leader: a write without the Lease is refused. */
  readonly rest: KubeRest;
  /** The cache of a watched resource. Throws before `start` has registered its watch. */
  store(resource: ResourceType): Store;
  /** Has the object reconciled, whether or not anything changed: now, or once after `afterMs` for all calls until then. */
  reconcileLater(resource: ResourceType, object: NamespacedName, afterMs?: number): void;
  /** Merge-patches an object, or its status, on the condition of its `resourceVersion`. Throws `KubeError`. */
  patch(
    resource: ResourceType,
    object: ObjectVersion,
    patch: Readonly<Record<string, unknown>>,
    subresource?: 'status',
  ): Promise<KubeObject>;
  /** Writes an Event; never fails. `action` is what the operator did, in one CamelCase word. */
  recordEvent(object: EventObject, action: string, event: EventDraft): void;
}
