import { type BackoffLimits, backoffDelayMs } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import { TokenBucket } from '../runtime/token-bucket.ts';
import { RemoteError } from './errors/remote-error.ts';
import type { Turn } from './port.ts';

/** The first and the longest pause without a `Retry-After`, and the shortest with one, in milliseconds. */
const PAUSE_LIMITS: BackoffLimits = { baseMs: 1_000, maxMs: 60_000 };
const SHORTEST_PAUSE_MS = 100;
/** Number of consecutive unavailable responses that pause the account. */
const FAILURES_TO_PAUSE = 5;
/** Longest time that a caller waits for the end of a pause, so that the outage of one account blocks no worker. */
const DEFAULT_MAX_WAIT_MS = 5_000;

/** `spec.limits` of an account. */
export interface BudgetLimits {
  readonly requestsPerSecond: number;
  readonly burst: number;
  /** Calls in flight at most. */
  readonly concurrency: number;
}

/** The cause and the end of a pause (wall clock, milliseconds since the epoch). */
export interface BudgetPause {
  readonly cause: 'throttled' | 'unavailable';
  readonly until: number;
}

/** Applies the limits of one account to its calls, with a circuit breaker. */
export interface Budget {
  /** Waits for a turn like `run`. The turn counts as a call in flight until it is used or released. */
  reserve(signal?: AbortSignal): Promise<Turn>;
  /**
   * Runs `call` in its turn (FIFO) and updates the circuit breaker by its outcome. Rejects with the error of `call`,
   * with the reason of the signal while waiting, or immediately with `RemoteError` (`throttled` or `unavailable`,
   * nothing sent) during a long pause.
   */
  run<Result>(call: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  /** The current pause. */
  readonly pause: BudgetPause | undefined;
  /** End of a pause that Open Connectors requested, for the status of the account. */
  readonly throttledUntil: number | undefined;
  /** Stops the timers. Waiting and later calls fail as `unavailable` with nothing sent; calls in flight continue. */
  close(): void;
}

export interface BudgetOptions {
  readonly limits: BudgetLimits;
  readonly clock: Clock;
  /** Spreads pauses without a `Retry-After` over the upper half of their length. */
  readonly random: Pick<Random, 'fraction'>;
  /** Longest wait through a pause or for its probe, in milliseconds. Default 5 s. */
  readonly maxWaitMs?: number;
  /** Called when a pause begins (with its cause) and when calls flow again (`open`). Must not throw. */
  readonly onChange?: ((state: 'open' | BudgetPause['cause']) => void) | undefined;
}

/** `open`: calls flow. `paused`: none goes. `due`: the next call is the probe. `probing`: it is in flight. */
type Mode = 'open' | 'paused' | 'due' | 'probing';

interface Waiter {
  readonly admit: (ticket: Ticket) => void;
  readonly refuse: (error: RemoteError) => void;
}

/** A turn for one call. A different `epoch` at its end means that a pause began meanwhile. */
interface Ticket {
  readonly epoch: number;
  readonly isProbe: boolean;
}

/** Updates the circuit breaker by the outcome of a call. An aborted call has no effect. */
type CallOutcome =
  | { readonly kind: 'healthy' | 'nothing' }
  | { readonly kind: BudgetPause['cause']; readonly retryAfterMs: number | undefined };

export function createBudget(options: BudgetOptions): Budget {
  return new AccountBudget(options);
}

class AccountBudget implements Budget {
  readonly #options: BudgetOptions;
  readonly #maxWaitMs: number;
  readonly #bucket: TokenBucket;
  readonly #waiters: Waiter[] = [];
  #mode: Mode = 'open';
  #inFlight = 0;
  #epoch = 0;
  /** Number of consecutive pauses, for the backoff. */
  #level = 0;
  #failures = 0;
  #pause: BudgetPause | undefined;
  #pauseEndsAt = 0;
  /** Set when a probe takes longer than callers may wait. */
  #probeIsSlow = false;
  #isClosed = false;
  #cancelTimer: (() => void) | undefined;
  #cancelTokenTimer: (() => void) | undefined;

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#maxWaitMs = options.maxWaitMs ?? DEFAULT_MAX_WAIT_MS;
    const { requestsPerSecond, burst } = options.limits;
    this.#bucket = new TokenBucket(burst, 1_000 / requestsPerSecond, options.clock.monotonic());
  }

  get pause(): BudgetPause | undefined {
    return this.#mode === 'paused' ? this.#pause : undefined;
  }

  get throttledUntil(): number | undefined {
    return this.pause?.cause === 'throttled' ? this.pause.until : undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
    this.#cancelTokenTimer?.();
    for (const waiter of this.#waiters.splice(0)) {
      waiter.refuse(closedError());
    }
  }

  async run<Result>(call: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const turn = await this.reserve(signal);
    return await turn.run(call);
  }

  async reserve(signal?: AbortSignal): Promise<Turn> {
    const ticket = await this.#admission(signal);
    let isUsed = false;
    return {
      run: async (call) => {
        isUsed = true;
        return await this.#runWith(ticket, call);
      },
      release: () => {
        if (!isUsed) {
          isUsed = true;
          this.#ended(ticket, { kind: 'nothing' });
        }
      },
    };
  }

  async #runWith<Result>(ticket: Ticket, call: () => Promise<Result>): Promise<Result> {
    let outcome: CallOutcome = { kind: 'nothing' };
    try {
      const result = await call();
      outcome = { kind: 'healthy' };
      return result;
    } catch (error) {
      outcome = outcomeOf(error);
      throw error;
    } finally {
      this.#ended(ticket, outcome);
    }
  }

  #admission(signal: AbortSignal | undefined): Promise<Ticket> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#isClosed) {
        throw closedError();
      }
      if (this.#isRefusing()) {
        throw this.#refusal();
      }
      const leave = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        admit: (ticket) => {
          signal?.removeEventListener('abort', leave);
          resolve(ticket);
        },
        refuse: (error) => {
          signal?.removeEventListener('abort', leave);
          reject(error);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiters.push(waiter);
      this.#admitWaiters();
    });
  }

  #admitWaiters(): void {
    while (this.#mode === 'open' || this.#mode === 'due') {
      const [next] = this.#waiters;
      if (next === undefined || this.#inFlight >= this.#options.limits.concurrency || !this.#takeToken()) {
        return;
      }
      this.#waiters.shift();
      this.#inFlight += 1;
      const isProbe = this.#mode === 'due';
      if (isProbe) {
        this.#beginProbe();
      }
      next.admit({ epoch: this.#epoch, isProbe });
    }
  }

  #takeToken(): boolean {
    if (this.#cancelTokenTimer !== undefined) {
      return false;
    }
    const waitMs = this.#bucket.take(this.#options.clock.monotonic());
    if (waitMs > 0) {
      this.#cancelTokenTimer = this.#options.clock.schedule(waitMs, () => {
        this.#cancelTokenTimer = undefined;
        this.#admitWaiters();
      });
    }
    return waitMs === 0;
  }

  #ended(ticket: Ticket, result: CallOutcome): void {
    this.#inFlight -= 1;
    if (this.#isClosed) {
      // A new pause would keep the process alive.
      return;
    }
    if (ticket.epoch === this.#epoch) {
      this.#learn(ticket, result);
    } else if (result.kind === 'throttled') {
      this.#prolong(result.retryAfterMs ?? 0);
    }
    this.#admitWaiters();
  }

  #learn(ticket: Ticket, result: CallOutcome): void {
    switch (result.kind) {
      case 'healthy':
        this.#failures = 0;
        if (ticket.isProbe) {
          this.#open();
        }
        return;
      case 'nothing':
        if (ticket.isProbe) {
          this.#cancelTimer?.();
          this.#probeIsSlow = false;
          this.#mode = 'due';
        }
        return;
      case 'throttled':
        this.#beginPause(result.kind, result.retryAfterMs);
        return;
      case 'unavailable':
        this.#failures += 1;
        if (ticket.isProbe || result.retryAfterMs !== undefined || this.#failures >= FAILURES_TO_PAUSE) {
          this.#beginPause(result.kind, result.retryAfterMs);
        }
    }
  }

  #open(): void {
    this.#cancelTimer?.();
    this.#mode = 'open';
    this.#level = 0;
    this.#probeIsSlow = false;
    this.#options.onChange?.('open');
  }

  #beginPause(cause: BudgetPause['cause'], retryAfterMs: number | undefined): void {
    this.#epoch += 1;
    this.#level += 1;
    this.#mode = 'paused';
    this.#probeIsSlow = false;
    this.#setPause(cause, Math.max(SHORTEST_PAUSE_MS, retryAfterMs ?? this.#backoffMs()));
    this.#options.onChange?.(cause);
  }

  /** A call that was in flight when the pause began may bring a longer `Retry-After`; it never shortens the pause. */
  #prolong(retryAfterMs: number): void {
    const endsAt = this.#options.clock.monotonic() + retryAfterMs;
    if (this.#mode === 'paused' && endsAt > this.#pauseEndsAt) {
      this.#setPause('throttled', retryAfterMs);
    }
  }

  #setPause(cause: BudgetPause['cause'], durationMs: number): void {
    const { clock } = this.#options;
    this.#pause = { cause, until: clock.now() + durationMs };
    this.#pauseEndsAt = clock.monotonic() + durationMs;
    this.#cancelTimer?.();
    this.#cancelTimer = clock.schedule(durationMs, () => {
      this.#mode = 'due';
      this.#admitWaiters();
    });
    this.#refuseWaiters();
  }

  #beginProbe(): void {
    this.#mode = 'probing';
    this.#cancelTimer = this.#options.clock.schedule(this.#maxWaitMs, () => {
      this.#probeIsSlow = true;
      this.#refuseWaiters();
    });
  }

  #backoffMs(): number {
    return backoffDelayMs(PAUSE_LIMITS, this.#level, this.#options.random.fraction());
  }

  #remainingMs(): number {
    return this.#mode === 'paused' ? this.#pauseEndsAt - this.#options.clock.monotonic() : 0;
  }

  #isRefusing(): boolean {
    return this.#remainingMs() > this.#maxWaitMs || (this.#mode === 'probing' && this.#probeIsSlow);
  }

  #refuseWaiters(): void {
    if (this.#isRefusing()) {
      for (const waiter of this.#waiters.splice(0)) {
        waiter.refuse(this.#refusal());
      }
    }
  }

  #refusal(): RemoteError {
    const cause = this.#pause?.cause ?? 'unavailable';
    const why =
      cause === 'throttled' ? 'Open Connectors asked for fewer requests' : 'Open Connectors is not available';
    return new RemoteError(cause, `${why}; the account pauses, nothing was sent`, {
      processed: 'no',
      retryAfterMs: Math.max(
        Math.ceil(this.#remainingMs()),
        SHORTEST_PAUSE_MS,
        this.#probeIsSlow ? this.#maxWaitMs : 0,
      ),
    });
  }
}

function closedError(): RemoteError {
  return new RemoteError('unavailable', "the account's settings changed; nothing was sent");
}

function outcomeOf(error: unknown): CallOutcome {
  if (!(error instanceof RemoteError)) {
    return { kind: 'nothing' };
  }
  if (error.source === 'provider') {
    // The response comes from Open Connectors itself. Responses of the provider of one instance do not affect the
    // account.
    return { kind: 'healthy' };
  }
  switch (error.class) {
    case 'throttled':
      return { kind: 'throttled', retryAfterMs: error.retryAfterMs };
    case 'unavailable':
    case 'ambiguous':
      return { kind: 'unavailable', retryAfterMs: error.retryAfterMs };
    default:
      return { kind: 'healthy' };
  }
}
