import { type ResourceEvent, ResourceEventType } from '@dot-i/k8s-operator';
import { isRecord, type KubeObject, type NamespacedName, type ObjectVersion } from '../kube/client/object.ts';
import type { ResourceType } from '../kube/client/paths.ts';
import type { QueueKey } from '../kube/queue/queue-key.ts';
import {
  type HandlerContext,
  type HandlerResult,
  ReliableOperator,
  type ReliableOperatorOptions,
} from '../kube/reliable-operator.ts';
import { objectKey, type Store } from '../kube/watch/store.ts';
import type { Controller, EventObject, Manager, ReferencedResource } from '../reconciler/controller.ts';
import type { EventDraft } from '../reconciler/events.ts';
import type { ReconcileOutcome } from '../reconciler/outcome.ts';
import {
  type ObserveReconcile,
  type ReconcileObserver,
  unobservedReconcile,
} from '../reconciler/reconcile-observer.ts';
import { freeWorkers } from './free-workers.ts';
import { requireReleased, toResult } from './handler-results.ts';

/** Settings of the manager, besides those of every operator. */
export interface ControllerManagerOptions extends ReliableOperatorOptions {
  /** Watched in this order. */
  readonly controllers: readonly Controller[];
  /** The watched namespaces; empty for all. */
  readonly namespaces: readonly string[];
  /** Selects the objects that are reconciled. */
  readonly labelSelector: string | undefined;
  /** Runs in every replica before the first watch. A throw ends the start. */
  readonly prepare: () => Promise<void>;
  /** Runs once the Lease is held, before the first reconcile. A throw releases the Lease. */
  readonly onLeading: (manager: Manager) => Promise<void>;
  readonly observeReconcile?: ObserveReconcile | undefined;
}

/** Runs a list of controllers: registers their watches, indexes and references, and calls them for each change. */
export class ControllerManager extends ReliableOperator implements Manager {
  readonly #own: ControllerManagerOptions;
  readonly #observeReconcile: ObserveReconcile;

  constructor(options: ControllerManagerOptions) {
    super(options);
    this.#own = options;
    this.#observeReconcile = options.observeReconcile ?? unobservedReconcile;
  }

  store(resource: ResourceType): Store {
    return this.resourceStore(resource);
  }

  reconcileLater(resource: ResourceType, object: NamespacedName, afterMs?: number): void {
    this.enqueue(resource, object, { afterMs });
  }

  patch(
    resource: ResourceType,
    object: ObjectVersion,
    patch: Readonly<Record<string, unknown>>,
    subresource?: 'status',
  ): Promise<KubeObject> {
    return this.patchResource(resource, object, patch, subresource);
  }

  recordEvent(
    { apiVersion, kind, metadata }: EventObject,
    action: string,
    { type, reason, message }: EventDraft,
  ): void {
    const { namespace, name, uid, resourceVersion } = metadata;
    this.events.record({
      object: { apiVersion, kind, namespace, name, uid, resourceVersion },
      type,
      reason,
      action,
      note: message,
    });
  }

  protected override async init(): Promise<void> {
    const { controllers, namespaces, prepare } = this.#own;
    await prepare();
    const watched = namespaces.length === 0 ? [undefined] : namespaces;
    // All lists at once. A watch makes its store in the same tick, and the indexes are there before the first object.
    const filled = watched.flatMap((namespace) => [
      ...controllers.map((controller) => this.#watch(controller, namespace)),
      ...[...this.#referenced()].map((referenced) => this.#watchReferenced(referenced, namespace)),
    ]);
    for (const { resource, indexes } of [...controllers, ...this.#referenced()]) {
      this.#addIndexes(resource, indexes);
    }
    await Promise.all(filled);
  }

  #watch(controller: Controller, namespace: string | undefined): Promise<void> {
    const { group, version, plural } = controller.resource;
    return this.watchResource(
      group,
      version,
      plural,
      (event, context) => this.#handle(controller, event, context),
      namespace,
      { labelSelector: this.#own.labelSelector },
    );
  }

  #watchReferenced(referenced: ReferencedResource, namespace: string | undefined): Promise<Store> {
    return this.watchSecondary(referenced.resource, {
      namespace,
      metadataOnly: true,
      map: ({ metadata }) => this.#reconcileReferrers(referenced, metadata),
    });
  }

  protected override onStartedLeading(): Promise<void> {
    return this.#own.onLeading(this);
  }

  protected override laneOf({ resource, object: { namespace, name } }: QueueKey): string | undefined {
    const controller = this.#own.controllers.find(({ resource: { plural } }) => plural === resource.plural);
    if (controller?.laneOf === undefined) {
      return undefined;
    }
    const object = this.store(resource).get(namespace, name);
    return object && controller.laneOf(object);
  }

  #addIndexes(resource: ResourceType, indexes: Controller['indexes']): void {
    for (const [name, keysOf] of Object.entries(indexes)) {
      this.store(resource).addIndex(name, keysOf);
    }
  }

  #referenced(): ReadonlySet<ReferencedResource> {
    return new Set(this.#own.controllers.flatMap(({ references }) => references.map(({ to }) => to)));
  }

  #reconcileReferrers(referenced: ReferencedResource, { namespace, name }: NamespacedName): void {
    for (const { resource, references } of this.#own.controllers) {
      for (const { index } of references.filter(({ to }) => to === referenced)) {
        for (const { metadata } of this.store(resource).byIndex(index, objectKey(namespace, name))) {
          this.enqueue(resource, metadata);
        }
      }
    }
  }

  #handle(
    controller: Controller,
    event: ResourceEvent,
    { signal, withoutWorker }: HandlerContext,
  ): Promise<HandlerResult | undefined> {
    const { object, meta, type } = event;
    const context = {
      kind: controller.kind,
      namespace: meta.namespace ?? '',
      name: meta.name,
      uid: object.metadata?.uid ?? '',
      isDeleted: type === ResourceEventType.Deleted,
      signal,
    };
    return this.#observeReconcile(context, (observer) =>
      this.#reconcile(
        controller,
        event,
        signal,
        freeWorkers(observer, controller.externalActions, withoutWorker),
      ),
    );
  }

  async #reconcile(
    controller: Controller,
    event: ResourceEvent,
    signal: AbortSignal,
    observer: ReconcileObserver,
  ): Promise<HandlerResult | undefined> {
    const { object } = event;
    if (event.type === ResourceEventType.Deleted) {
      await controller.forget(object, signal);
      return undefined;
    }
    const { name, addedBy } = controller.finalizer;
    const run = (): Promise<ReconcileOutcome> => controller.reconcile(object, signal, observer);
    const needsFinalizer = addedBy === 'operator' || isBeingDeleted(object);
    const isHandled =
      needsFinalizer &&
      (await this.handleResourceFinalizer(event, name, async () => requireReleased(await run())));
    return isHandled ? undefined : toResult(await run());
  }
}

function isBeingDeleted(object: unknown): boolean {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  return isRecord(metadata) && metadata['deletionTimestamp'] !== undefined;
}
