import type { OperatorLogger, ResourceEvent } from '@dot-i/k8s-operator';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import type { KubeObject } from './client/object.ts';
import type { ObservedCall, ObservedRetry } from './client/rest.ts';
import type { LeaseTiming } from './leader/lease-elector.ts';
import type { Priority, WithoutWorker, WorkQueueOptions } from './queue/work-queue.ts';
import type { ReflectorState } from './watch/reflector.ts';

/** Where the Lease is and under which name this process holds it. */
export interface LeaderElectionOptions {
  readonly namespace: string;
  readonly name: string;
  /** Has to be different in every process, also after a restart. */
  readonly identity: string;
  readonly timing?: LeaseTiming | undefined;
}

/** What a `ReliableOperator` is made with. */
export interface ReliableOperatorOptions {
  readonly logger: OperatorLogger;
  /** Absent: `KubeConfig.loadFromDefault()`. Its connections are closed by `stop()`. */
  readonly kubeConfig?: KubeConfig | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** How many keys are worked on at a time; those whose handler waits without a worker are not counted. */
  readonly workers: number;
  /** Absent: no election, workers start at once. */
  readonly leaderElection?: LeaderElectionOptions | undefined;
  /** Deadline of a Kubernetes call, milliseconds; 30 s unless set. */
  readonly requestTimeoutMs?: number | undefined;
  /** Reported in Events as `reportingController`, e.g. `openconnectors.dev/operator`; also field manager and user agent. */
  readonly component: string;
  /** Reported in Events as `reportingInstance`: the pod's name. */
  readonly instance: string;
  /** The Lease is lost and all work has been told to stop: exit with a code other than 0. */
  readonly onStoppedLeading?: (() => void) | undefined;
  /** Told about every call to the API server. */
  readonly observeCall?: ((call: ObservedCall) => void) | undefined;
  /** Told about every call that is sent once more. */
  readonly observeRetry?: ((retry: ObservedRetry) => void) | undefined;
  readonly queue?: Pick<WorkQueueOptions, 'backoff' | 'starvationGuard' | 'observer' | 'waiting'> | undefined;
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
