import type { OperatorLogger, ResourceEvent } from '@dot-i/k8s-operator';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import type { KubeClient } from './client/kube-client.ts';
import type { KubeObject } from './client/object.ts';
import type { Leadership } from './leader/leadership.ts';
import type { QueueKey } from './queue/queue-key.ts';
import type { Priority, WithoutWorker, WorkQueueOptions } from './queue/work-queue.ts';
import type { ReflectorState } from './watch/reflector.ts';

/** Options of a `ReliableOperator`. */
export interface ReliableOperatorOptions {
  readonly logger: OperatorLogger;
  /** Connections and calls; `stop()` closes them. */
  readonly client: KubeClient;
  /** Handlers and writes need it; `start()` and `stop()` of the operator start and stop it. */
  readonly leadership: Leadership;
  readonly clock: Clock;
  readonly random: Random;
  /** Number of handlers at a time, without those that wait for an external API. */
  readonly workers: number;
  /** `reportingController` of Events, e.g. `openconnectors.dev/operator`. */
  readonly component: string;
  /** `reportingInstance` of Events: the name of the pod. */
  readonly instance: string;
  /** The leadership ended and the signals of all handlers are aborted. The process has to exit with an error. */
  readonly onStoppedLeading?: (() => void) | undefined;
  readonly queue?:
    | Pick<WorkQueueOptions<QueueKey>, 'backoff' | 'starvationGuard' | 'observer' | 'waiting'>
    | undefined;
}

/** Second argument of a handler. `signal` aborts when it has to end: lost Lease or end of the grace period. */
export interface HandlerContext {
  readonly signal: AbortSignal;
  /** For slow external calls. Of several at a time, only the first frees the worker. */
  readonly withoutWorker: WithoutWorker;
}

/** `requeueAfterMs`: the handler is called again after this time without a change; counts as success. */
export interface HandlerResult {
  readonly requeueAfterMs: number;
}

/** Handles one event. `event.object` is a copy of the latest known state, the handler's own to change. */
export type ResourceHandler = (
  event: ResourceEvent,
  context: HandlerContext,
) => Promise<HandlerResult | undefined> | Promise<void>;

/** Server-side selection of a watch. */
export interface SelectorOptions {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** A watch that feeds no queue of its own. */
export interface SecondaryOptions<T extends KubeObject = KubeObject> extends SelectorOptions {
  readonly namespace?: string | undefined;
  /** Requests and caches only metadata: for Secrets, so that no value is cached. */
  readonly metadataOnly?: boolean | undefined;
  /**
   * Called synchronously for every change, to call `enqueue`; has to be fast. Not for the objects that fill the cache:
   * whatever depends on them is handled after its own first list, in the order of that.
   */
  readonly map: (object: T, change: 'upsert' | 'delete') => void;
}

/** Settings of `enqueue`. */
export interface EnqueueOptions {
  /** `change` unless set. */
  readonly priority?: Priority | undefined;
  /** Delay in milliseconds; an `enqueue` without delay replaces it. */
  readonly afterMs?: number | undefined;
}

/** One watch, for probes and metrics. `namespace` is empty for all of them. */
export interface WatchHealth {
  readonly id: string;
  readonly namespace: string;
  readonly state: ReflectorState['name'];
  /** For how long it has been in this state, milliseconds. */
  readonly stateMs: number;
  readonly lastContactMs: number | undefined;
}

/** State of the operator, for probes and metrics. */
export interface OperatorHealth {
  /** All caches are synced. */
  readonly synced: boolean;
  /** Milliseconds since the last response to the quietest watch; `undefined` while one had none. */
  readonly lastContactMs: number | undefined;
  /** Whether this process leads: it holds the Lease, or runs without an election. */
  readonly leading: boolean;
  readonly stopping: boolean;
  readonly queueDepth: number;
  readonly inFlight: number;
  /** For how long a handler has kept its worker, milliseconds: the longest of all; 0 when none has one. */
  readonly longestRunningMs: number;
  /** Sum of the ages of all running handlers, milliseconds. */
  readonly unfinishedMs: number;
  readonly watches: readonly WatchHealth[];
}
