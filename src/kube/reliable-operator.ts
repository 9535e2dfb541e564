import OperatorPkg, { type OperatorLogger, type ResourceMeta } from '@dot-i/k8s-operator';
import { describeError } from './client/describe-error.ts';
import { isKubeError } from './client/errors.ts';
import type { KubeObject, NamespacedName, ObjectVersion } from './client/object.ts';
import { patchObject } from './client/patch-object.ts';
import { type ResourceType, resourceId } from './client/paths.ts';
import type { PooledKubeConfig } from './client/pooled-config.ts';
import type { KubeRest } from './client/rest.ts';
import { EventRecorder } from './events/event-recorder.ts';
import { type Leadership, writeGuardOf } from './leader/leadership.ts';
import type {
  EnqueueOptions,
  OperatorHealth,
  ReliableOperatorOptions,
  ResourceHandler,
  SecondaryOptions,
  SelectorOptions,
} from './operator-options.ts';
import { priorityOf } from './queue/change-priority.ts';
import { Dispatcher } from './queue/dispatcher.ts';
import { formatQueueKey, type QueueKey } from './queue/queue-key.ts';
import { WorkQueue } from './queue/work-queue.ts';
import { ResourceCache } from './watch/resource-cache.ts';
import type { Store } from './watch/store.ts';
import { watchHealthOf } from './watch/watch-health.ts';

export type * from './operator-options.ts';
export { RequeueAfter } from './queue/requeue-after.ts';

/** The operator was stopped before a watch was ready. */
export class OperatorStoppedError extends Error {
  override readonly name = 'OperatorStoppedError';
}

const DEFAULT_STOP_MS = 20_000;
/** Time for handlers to react to their signal. */
const ABORT_GRACE_MS = 1_000;
const FLUSH_MS = 1_000;
const RELEASE_MS = 2_000;

/**
 * `@dot-i/k8s-operator` for production: the programming model (`init`, `watchResource`, events and metas,
 * `handleResourceFinalizer`) is the library's; watches, queue and writes are replaced. `docs/decisions/0002` lists each
 * override and its reason. No other file depends on the library's insides.
 *
 * A handler is called at least once for each change, with the latest state, one call at a time for each object and up
 * to `workers` in parallel. When it throws, it is called again after a backoff.
 */
export abstract class ReliableOperator extends OperatorPkg.default {
  /** Calls as the leader: every write is refused unless the Lease is held. */
  readonly rest: KubeRest;
  /** Writes Events as the leader. */
  protected readonly events: EventRecorder;
  readonly #options: ReliableOperatorOptions;
  readonly #log: OperatorLogger;
  readonly #connections: PooledKubeConfig;
  readonly #leadership: Leadership;
  readonly #dispatcher: Dispatcher;
  readonly #queue: WorkQueue<QueueKey>;
  readonly #caches = new Map<string, ResourceCache>();
  #isReady = false;
  #hasLostLeadership = false;
  #stopped: Promise<void> | undefined;

  /** Throws when the file that `KUBECONFIG` names cannot be read: the library loads it. */
  constructor(options: ReliableOperatorOptions) {
    super(options.logger);
    this.#options = options;
    this.#log = options.logger;
    this.#connections = options.client.config;
    this.kubeConfig = this.#connections;
    this.#leadership = options.leadership;
    this.rest = options.client.rest.withGuard(writeGuardOf(options.leadership));
    this.events = this.#createRecorder();
    this.#dispatcher = new Dispatcher(options.logger);
    this.#queue = this.#createQueue();
  }

  /** Fills the caches, then takes part in the election. Handlers run once this process leads. */
  override async start(): Promise<void> {
    try {
      await super.start();
    } catch (error) {
      if (this.#stopped !== undefined && error instanceof OperatorStoppedError) {
        return;
      }
      throw error;
    }
    if (this.#stopped !== undefined) {
      return;
    }
    this.#isReady = true;
    this.#leadership.start({
      onStartedLeading: () => void this.#lead(),
      onStoppedLeading: () => this.#stopLeading(),
    });
  }

  /**
   * Ends everything in order: no more keys, `deadlineMs` for running handlers, Events, Lease, connections. Resolves when
   * nothing is left that keeps Node alive. May be called at any time, and again.
   */
  override stop(deadlineMs = DEFAULT_STOP_MS): Promise<void> {
    this.#stopped ??= this.#end(deadlineMs);
    return this.#stopped;
  }

  /** State of the operator, for probes and metrics. */
  healthy(): OperatorHealth {
    const watches = [...this.#caches.values()].flatMap(watchHealthOf);
    const contacts = watches.map(({ lastContactMs }) => lastContactMs ?? Number.POSITIVE_INFINITY);
    const quietest = Math.max(...contacts);
    return {
      synced: this.#isReady,
      lastContactMs: Number.isFinite(quietest) ? quietest : undefined,
      leading: this.#leadership.isLeading,
      stopping: this.#stopped !== undefined,
      queueDepth: this.#queue.depth,
      inFlight: this.#queue.inFlight,
      longestRunningMs: this.#queue.longestRunningMs,
      unfinishedMs: this.#queue.unfinishedMs,
      watches,
    };
  }

  /** Runs once the Lease is held, before the first handler. A throw releases the Lease. */
  protected async onStartedLeading(): Promise<void> {
    // Nothing to prepare unless a subclass overrides it.
  }

  /**
   * What the handler of a key waits for without a worker, such as an account. A full lane keeps its other keys queued.
   * No lane unless overridden. Called for each key that is queued, so it has to be fast.
   */
  protected laneOf(_key: QueueKey): string | undefined {
    return undefined;
  }

  /**
   * Watches a resource whose events `onEvent` handles. May be called once per namespace. Resolves when the cache is
   * filled; rejects with `OperatorStoppedError` when the operator is stopped before.
   */
  protected override async watchResource(
    group: string,
    version: string,
    plural: string,
    onEvent: ResourceHandler,
    namespace?: string,
    options: SelectorOptions = {},
  ): Promise<void> {
    const resource = { group, version, plural };
    const id = resourceId(resource);
    const cache = this.#cacheOf(resource);
    const primary = this.#dispatcher.register(id, namespace ?? '', cache.store, onEvent);
    const synced = await cache.watch({ ...options, namespace }, (change) => {
      const { metadata } = change.object;
      if (change.type === 'delete') {
        if (!this.#queue.isStarted) {
          // A standby has reconciled nothing, so there is nothing to clean up and no worker takes its keys.
          this.#queue.discard({ resource, object: metadata });
          return;
        }
        primary.noteDeletion(change.object);
      }
      this.enqueue(resource, metadata, { priority: priorityOf(change) });
    });
    this.#requireRunning(synced);
    this.#log.info(`Watching ${id}`);
  }

  /** Watches a resource that others depend on. Resolves with its store when that is filled; rejects like `watchResource`. */
  protected async watchSecondary<T extends KubeObject = KubeObject>(
    resource: ResourceType,
    { map, ...selection }: SecondaryOptions<T>,
  ): Promise<Store<T>> {
    const cache = this.#cacheOf(resource);
    const synced = await cache.watch(selection, (change) => {
      if (change.type === 'delete' || !change.isInitial) {
        map(change.object as T, change.type);
      }
    });
    this.#requireRunning(synced);
    return this.resourceStore<T>(resource);
  }

  /** Has the handler of `resource` called for this object, whether or not anything changed. */
  protected enqueue(resource: ResourceType, object: NamespacedName, options: EnqueueOptions = {}): void {
    // Metadata would keep a whole object in the queue.
    const key = { resource, object: { namespace: object.namespace, name: object.name } };
    if (options.afterMs === undefined) {
      this.#queue.add(key, { priority: options.priority });
    } else {
      this.#queue.addAfter(key, options.afterMs);
    }
  }

  /** The cache of a watched resource; throws when it is not watched. `T` is the caller's promise. */
  protected resourceStore<T extends KubeObject = KubeObject>(resource: ResourceType): Store<T> {
    return this.#cacheById(resourceId(resource)).store as Store<KubeObject> as Store<T>;
  }

  /**
   * Merge-patches the object (RFC 7396), or its status, on the condition that it still has its `resourceVersion`. The
   * response updates the store, which shares it with the caller: it must not be changed. The handler is not called for this change.
   * Throws `KubeError`.
   */
  protected async patchResource(
    resource: ResourceType,
    object: ObjectVersion,
    patch: Readonly<Record<string, unknown>>,
    subresource?: 'status',
  ): Promise<KubeObject> {
    const response = await patchObject(this.rest, resource, object, patch, subresource);
    this.#caches.get(resourceId(resource))?.updateCache(response);
    return response;
  }

  /**
   * Sets the finalizers on the condition that the object still has `meta.resourceVersion`, so that no finalizer of
   * another controller is lost. Removal from a deleted object succeeds. Throws `KubeError`. After an addition the
   * handler is called again, as `handleResourceFinalizer` relies on it.
   */
  protected override async setResourceFinalizers(meta: ResourceMeta, finalizers: string[]): Promise<void> {
    const { resource, store } = this.#cacheById(meta.id);
    const { namespace, name, resourceVersion = '' } = meta;
    const stored = store.get(namespace, name)?.metadata.finalizers ?? [];
    const isRemoval = finalizers.length === 0 || finalizers.length < stored.length;
    try {
      await this.patchResource(
        resource,
        { metadata: { namespace, name, resourceVersion } },
        { metadata: { finalizers } },
      );
    } catch (error) {
      if (isRemoval && isKubeError(error, 'not-found')) {
        return;
      }
      throw error;
    }
    if (!isRemoval) {
      this.enqueue(resource, meta, { priority: 'edit' });
    }
  }

  #createRecorder(): EventRecorder {
    const { clock, random, component, instance } = this.#options;
    const onDropped = (event: { readonly reason: string }, error: unknown): void =>
      this.#log.debug(`Failed to write event ${event.reason}: ${describeError(error)}`);
    return new EventRecorder({ rest: this.rest, clock, random, component, instance, onDropped });
  }

  #createQueue(): WorkQueue<QueueKey> {
    const { clock, random, workers, queue } = this.#options;
    return new WorkQueue({
      ...queue,
      clock,
      random,
      workers,
      idOf: formatQueueKey,
      groupOf: ({ object }) => object.namespace ?? '',
      laneOf: (key) => this.laneOf(key),
      handle: (key, signal, withoutWorker) =>
        this.#dispatcher.dispatch(key, this.#queue, { signal, withoutWorker }),
      onError: (key, error) =>
        this.#log.error(`Failed to handle ${formatQueueKey(key)}: ${describeError(error)}`),
    });
  }

  #cacheOf(resource: ResourceType): ResourceCache {
    const id = resourceId(resource);
    const known = this.#caches.get(id);
    if (known !== undefined) {
      return known;
    }
    const { client, clock, random } = this.#options;
    const log = this.#log;
    const cache = new ResourceCache(resource, {
      rest: client.rest,
      clock,
      random,
      info: (message) => log.info(message),
      warn: (message) => log.warn(message),
      error: (message) => log.error(message),
    });
    this.#caches.set(id, cache);
    return cache;
  }

  #cacheById(id: string): ResourceCache {
    const cache = this.#caches.get(id);
    if (cache === undefined) {
      throw new Error(`${id} is not watched`);
    }
    return cache;
  }

  #requireRunning(synced: boolean): void {
    if (!synced || this.#stopped !== undefined) {
      throw new OperatorStoppedError('the operator has been stopped');
    }
  }

  async #lead(): Promise<void> {
    try {
      await this.onStartedLeading();
      if (this.#stopped === undefined && this.#leadership.isLeading) {
        this.#queue.start();
      }
    } catch (error) {
      this.#log.error(`Failed to start leading: ${describeError(error)}`);
      this.#stopLeading();
      await this.#leadership.stop(RELEASE_MS);
    }
  }

  /** Aborts all handlers; the process has to end. */
  #stopLeading(): void {
    if (this.#stopped !== undefined || this.#hasLostLeadership) {
      return;
    }
    this.#hasLostLeadership = true;
    this.#log.error('Leader election lost');
    this.#queue.abort(new Error('the Lease is not held any more'));
    this.#options.onStoppedLeading?.();
  }

  async #end(deadlineMs: number): Promise<void> {
    // One turn later, so that `#stopped` is set before the first await of anything below.
    await Promise.resolve();
    super.stop();
    this.#isReady = false;
    await Promise.all([...this.#caches.values()].map((cache) => cache.stop()));
    const unfinished = await this.#queue.drain(deadlineMs);
    if (unfinished > 0) {
      this.#log.warn(`${unfinished} handlers did not end within the grace period`);
      await this.#queue.drain(ABORT_GRACE_MS);
    }
    await this.events.flush(FLUSH_MS);
    await this.#leadership.stop(RELEASE_MS);
    await this.#connections.close();
  }
}
