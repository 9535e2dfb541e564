import OperatorPkg, { type OperatorLogger, type ResourceMeta } from '@dot-i/k8s-operator';
import { CoreV1Api } from '@kubernetes/client-node';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import { describeError } from './client/describe-error.ts';
import { isKubeError } from './client/errors.ts';
import type { KubeObject } from './client/object.ts';
import { collectionPath, resourceId } from './client/paths.ts';
import { NoClusterError, PooledKubeConfig } from './client/pooled-config.ts';
import { metaOf, ResourceWriter } from './client/resource-writer.ts';
import type { KubeRest } from './client/rest.ts';
import type { EventRecorder } from './events/event-recorder.ts';
import { electedLeadership, type Leadership, soleLeadership } from './leader/leadership.ts';
import { createClient, createRecorder } from './operator-clients.ts';
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
import { formatQueueKey, parseQueueKey, type QueueKey } from './queue/queue-key.ts';
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
/** What handlers get to react to their signal. */
const ABORT_GRACE_MS = 1_000;
const FLUSH_MS = 1_000;
const RELEASE_MS = 2_000;

/**
 * `@dot-i/k8s-operator` with an engine that is fit for production: the programming model (`init`, `watchResource`,
 * events and metas, `handleResourceFinalizer`) is the library's, the transport under its protected methods is ours.
 * `docs/decisions/0002-operator-base.md` says what is overridden and why. No other file knows the library's insides.
 *
 * A handler is called at least once for each change, with the latest state, one call at a time for each object and up
 * to `workers` in parallel; when it throws it is called again, after a backoff.
 */
export abstract class ReliableOperator extends OperatorPkg.default {
  protected readonly clock: Clock;
  protected readonly random: Random;
  /** Calls as the leader: every write is refused unless the Lease is held. */
  protected readonly rest: KubeRest;
  /** Calls that any replica may make. */
  protected readonly replicaRest: KubeRest;
  /** Writes Events as the leader. */
  protected readonly events: EventRecorder;
  readonly #options: ReliableOperatorOptions;
  readonly #log: OperatorLogger;
  readonly #connections: PooledKubeConfig;
  readonly #election: Leadership;
  readonly #dispatcher: Dispatcher;
  readonly #queue: WorkQueue;
  readonly #writer: ResourceWriter;
  readonly #caches = new Map<string, ResourceCache>();
  #isReady = false;
  #hasYielded = false;
  #stopped: Promise<void> | undefined;

  /** Throws when the file that `KUBECONFIG` names cannot be read, even with `options.kubeConfig`: the library loads it. */
  constructor(options: ReliableOperatorOptions) {
    super(options.logger);
    this.#options = options;
    this.#log = options.logger;
    this.clock = options.clock;
    this.random = options.random;
    this.#connections = PooledKubeConfig.from(options.kubeConfig ?? this.kubeConfig);
    if (options.requestTimeoutMs !== undefined) {
      this.#connections.setCallTimeout(options.requestTimeoutMs);
    }
    this.kubeConfig = this.#connections;
    this.k8sApi = this.#connections.makeApiClient(CoreV1Api);
    this.replicaRest = createClient(options, this.#connections);
    this.#election = this.#createLeadership();
    this.rest = this.replicaRest.withGuard(() => {
      this.#election.assertHeld();
      return this.#election.signal;
    });
    this.#writer = new ResourceWriter(this.rest, (id, answer) => this.updateCache(id, answer));
    this.events = createRecorder(options, this.rest);
    this.#dispatcher = new Dispatcher(options.logger);
    this.#queue = this.#createQueue();
  }

  /** Fills the caches, then takes part in the election (or starts to work at once without one). */
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
    this.#election.start();
  }

  /**
   * Ends everything in order: no more keys, `deadlineMs` for the handlers under way, Events, Lease, connections.
   * Resolves when nothing is left that keeps Node alive. May be called at any time, and again.
   */
  override stop(deadlineMs = DEFAULT_STOP_MS): Promise<void> {
    this.#stopped ??= this.#end(deadlineMs);
    return this.#stopped;
  }

  /** How the operator is doing. */
  healthy(): OperatorHealth {
    const watches = [...this.#caches.values()].flatMap(watchHealthOf);
    const contacts = watches.map(({ lastContactMs }) => lastContactMs ?? Number.POSITIVE_INFINITY);
    const quietest = Math.max(...contacts);
    return {
      synced: this.#isReady,
      lastContactMs: Number.isFinite(quietest) ? quietest : undefined,
      leading: this.#election.isLeading,
      stopping: this.#stopped !== undefined,
      queueDepth: this.#queue.depth,
      inFlight: this.#queue.inFlight,
      longestRunningMs: this.#queue.longestRunningMs,
      unfinishedMs: this.#queue.unfinishedMs,
      watches,
    };
  }

  /** Throws `LeaseNotHeldError` unless the Lease is held: to be called in the same tick as a remote write is sent. */
  assertLeading(): void {
    this.#election.assertHeld();
  }

  /** Aborts when the leadership ends: takes back remote writes that wait for a socket. */
  get leadership(): AbortSignal {
    return this.#election.signal;
  }

  /** Runs once the Lease is held, before the first handler. A throw gives the leadership back. */
  protected async onStartedLeading(): Promise<void> {
    // Nothing has to be prepared, unless a subclass has something.
  }

  /**
   * What the handler of a key waits for without a worker, such as an account. A lane with many such handlers is full,
   * and its other keys stay queued. No lane unless overridden. Has to be quick: it is asked for each key that is queued.
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
    const id = resourceId({ group, version, plural });
    const cache = this.#cacheOf(id);
    const primary = this.#dispatcher.register(id, namespace ?? '', cache.store, onEvent);
    const synced = await cache.watch({ ...options, namespace }, (change) => {
      const { metadata } = change.object;
      if (change.type === 'delete') {
        if (!this.#queue.isStarted) {
          // A standby has not worked on the object, so it has nothing to clean up, and nobody takes its keys.
          this.#queue.discard(
            formatQueueKey({ id, namespace: metadata.namespace ?? '', name: metadata.name }),
          );
          return;
        }
        primary.noteDeletion(change.object);
      }
      this.enqueue(id, metadata.namespace ?? '', metadata.name, { priority: priorityOf(change) });
    });
    this.#requireRunning(synced);
    this.#log.info(`watching resource ${id}`);
  }

  /** Watches a resource that others depend on. Resolves with its store when that is filled; rejects like `watchResource`. */
  protected async watchSecondary<T extends KubeObject = KubeObject>(
    group: string,
    version: string,
    plural: string,
    options: SecondaryOptions<T>,
  ): Promise<Store<T>> {
    const { map, ...selection } = options;
    const id = resourceId({ group, version, plural });
    const cache = this.#cacheOf(id);
    const synced = await cache.watch(selection, (change) => map(change.object as T, change.type));
    this.#requireRunning(synced);
    return this.resourceStore<T>(id);
  }

  /** Has the handler of `id` called for this object, whether or not anything changed. Ids are `<plural>.<group>/<version>`. */
  protected enqueue(id: string, namespace: string, name: string, options: EnqueueOptions = {}): void {
    const key = formatQueueKey({ id, namespace, name });
    if (options.afterMs === undefined) {
      this.#queue.add(key, { priority: options.priority });
    } else {
      this.#queue.addAfter(key, options.afterMs);
    }
  }

  /** The cache behind `watchResource` or `watchSecondary`; throws when there is none. `T` is the caller's promise. */
  protected resourceStore<T extends KubeObject = KubeObject>(id: string): Store<T> {
    const cache = this.#caches.get(id);
    if (cache === undefined) {
      throw new Error(`${id} is not watched`);
    }
    return cache.store as Store<KubeObject> as Store<T>;
  }

  /**
   * Merge-patches the object of `meta` (RFC 7396), or its status, on the condition that it still has
   * `meta.resourceVersion`, takes the answer into the store and returns it. The handler is not called for it. Throws
   * `KubeError`.
   */
  protected patchResource(
    meta: ResourceMeta,
    mergePatch: Record<string, unknown>,
    subresource?: 'status',
  ): Promise<KubeObject> {
    return this.#writer.patch(meta, mergePatch, subresource);
  }

  /** Replaces the status like `patchResourceStatus` patches it. */
  protected override async setResourceStatus(meta: ResourceMeta, status: unknown): Promise<ResourceMeta> {
    return metaOf(meta.id, await this.#writer.replaceStatus(meta, status));
  }

  /**
   * Merge-patches the status on the condition that the object still has `meta.resourceVersion`. Returns the new meta.
   * Throws `KubeError`, where the library logs and returns null. The handler is not called for its own change.
   */
  protected override async patchResourceStatus(meta: ResourceMeta, status: unknown): Promise<ResourceMeta> {
    return metaOf(meta.id, await this.#writer.patch(meta, { status }, 'status'));
  }

  /**
   * Sets the finalizers on the condition that the object still has `meta.resourceVersion`, so that no finalizer of
   * another controller is lost. An object that is gone has none to remove. Throws `KubeError`, where the library logs
   * and goes on. After an addition the handler is called again, as `handleResourceFinalizer` relies on it.
   */
  protected override async setResourceFinalizers(meta: ResourceMeta, finalizers: string[]): Promise<void> {
    const stored = this.#caches.get(meta.id)?.store.get(meta.namespace, meta.name);
    const isRemoval =
      finalizers.length === 0 || finalizers.length < (stored?.metadata.finalizers?.length ?? 0);
    try {
      await this.#writer.patch(meta, { metadata: { finalizers } });
    } catch (error) {
      if (isRemoval && isKubeError(error, 'not-found')) {
        return;
      }
      throw error;
    }
    if (!isRemoval) {
      this.enqueue(meta.id, meta.namespace ?? '', meta.name, { priority: 'edit' });
    }
  }

  /** Takes the answer to an own write of a watched object into its store at once; `map` and handlers are not told. */
  protected updateCache(id: string, answer: KubeObject): void {
    this.#caches.get(id)?.updateCache(answer);
  }

  /** URL of a resource type's collection. */
  protected override getCustomResourceApiUri(
    group: string,
    version: string,
    plural: string,
    namespace?: string,
  ): string {
    const cluster = this.#connections.getCurrentCluster();
    if (cluster === null) {
      throw new NoClusterError('the kubeconfig has no current cluster');
    }
    return `${cluster.server.replace(/\/+$/, '')}${collectionPath({ group, version, plural }, namespace)}`;
  }

  #createLeadership(): Leadership {
    const { leaderElection, clock, random } = this.#options;
    const onStartedLeading = (): void => void this.#lead();
    if (leaderElection === undefined) {
      return soleLeadership(onStartedLeading);
    }
    return electedLeadership({
      ...leaderElection,
      rest: this.replicaRest,
      clock,
      random,
      onStartedLeading,
      onStoppedLeading: () => this.#yieldLeadership(),
      onHolder: (identity) => this.#log.info(`the Lease is held by ${identity === '' ? 'nobody' : identity}`),
      onFailure: (error) => this.#log.debug(`attempt to hold the Lease: ${describeError(error)}`),
    });
  }

  #createQueue(): WorkQueue {
    const { clock, random, workers, queue } = this.#options;
    return new WorkQueue({
      ...queue,
      clock,
      random,
      workers,
      groupOf: (key) => parseQueueKey(key).namespace,
      laneOf: (key) => this.laneOf(parseQueueKey(key)),
      handle: (key, signal, withoutWorker) =>
        this.#dispatcher.dispatch(key, this.#queue, { signal, withoutWorker }),
      onError: (key, error) => this.#log.error(`handling ${key} failed: ${describeError(error)}`),
    });
  }

  #cacheOf(id: string): ResourceCache {
    const known = this.#caches.get(id);
    if (known !== undefined) {
      return known;
    }
    const { replicaRest: rest, clock, random } = this;
    const log = this.#log;
    const cache = new ResourceCache(id, {
      rest,
      clock,
      random,
      info: (message) => log.info(message),
      warn: (message) => log.warn(message),
      error: (message) => log.error(message),
    });
    this.#caches.set(id, cache);
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
      if (this.#stopped === undefined && this.#election.isLeading) {
        this.#queue.start();
      }
    } catch (error) {
      this.#log.error(`could not begin to lead: ${describeError(error)}`);
      this.#yieldLeadership();
      await this.#election.stop(RELEASE_MS);
    }
  }

  /** Stops all work at once; the composition root is told to end the process. */
  #yieldLeadership(): void {
    if (this.#stopped !== undefined || this.#hasYielded) {
      return;
    }
    this.#hasYielded = true;
    this.#log.error('stopped leading');
    this.#queue.abort(new Error('the Lease is not held any more'));
    this.#options.onStoppedLeading?.();
  }

  async #end(deadlineMs: number): Promise<void> {
    // One turn later, so that `stopped` is set before anything is told.
    await Promise.resolve();
    super.stop();
    this.#isReady = false;
    await Promise.all([...this.#caches.values()].map((cache) => cache.stop()));
    const unfinished = await this.#queue.drain(deadlineMs);
    if (unfinished > 0) {
      this.#log.warn(`${unfinished} handlers did not end in time`);
      await this.#queue.drain(ABORT_GRACE_MS);
    }
    await this.events.flush(FLUSH_MS);
    await this.#election.stop(RELEASE_MS);
    await this.#connections.close();
  }
}
