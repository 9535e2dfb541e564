import { backoffCeilingMs } from '../../runtime/backoff.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import { FairQueue, higherOf, type Priority, type StarvationGuard, type Taken } from './fair-queue.ts';
import { Lanes } from './lanes.ts';
import { TimeSlice } from './time-slice.ts';
import { WorkerSlots } from './worker-slots.ts';

export type { Priority } from './fair-queue.ts';

/** Settings of `add`. */
export interface AddOptions {
  /** `change` unless set. */
  readonly priority?: Priority | undefined;
}

/** Callbacks for metrics. */
export interface WorkQueueObserver<Key> {
  /** Also called for a key that is already queued. */
  added?(key: Key, priority: Priority): void;
  /** A queued key was removed without having been handled. */
  discarded?(key: Key): void;
  started?(key: Key, waitedMs: number): void;
  /** The handler waits for something external and has no worker. */
  waiting?(key: Key): void;
  /** The handler has a worker again. */
  resumed?(key: Key): void;
  finished?(key: Key, tookMs: number): void;
  retried?(key: Key): void;
}

/**
 * Runs `wait` without a worker, which handles other keys for that time. The handler then gets a worker before new keys
 * do.
 */
export type WithoutWorker = <Result>(wait: () => Promise<Result>) => Promise<Result>;

/** Limits of handlers that wait for an external API, which bound memory. */
export interface WaitingLimits {
  /** Of all lanes together. */
  readonly total: number;
  /** Of one lane, so that no lane uses the whole total. */
  readonly perLane: number;
}

/** Options of a `WorkQueue`. Durations in milliseconds. */
export interface WorkQueueOptions<Key> {
  readonly clock: Clock;
  readonly random: Random;
  /** How many keys are handled at a time. */
  readonly workers: number;
  /** The identity of a key: keys with one identity are one key. */
  readonly idOf: (key: Key) => string;
  /** Handles one key and calls `retry`, `forget` and `addAfter` itself. `signal` aborts when it has to end. */
  readonly handle: (key: Key, signal: AbortSignal, withoutWorker: WithoutWorker) => Promise<void>;
  /** Called when `handle` throws; the key is retried. */
  readonly onError: (key: Key, error: unknown) => void;
  /** Groups, such as namespaces, are served round robin. One group unless set. */
  readonly groupOf?: ((key: Key) => string) | undefined;
  /** What the handler of a key waits for, such as an account: keys of a full lane stay queued. No lane: no limit. */
  readonly laneOf?: ((key: Key) => string | undefined) | undefined;
  readonly waiting?: WaitingLimits | undefined;
  /** Delay after the first failure; doubled by each further one, with up to half of it taken off at random. */
  readonly backoff?: { readonly baseMs: number; readonly maxMs: number } | undefined;
  readonly starvationGuard?: StarvationGuard | undefined;
  readonly observer?: WorkQueueObserver<Key> | undefined;
}

interface Delay {
  readonly due: number;
  readonly cancel: () => void;
}

interface Run {
  readonly startedAt: number;
  /** When its handler last got a worker; `undefined` while it waits without one. */
  workingSince: number | undefined;
  isOver: boolean;
  /** Set when the key was added while it was handled: it has to be handled again. */
  dirty: Priority | undefined;
}

const defaultBackoff = { baseMs: 500, maxMs: 300_000 } as const;
const DEFAULT_STARVATION_GUARD: StarvationGuard = { afterMs: 5_000, share: 4 };
const MIN_PER_LANE = 64;
const LANES_IN_TOTAL = 8;

/**
 * Queue of keys to handle. At most `workers` handlers run at a time; more may wait for an external API, within the
 * limits of lanes. A key is queued at most once and handled by one worker at a time; one that is added while it is
 * handled is handled again. Holds keys only: the handler reads the latest state.
 */
export class WorkQueue<Key> {
  readonly #options: WorkQueueOptions<Key>;
  readonly #ready: FairQueue<Key>;
  readonly #running = new Map<string, Run>();
  readonly #delays = new Map<string, Delay>();
  readonly #failures = new Map<string, number>();
  readonly #slots: WorkerSlots;
  readonly #lanes: Lanes;
  readonly #slice: TimeSlice;
  readonly #runningAtMost: number;
  readonly #work = new AbortController();
  readonly #idleWaiters = new Set<() => void>();
  #state: 'holding' | 'open' | 'closed' = 'holding';
  #isPumping = false;

  constructor(options: WorkQueueOptions<Key>) {
    this.#options = options;
    const { groupOf = () => '', laneOf = () => undefined, workers } = options;
    const perLane = options.waiting?.perLane ?? Math.max(MIN_PER_LANE, workers);
    this.#ready = new FairQueue(
      (key) => ({ group: groupOf(key), lane: laneOf(key) }),
      options.starvationGuard ?? DEFAULT_STARVATION_GUARD,
    );
    this.#slots = new WorkerSlots(workers);
    this.#lanes = new Lanes(perLane);
    this.#slice = new TimeSlice(options.clock, () => this.#pump());
    this.#runningAtMost = workers + (options.waiting?.total ?? LANES_IN_TOTAL * perLane);
  }

  /** Keys that wait for a worker; delayed ones are not counted. */
  get depth(): number {
    return this.#ready.size;
  }

  /** Keys that are queued after a delay. */
  get delayed(): number {
    return this.#delays.size;
  }

  get inFlight(): number {
    return this.#running.size;
  }

  /** For how long a handler has kept its worker, milliseconds: the longest of all; 0 when none has one. */
  get longestRunningMs(): number {
    const now = this.#options.clock.monotonic();
    const times = [...this.#running.values()].map(({ workingSince = now }) => now - workingSince);
    return Math.max(0, ...times);
  }

  /** Sum of the ages of all running handlers, milliseconds; those that wait without a worker included. */
  get unfinishedMs(): number {
    const now = this.#options.clock.monotonic();
    return [...this.#running.values()].reduce((sum, { startedAt }) => sum + now - startedAt, 0);
  }

  /** Whether the workers run. */
  get isStarted(): boolean {
    return this.#state === 'open';
  }

  /** Starts the workers; until then keys are only queued. */
  start(): void {
    if (this.#state !== 'holding') {
      return;
    }
    this.#state = 'open';
    this.#pump();
  }

  /** Queues `key` now, whatever delay it had. */
  add(key: Key, { priority = 'change' }: AddOptions = {}): void {
    if (this.#state === 'closed') {
      return;
    }
    const id = this.#options.idOf(key);
    this.#options.observer?.added?.(key, priority);
    this.#cancelDelay(id);
    const run = this.#running.get(id);
    if (run !== undefined) {
      run.dirty = higherOf(run.dirty, priority);
      return;
    }
    this.#ready.add(id, key, priority, this.#options.clock.monotonic());
    this.#pump();
  }

  /** Removes a queued or delayed key. */
  discard(key: Key): void {
    const id = this.#options.idOf(key);
    this.#cancelDelay(id);
    if (this.#ready.remove(id)) {
      this.#options.observer?.discarded?.(key);
    }
  }

  /** Queues `key` after `delayMs` as a resync. Of several delays the earliest counts; a key that is queued stays so. */
  addAfter(key: Key, delayMs: number): void {
    if (this.#state === 'closed') {
      return;
    }
    if (delayMs <= 0) {
      this.add(key, { priority: 'resync' });
      return;
    }
    const { clock, idOf } = this.#options;
    const id = idOf(key);
    if (this.#ready.has(id) || this.#running.get(id)?.dirty !== undefined) {
      return;
    }
    const due = clock.monotonic() + delayMs;
    const known = this.#delays.get(id);
    if (known !== undefined && known.due <= due) {
      return;
    }
    known?.cancel();
    const cancel = clock.schedule(delayMs, () => {
      this.#delays.delete(id);
      this.add(key, { priority: 'resync' });
    });
    this.#delays.set(id, { due, cancel });
  }

  /** Queues `key` again after its backoff, which grows with every call until `forget`. Returns the delay in milliseconds. */
  retry(key: Key): number {
    const id = this.#options.idOf(key);
    const failures = (this.#failures.get(id) ?? 0) + 1;
    this.#failures.set(id, failures);
    const ceiling = backoffCeilingMs(this.#options.backoff ?? defaultBackoff, failures);
    const delayMs = ceiling * (1 - this.#options.random.fraction() / 2);
    this.#options.observer?.retried?.(key);
    this.addAfter(key, delayMs);
    return delayMs;
  }

  /** Resets the backoff of a key. */
  forget(key: Key): void {
    this.#failures.delete(this.#options.idOf(key));
  }

  /** Failures of `key` since the last `forget`. */
  failuresOf(key: Key): number {
    return this.#failures.get(this.#options.idOf(key)) ?? 0;
  }

  /**
   * Accepts no more keys and waits for the running handlers; after `deadlineMs` aborts their signal. Resolves with the
   * number of handlers that were still running then.
   */
  async drain(deadlineMs: number): Promise<number> {
    this.#close();
    if (this.#running.size === 0) {
      return 0;
    }
    const { clock } = this.#options;
    await new Promise<void>((resolve) => {
      const cancel = clock.schedule(deadlineMs, resolve);
      this.#idleWaiters.add(() => {
        cancel();
        resolve();
      });
    });
    const unfinished = this.#running.size;
    this.abort(new Error('the grace period is over'));
    return unfinished;
  }

  /** Accepts no more keys and aborts the signal of all running handlers. */
  abort(reason: Error): void {
    this.#close();
    this.#work.abort(reason);
    this.#slots.lift();
  }

  #close(): void {
    this.#state = 'closed';
    for (const { cancel } of this.#delays.values()) {
      cancel();
    }
    this.#delays.clear();
  }

  #pump(): void {
    if (this.#isPumping) {
      return;
    }
    this.#isPumping = true;
    const { clock } = this.#options;
    while (this.#state === 'open' && this.#slots.hasFree && this.#running.size < this.#runningAtMost) {
      if (this.#ready.size === 0 || !this.#slice.hasTime()) {
        break;
      }
      const next = this.#ready.take(clock.monotonic(), (lane, priority) =>
        this.#lanes.isOpen(lane, priority),
      );
      if (next === undefined) {
        break;
      }
      this.#run(next);
    }
    this.#isPumping = false;
  }

  #run({ id, key, lane, waitedMs }: Taken<Key>): void {
    const { clock, observer, onError } = this.#options;
    const startedAt = clock.monotonic();
    const run: Run = { startedAt, workingSince: startedAt, isOver: false, dirty: undefined };
    this.#slots.take();
    this.#lanes.enter(lane);
    this.#running.set(id, run);
    observer?.started?.(key, waitedMs);
    const done = (): void => {
      this.#running.delete(id);
      run.isOver = true;
      this.#lanes.leave(lane);
      if (run.workingSince !== undefined) {
        this.#slots.release();
      }
      observer?.finished?.(key, clock.monotonic() - run.startedAt);
      if (run.dirty !== undefined) {
        this.add(key, { priority: run.dirty });
      }
      this.#pump();
      this.#announceIdle();
    };
    const failed = (error: unknown): void => {
      onError(key, error);
      this.retry(key);
    };
    // One turn later: keys that the caller adds now are covered by this run, and a synchronous throw becomes a rejection.
    Promise.resolve()
      .then(() => {
        run.dirty = undefined;
        return this.#options.handle(key, this.#work.signal, (wait) => this.#withoutWorker(key, run, wait));
      })
      .catch(failed)
      .then(done, done);
  }

  async #withoutWorker<Result>(key: Key, run: Run, wait: () => Promise<Result>): Promise<Result> {
    if (run.workingSince === undefined || run.isOver) {
      return wait();
    }
    const { clock, observer } = this.#options;
    run.workingSince = undefined;
    observer?.waiting?.(key);
    this.#slots.release();
    this.#pump();
    try {
      return await wait();
    } finally {
      await this.#slots.resume();
      if (run.isOver) {
        // The handler ended before its wait.
        this.#slots.release();
        this.#pump();
      } else {
        run.workingSince = clock.monotonic();
        observer?.resumed?.(key);
      }
    }
  }

  #announceIdle(): void {
    if (this.#running.size > 0) {
      return;
    }
    for (const waiter of this.#idleWaiters) {
      waiter();
    }
    this.#idleWaiters.clear();
  }

  #cancelDelay(id: string): void {
    this.#delays.get(id)?.cancel();
    this.#delays.delete(id);
  }
}
