import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import { type Ageing, FairQueue, higherOf, type Priority } from './fair-queue.ts';

export type { Priority } from './fair-queue.ts';

/** Settings of `add`. */
export interface AddOptions {
  /** `change` unless set. */
  readonly priority?: Priority | undefined;
}

/** Told about every step, for metrics. */
export interface WorkQueueObserver {
  /** Also told of a key that is queued already. */
  added?(key: string, priority: Priority): void;
  /** A key that was queued is not any more, without having been handled. */
  discarded?(key: string): void;
  started?(key: string, waitedMs: number): void;
  finished?(key: string, tookMs: number): void;
  retried?(key: string): void;
}

/** What a `WorkQueue` is made with. Durations in milliseconds. */
export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** How many keys are handled at a time. */
  readonly workers: number;
  /** Handles one key; decides itself on `retry`, `forget` and `addAfter`. `signal` aborts when the work has to end. */
  readonly handle: (key: string, signal: AbortSignal) => Promise<void>;
  /** Told what `handle` threw in spite of that; the key is retried. */
  readonly onError: (key: string, error: unknown) => void;
  /** The group among which turns are taken: the namespace. All keys are one group unless set. */
  readonly groupOf?: ((key: string) => string) | undefined;
  /** Delay after the first failure; doubled by each further one, with up to half of it taken off at random. */
  readonly backoff?: { readonly baseMs: number; readonly maxMs: number } | undefined;
  readonly ageing?: Ageing | undefined;
  readonly observer?: WorkQueueObserver | undefined;
}

interface Delay {
  readonly due: number;
  readonly cancel: () => void;
}

interface Run {
  readonly startedAt: number;
  /** Set when the key was added while it was handled: it has to be handled again. */
  dirty: Priority | undefined;
}

const defaultBackoff = { baseMs: 500, maxMs: 300_000 } as const;
const defaultAgeing: Ageing = { afterMs: 5_000, share: 4 };

/**
 * Keys that have to be handled. A key is queued at most once and handled by one worker at a time; one added while it
 * is handled is handled again afterwards. Holds keys alone: the handler reads the latest state itself.
 */
export class WorkQueue {
  private readonly options: WorkQueueOptions;
  private readonly ready: FairQueue;
  private readonly running = new Map<string, Run>();
  private readonly delays = new Map<string, Delay>();
  private readonly failures = new Map<string, number>();
  private readonly work = new AbortController();
  private readonly idleWaiters = new Set<() => void>();
  private state: 'holding' | 'open' | 'closed' = 'holding';
  private isPumping = false;

  constructor(options: WorkQueueOptions) {
    this.options = options;
    const { groupOf = () => '' } = options;
    this.ready = new FairQueue(
      (key) => ({ group: groupOf(key), lane: undefined }),
      options.ageing ?? defaultAgeing,
    );
  }

  /** Keys that wait for a worker; delayed ones are not counted. */
  get depth(): number {
    return this.ready.size;
  }

  /** Keys that wait for their time. */
  get delayed(): number {
    return this.delays.size;
  }

  get inFlight(): number {
    return this.running.size;
  }

  /** Age of the oldest running handler, milliseconds; 0 when none runs. */
  get longestRunningMs(): number {
    return Math.max(0, ...this.runningTimes());
  }

  /** Sum of the ages of all running handlers, milliseconds. */
  get unfinishedMs(): number {
    return this.runningTimes().reduce((sum, ms) => sum + ms, 0);
  }

  /** Whether the workers have begun. */
  get isStarted(): boolean {
    return this.state === 'open';
  }

  /** Lets the workers begin; until then keys are only collected. */
  start(): void {
    if (this.state !== 'holding') return;
    this.state = 'open';
    this.pump();
  }

  /** Queues `key` now, whatever delay it had. */
  add(key: string, { priority = 'change' }: AddOptions = {}): void {
    if (this.state === 'closed') return;
    this.options.observer?.added?.(key, priority);
    this.cancelDelay(key);
    const run = this.running.get(key);
    if (run !== undefined) {
      run.dirty = higherOf(run.dirty, priority);
      return;
    }
    this.ready.add(key, priority, this.options.clock.monotonic());
    this.pump();
  }

  /** Takes back a key that waits. */
  discard(key: string): void {
    this.cancelDelay(key);
    if (this.ready.remove(key)) {
      this.options.observer?.discarded?.(key);
    }
  }

  /** Queues `key` after `delayMs` as a resync. Of several delays the earliest counts; a key that is queued stays so. */
  addAfter(key: string, delayMs: number): void {
    if (this.state === 'closed') return;
    if (delayMs <= 0) {
      this.add(key, { priority: 'resync' });
      return;
    }
    if (this.ready.has(key) || this.running.get(key)?.dirty !== undefined) return;
    const { clock } = this.options;
    const due = clock.monotonic() + delayMs;
    const known = this.delays.get(key);
    if (known !== undefined && known.due <= due) return;
    known?.cancel();
    const cancel = clock.schedule(delayMs, () => {
      this.delays.delete(key);
      this.add(key, { priority: 'resync' });
    });
    this.delays.set(key, { due, cancel });
  }

  /** Queues `key` again after its backoff, which grows with every call until `forget`. Returns the delay in milliseconds. */
  retry(key: string): number {
    const { baseMs, maxMs } = this.options.backoff ?? defaultBackoff;
    const failures = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, failures);
    const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 40));
    const delayMs = ceiling * (1 - this.options.random.fraction() / 2);
    this.options.observer?.retried?.(key);
    this.addAfter(key, delayMs);
    return delayMs;
  }

  /** The key is well: its next failure is its first. */
  forget(key: string): void {
    this.failures.delete(key);
  }

  /** Failures of `key` since it was last well. */
  failuresOf(key: string): number {
    return this.failures.get(key) ?? 0;
  }

  /**
   * Takes no more keys and waits until the running handlers are done; those that are not after `deadlineMs` are told
   * by their signal. Resolves with the number of handlers that were still running at that moment.
   */
  async drain(deadlineMs: number): Promise<number> {
    this.close();
    if (this.running.size === 0) return 0;
    const { clock } = this.options;
    await new Promise<void>((resolve) => {
      const cancel = clock.schedule(deadlineMs, resolve);
      this.idleWaiters.add(() => {
        cancel();
        resolve();
      });
    });
    const unfinished = this.running.size;
    this.abort(new Error('the time to finish is over'));
    return unfinished;
  }

  /** Takes no more keys and tells all running handlers to end at once. */
  abort(reason: Error): void {
    this.close();
    this.work.abort(reason);
  }

  private close(): void {
    this.state = 'closed';
    for (const { cancel } of this.delays.values()) cancel();
    this.delays.clear();
  }

  private pump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    const { clock } = this.options;
    while (this.state === 'open' && this.running.size < this.options.workers) {
      const next = this.ready.take(clock.monotonic());
      if (next === undefined) break;
      this.run(next.key, next.waitedMs);
    }
    this.isPumping = false;
  }

  private run(key: string, waitedMs: number): void {
    const { clock, observer, onError } = this.options;
    const run: Run = { startedAt: clock.monotonic(), dirty: undefined };
    this.running.set(key, run);
    observer?.started?.(key, waitedMs);
    const done = (): void => {
      this.running.delete(key);
      observer?.finished?.(key, clock.monotonic() - run.startedAt);
      if (run.dirty !== undefined) this.add(key, { priority: run.dirty });
      this.pump();
      this.announceIdle();
    };
    const failed = (error: unknown): void => {
      onError(key, error);
      this.retry(key);
    };
    // One turn later: what else is added by the caller now is covered by this run, and a synchronous throw is a rejection.
    Promise.resolve()
      .then(() => {
        run.dirty = undefined;
        return this.options.handle(key, this.work.signal);
      })
      .catch(failed)
      .then(done, done);
  }

  private announceIdle(): void {
    if (this.running.size > 0) return;
    for (const waiter of this.idleWaiters) waiter();
    this.idleWaiters.clear();
  }

  private cancelDelay(key: string): void {
    this.delays.get(key)?.cancel();
    this.delays.delete(key);
  }

  private runningTimes(): number[] {
    const now = this.options.clock.monotonic();
    return [...this.running.values()].map(({ startedAt }) => now - startedAt);
  }
}
