import type { OperatorLogger, ResourceEvent } from '@dot-i/k8s-operator';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import type { KubeClient } from './client/kube-client.ts';
import type { KubeObject } from './client/object.ts';
import type { Leadership } from './leader/leadership.ts';
import type { QueueKey } from './queue/queue-key.ts';
import type { Priority, WithoutWorker, WorkQueueOptions } from './queue/work-queue.ts';
import type { ReflectorState } from './watch/reflector.ts';

/** What a `ReliableOperator` is made with. */
export interface ReliableOperatorOptions {
  readonly logger: OperatorLogger;
  /** Connections and calls; `stop()` closes them. */
  readonly client: KubeClient;
  /** Handlers and writes need it; `start()` and `stop()` of the operator start and stop it. */
  readonly leadership: Leadership;
  readonly clock: Clock;
  readonly random: Random;
  /** How many keys are worked on at a time; those whose handler waits without a worker are not counted. */
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

/** Told to a handler beside the event. `signal` aborts when the work has to end: lost Lease or end of the drain. */
export interface HandlerContext {
  readonly signal: AbortSignal;
  /** For waits for something external, such as a slow call. Of more than one at a time only the first counts. */
  readonly withoutWorker: WithoutWorker;
}

/** `requeueAfterMs`: be called again after so long although nothing changes; counts as success. */
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
  /** Only metadata is asked for and kept: for Secrets, so that no value ever enters memory. */
  readonly metadataOnly?: boolean | undefined;
  /** Runs on every change, at once; has to be quick and is expected to call `enqueue`. */
  readonly map: (object: T, change: 'upsert' | 'delete') => void;
}

/** Settings of `enqueue`. */
export interface EnqueueOptions {
  /** `change` unless set. */
  readonly priority?: Priority | undefined;
  /** Not before so many milliseconds have passed; a later plain `enqueue` overrides it. */
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

/** How the operator is doing, for probes and metrics. */
export interface OperatorHealth {
  /** All caches have been filled. */
  readonly synced: boolean;
  /** Milliseconds since the quietest watch last heard from the API server; `undefined` while one never has. */
  readonly lastContactMs: number | undefined;
  /** Whether this process may work: it holds the Lease, or there is no election. */
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
