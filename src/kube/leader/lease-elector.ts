import { type Clock, sleep } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import { isKubeError } from '../client/errors.ts';
import { microTime } from '../client/micro-time.ts';
import { apiVersionOf, collectionPath, objectPath, wellKnown } from '../client/paths.ts';
import type { KubeRest } from '../client/rest.ts';
import type { Leadership, LeadershipListener } from './leadership.ts';
import { isSameRecord, type Lease, type LeaseSpec, parseLease } from './lease.ts';

/** Durations of an election, milliseconds. */
export interface LeaseTiming {
  /** A holder that does not renew for this time may be replaced. */
  readonly leaseDurationMs: number;
  /** A holder that cannot renew for this time stops leading; less than `leaseDurationMs`. */
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
}

/** The values of client-go and controller-runtime. */
export const defaultLeaseTiming: LeaseTiming = {
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
};

/** State of an elector. */
export type ElectorState =
  | { readonly name: 'idle' }
  /** Another process leads, or none yet. */
  | { readonly name: 'candidate' }
  /** `renewedAt`: monotonic milliseconds at which the last successful renewal was sent. */
  | { readonly name: 'leading'; readonly renewedAt: number }
  /** Lost the Lease. Final. */
  | { readonly name: 'lost' }
  /** Stopped on request. Final. */
  | { readonly name: 'stopped' };

/** A write was attempted without the Lease. */
export class LeaseNotHeldError extends Error {
  override readonly name = 'LeaseNotHeldError';
}

/** The Lease was acquired, but the response came after the renew deadline. The next attempt renews it. */
class LateResponseError extends Error {
  override readonly name = 'LateResponseError';
}

/** Options of a `LeaseElector`. */
export interface LeaseElectorOptions {
  /** Client without a guard: the guard checks this Lease. */
  readonly rest: KubeRest;
  readonly clock: Clock;
  readonly random: Random;
  readonly namespace: string;
  readonly name: string;
  /** Different in every process, also after a restart. */
  readonly identity: string;
  readonly timing?: LeaseTiming | undefined;
  /** Called when the holder changes; empty for none. */
  readonly onHolder?: ((identity: string) => void) | undefined;
  /** Called for each failed attempt, which is repeated. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
}

interface Observation {
  readonly lease: Lease;
  /** When this renewal was first observed, monotonic. */
  readonly at: number;
}

/** Largest jitter, as part of the period. Small, so that a released Lease is acquired soon. */
const JITTER = 0.1;

/**
 * Leader election by a Lease with the algorithm of client-go: a candidate waits until the holder has not renewed for
 * the lease duration, on the candidate's own monotonic clock; a holder stops by itself before that. Clocks of different
 * machines are never compared.
 */
export class LeaseElector implements Leadership {
  readonly #options: LeaseElectorOptions;
  readonly #timing: LeaseTiming;
  /** Aborts the wait between attempts. */
  readonly #life = new AbortController();
  /** Aborts a running attempt. */
  readonly #calls = new AbortController();
  readonly #term = new AbortController();
  #current: ElectorState = { name: 'idle' };
  #observed: Observation | undefined;
  #cancelExpiry: () => void = () => undefined;
  #finished: Promise<void> | undefined;
  #listener: LeadershipListener | undefined;
  #hasStarted = false;

  constructor(options: LeaseElectorOptions) {
    this.#options = options;
    this.#timing = options.timing ?? defaultLeaseTiming;
  }

  get state(): ElectorState {
    return this.#current;
  }

  /** Aborts when the term of leadership ends. */
  get signal(): AbortSignal {
    return this.#term.signal;
  }

  /** Whether this process may write now. */
  get isLeading(): boolean {
    const { clock } = this.#options;
    return (
      this.#current.name === 'leading' &&
      clock.monotonic() - this.#current.renewedAt < this.#timing.renewDeadlineMs
    );
  }

  /** Throws `LeaseNotHeldError` unless the Lease is held and was renewed in time. */
  assertHeld(): void {
    if (!this.isLeading) {
      throw new LeaseNotHeldError(`the Lease ${this.#options.name} is not held`);
    }
  }

  /** Takes part in the election; returns immediately. */
  start(listener: LeadershipListener): void {
    if (this.#current.name !== 'idle') {
      return;
    }
    this.#listener = listener;
    this.#current = { name: 'candidate' };
    this.#finished = this.#run();
  }

  /**
   * Leaves the election and, as leader, releases the Lease so that another process can acquire it immediately. All
   * handlers must have ended. Resolves within `deadlineMs`, also when the API server does not respond.
   */
  async stop(deadlineMs = 5_000): Promise<void> {
    const { clock } = this.#options;
    this.#life.abort(new Error('stopped'));
    // A running renewal determines the version that is released.
    const cancel = clock.schedule(deadlineMs, () => this.#calls.abort(new Error('stopped')));
    await this.#finished;
    cancel();
    // A candidate may hold the Lease as well, by a response that came too late to lead.
    const mayAcquire = this.isLeading || this.#current.name === 'candidate';
    this.#endTerm('stopped');
    if (mayAcquire) {
      await this.#release(deadlineMs);
    }
  }

  async #run(): Promise<void> {
    const { clock, onFailure: onAttemptFailed } = this.#options;
    while (!this.#life.signal.aborted && !this.#isOver()) {
      try {
        await this.#attempt();
      } catch (error) {
        if (!this.#life.signal.aborted) {
          onAttemptFailed?.(error);
        }
      }
      if (this.#isOver()) {
        return;
      }
      await sleep(clock, this.#delayMs(), this.#life.signal).catch(() => undefined);
    }
  }

  #isOver(): boolean {
    return this.#current.name === 'lost' || this.#current.name === 'stopped';
  }

  /** One attempt to acquire or renew. Throws `KubeError`, conflicts included. */
  async #attempt(): Promise<void> {
    // The leader's last response is current, so no read is needed until a write fails.
    const lease = this.#current.name === 'leading' ? this.#observed?.lease : await this.#read();
    if (lease === undefined) {
      await this.#acquire(undefined);
      return;
    }
    if (this.#isHeldByAnother(lease)) {
      if (this.#current.name === 'leading') {
        this.#lose();
      }
      return;
    }
    try {
      await this.#acquire(lease);
    } catch (error) {
      if (this.#current.name !== 'leading' || !isKubeError(error, 'conflict', 'not-found')) {
        throw error;
      }
      await this.#recheck();
    }
  }

  /** Another client wrote the Lease: it is held with another version, or lost. */
  async #recheck(): Promise<void> {
    const lease = await this.#read();
    if (lease !== undefined && lease.spec.holderIdentity !== this.#options.identity) {
      this.#lose();
    } else {
      await this.#acquire(lease);
    }
  }

  async #read(): Promise<Lease | undefined> {
    const { rest, namespace, name } = this.#options;
    try {
      const answer = await rest.get(objectPath(wellKnown.leases, namespace, name), this.#callOptions());
      return this.#observe(answer);
    } catch (error) {
      if (isKubeError(error, 'not-found')) {
        return undefined;
      }
      throw error;
    }
  }

  #isHeldByAnother({ spec }: Lease): boolean {
    const { identity, clock } = this.#options;
    if (spec.holderIdentity === '' || spec.holderIdentity === identity) {
      return false;
    }
    return (
      this.#observed === undefined || clock.monotonic() - this.#observed.at < spec.leaseDurationSeconds * 1000
    );
  }

  async #acquire(lease: Lease | undefined): Promise<void> {
    const { rest, namespace, name, clock } = this.#options;
    // The time of sending: the response may be slow, and candidates count from the write.
    const sentAt = clock.monotonic();
    const spec = this.#nextSpec(lease?.spec);
    const answer =
      lease === undefined
        ? await rest.create(
            collectionPath(wellKnown.leases, namespace),
            { ...leaseType, metadata: { namespace, name }, spec },
            this.#callOptions(),
          )
        : await rest.replace(
            objectPath(wellKnown.leases, namespace, name),
            { ...leaseType, metadata: lease.object.metadata, spec },
            this.#callOptions(),
          );
    this.#observe(answer);
    this.#renewed(sentAt);
  }

  #nextSpec(previous: LeaseSpec | undefined): LeaseSpec {
    const { clock, identity } = this.#options;
    const now = microTime(clock.now());
    const isOurs = previous?.holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: this.#leaseSeconds(),
      acquireTime: isOurs && previous.acquireTime !== '' ? previous.acquireTime : now,
      renewTime: now,
      leaseTransitions: previous === undefined ? 0 : previous.leaseTransitions + (isOurs ? 0 : 1),
    };
  }

  #observe(answer: unknown): Lease {
    const lease = parseLease(answer, this.#leaseSeconds());
    if (lease === undefined) {
      throw new Error('the response of the API server is not a Lease');
    }
    const known = this.#observed;
    const isAlive = known === undefined || !isSameRecord(known.lease.spec, lease.spec);
    this.#observed = { lease, at: isAlive ? this.#options.clock.monotonic() : known.at };
    if (known?.lease.spec.holderIdentity !== lease.spec.holderIdentity) {
      this.#options.onHolder?.(lease.spec.holderIdentity);
    }
    return lease;
  }

  /** Counts from `sentAt`. Throws `LateResponseError` for an acquisition whose renew deadline has passed already. */
  #renewed(sentAt: number): void {
    if (this.#isOver()) {
      return;
    }
    if (this.#current.name === 'leading' && !this.isLeading) {
      // The timer of the deadline is late too. Writes were already refused, so the term cannot continue.
      this.#lose();
      return;
    }
    if (this.#options.clock.monotonic() - sentAt >= this.#timing.renewDeadlineMs) {
      throw new LateResponseError(`the Lease ${this.#options.name} was acquired after the renew deadline`);
    }
    this.#current = { name: 'leading', renewedAt: sentAt };
    this.#armExpiry(sentAt);
    // Acquired while stopping: only to be released.
    if (this.#hasStarted || this.#life.signal.aborted) {
      return;
    }
    this.#hasStarted = true;
    this.#listener?.onStartedLeading();
  }

  #armExpiry(renewedAt: number): void {
    const { clock } = this.#options;
    this.#cancelExpiry();
    const remainingMs = renewedAt + this.#timing.renewDeadlineMs - clock.monotonic();
    this.#cancelExpiry = clock.schedule(remainingMs, () => this.#lose());
  }

  #lose(): void {
    this.#endTerm('lost');
  }

  #endTerm(name: 'lost' | 'stopped'): void {
    if (this.#isOver()) {
      return;
    }
    this.#cancelExpiry();
    this.#current = { name };
    this.#life.abort(new Error('the election is over'));
    this.#calls.abort(new Error('the election is over'));
    this.#term.abort(new LeaseNotHeldError(`the Lease ${this.#options.name} is not held any more`));
    if (this.#hasStarted) {
      this.#listener?.onStoppedLeading();
    }
  }

  async #release(deadlineMs: number): Promise<void> {
    const lease = this.#observed?.lease;
    if (lease === undefined || lease.spec.holderIdentity !== this.#options.identity) {
      return;
    }
    const { rest, namespace, name, clock, onFailure: onAttemptFailed } = this.#options;
    const now = microTime(clock.now());
    const spec: LeaseSpec = {
      ...lease.spec,
      holderIdentity: '',
      leaseDurationSeconds: 1,
      renewTime: now,
      acquireTime: now,
    };
    const body = { ...leaseType, metadata: lease.object.metadata, spec };
    const path = objectPath(wellKnown.leases, namespace, name);
    // Without a release it expires.
    await rest
      .replace(path, body, { timeoutMs: deadlineMs, maxTries: 1, isUrgent: true })
      .catch((error: unknown) => onAttemptFailed?.(error));
  }

  /** A candidate tries again when the observed Lease expires, if that is before the next period. */
  #delayMs(): number {
    const { clock, random } = this.#options;
    const period = this.#timing.retryPeriodMs * (1 + JITTER * random.fraction());
    if (this.#current.name !== 'candidate' || this.#observed === undefined) {
      return period;
    }
    const { lease, at } = this.#observed;
    const untilExpiry = at + lease.spec.leaseDurationSeconds * 1000 - clock.monotonic();
    return untilExpiry > 0 ? Math.min(period, untilExpiry) : period;
  }

  #callOptions() {
    // One slow response must leave time for another attempt to renew.
    const timeoutMs = this.#timing.renewDeadlineMs / 2;
    return { signal: this.#calls.signal, timeoutMs, maxTries: 1, isUrgent: true };
  }

  #leaseSeconds(): number {
    return Math.ceil(this.#timing.leaseDurationMs / 1000);
  }
}

const leaseType = { apiVersion: apiVersionOf(wellKnown.leases), kind: 'Lease' } as const;
