import OperatorPkg, { type OperatorLogger, type ResourceEvent, type ResourceMeta } from '@dot-i/k8s-operator';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import type { EventRecorder } from './events.ts';
import type { KubeObject } from './object.ts';
import type { KubeRest, ObservedCall } from './rest.ts';
import type { Store } from './store.ts';
import type { Priority } from './work-queue.ts';

/** Where the Lease is and under which name this process holds it. */
export interface LeaderElectionOptions {
  readonly namespace: string;
  readonly name: string;
  /** Has to be different in every process, also after a restart. */
  readonly identity: string;
}

/** What a `ReliableOperator` is made with. */
export interface ReliableOperatorOptions {
  readonly logger: OperatorLogger;
  /** Absent: `KubeConfig.loadFromDefault()`. */
  readonly kubeConfig?: KubeConfig | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** How many keys are handled at a time. */
  readonly workers: number;
  /** Absent: no election, workers start at once. */
  readonly leaderElection?: LeaderElectionOptions | undefined;
  /** Deadline of a Kubernetes call, milliseconds; 30 s unless set. */
  readonly requestTimeoutMs?: number | undefined;
  /** Reported in Events as `reportingController`, e.g. `openconnectors.dev/operator`; also field manager and user agent. */
  readonly component: string;
  /** Reported in Events as `reportingInstance`: the pod's name. */
  readonly instance: string;
  /** The Lease is lost and all work has been stopped: exit with a code other than 0. */
  readonly onStoppedLeading?: (() => void) | undefined;
  readonly observeCall?: ((call: ObservedCall) => void) | undefined;
}

/** Told to a handler beside the event. `signal` aborts when the work has to end: lost Lease or end of the drain. */
export interface HandlerContext {
  readonly signal: AbortSignal;
}

/** `requeueAfterMs`: be called again after so long although nothing changes; counts as success. */
export type HandlerResult = { readonly requeueAfterMs: number } | undefined;

/** Handles one event. `event.object` is a copy of the latest known state, the handler's own to change. */
export type ResourceHandler = (
  event: ResourceEvent,
  context: HandlerContext,
) => Promise<HandlerResult> | Promise<void>;

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

/** How the operator is doing, for probes and metrics. */
export interface OperatorHealth {
  /** All caches have been filled. */
  readonly synced: boolean;
  /** Milliseconds since the quietest watch last heard from the API server; `undefined` before the first answer. */
  readonly lastContactMs: number | undefined;
  readonly leading: boolean;
  readonly stopping: boolean;
  readonly queueDepth: number;
  readonly inFlight: number;
  /** Age of the oldest running handler, milliseconds; 0 when none runs. */
  readonly longestRunningMs: number;
  readonly watches: readonly { readonly id: string; readonly namespace: string; readonly state: string }[];
}

const pending = (): never => {
  throw new Error('not there yet');
};

export abstract class ReliableOperator extends OperatorPkg.default {
  protected readonly clock: Clock;
  protected readonly random: Random;
  /** Calls as the leader: every write is refused unless the Lease is held. */
  protected readonly rest: KubeRest = pending();
  /** Calls that any replica may make. */
  protected readonly replicaRest: KubeRest = pending();
  protected readonly events: EventRecorder = pending();

  constructor(options: ReliableOperatorOptions) {
    super(options.logger);
    this.clock = options.clock;
    this.random = options.random;
  }

  protected override async watchResource(
    _group: string,
    _version: string,
    _plural: string,
    _onEvent: ResourceHandler,
    _namespace?: string,
    _options: SelectorOptions = {},
  ): Promise<void> {
    pending();
  }

  protected async watchSecondary<T extends KubeObject = KubeObject>(
    _group: string,
    _version: string,
    _plural: string,
    _options: SecondaryOptions<T>,
  ): Promise<Store<T>> {
    return pending();
  }

  protected enqueue(_id: string, _namespace: string, _name: string, _options: EnqueueOptions = {}): void {
    pending();
  }

  /** The cache behind `watchResource` or `watchSecondary`; throws when there is none. */
  protected resourceStore<T extends KubeObject = KubeObject>(_id: string): Store<T> {
    return pending();
  }

  /** Merge-patches metadata, spec or annotations of `meta`, on the condition that it still has `meta.resourceVersion`. */
  protected async patchResource(
    _meta: ResourceMeta,
    _mergePatch: Record<string, unknown>,
  ): Promise<KubeObject> {
    return pending();
  }

  protected override async setResourceStatus(_meta: ResourceMeta, _status: unknown): Promise<ResourceMeta> {
    return pending();
  }

  protected override async patchResourceStatus(_meta: ResourceMeta, _status: unknown): Promise<ResourceMeta> {
    return pending();
  }

  protected override async setResourceFinalizers(_meta: ResourceMeta, _finalizers: string[]): Promise<void> {
    pending();
  }

  /** Runs once the Lease is held, before the first handler; a throw gives the leadership back. */
  protected async onStartedLeading(): Promise<void> {
    // Nothing to prepare unless a subclass has something.
  }

  /** Throws when the Lease is not held: to be called in the same tick as a remote write is sent. */
  assertLeading(): void {
    pending();
  }

  /** Aborts when the leadership ends: for remote writes that wait for a socket. */
  get leadership(): AbortSignal {
    return pending();
  }

  /** Fills the caches, then takes part in the election (or starts to work at once without one). */
  override async start(): Promise<void> {
    await super.start();
  }

  /** Ends everything in order; see the description of the class. Resolves when nothing is left that keeps Node alive. */
  override async stop(_deadlineMs = 20_000): Promise<void> {
    pending();
  }

  healthy(): OperatorHealth {
    return pending();
  }
}
