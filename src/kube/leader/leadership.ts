import { LeaseElector, type LeaseElectorOptions, LeaseNotHeldError } from './lease-elector.ts';

/** The right to write: bound to a Lease, or to nothing but the life of the process where there is no election. */
export interface Leadership {
  readonly isLeading: boolean;
  /** Aborts when the right ends. */
  readonly signal: AbortSignal;
  /** Throws `LeaseNotHeldError` without the right. */
  assertHeld(): void;
  /** Begins to strive for it; `onStartedLeading` follows, at once without an election. */
  start(): void;
  /** Gives it up. */
  stop(deadlineMs: number): Promise<void>;
}

/** Leadership by a Lease. */
export function electedLeadership(options: LeaseElectorOptions): Leadership {
  return new LeaseElector(options);
}

/** Leadership of the only replica. */
export function soleLeadership(onStartedLeading: () => void): Leadership {
  const life = new AbortController();
  const isLeading = (): boolean => !life.signal.aborted;
  return {
    get isLeading() {
      return isLeading();
    },
    signal: life.signal,
    assertHeld() {
      if (!isLeading()) {
        throw new LeaseNotHeldError('the operator has stopped');
      }
    },
    start: onStartedLeading,
    async stop() {
      life.abort(new LeaseNotHeldError('the operator has stopped'));
    },
  };
}
