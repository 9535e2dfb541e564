import type { WriteGuard } from '../client/rest-options.ts';

/** Called at the begin and at the end of a term. */
export interface LeadershipListener {
  readonly onStartedLeading: () => void;
  /** Called once, when the Lease is lost or released after leading. */
  readonly onStoppedLeading: () => void;
}

/** The right to write. It is created before everything that writes, and no replica holds it until `start`. */
export interface Leadership {
  readonly isLeading: boolean;
  /** Aborts when the term ends. */
  readonly signal: AbortSignal;
  /** Throws `LeaseNotHeldError` while this process does not lead. */
  assertHeld(): void;
  /** Takes part in the election. Without an election `onStartedLeading` is called immediately. */
  start(listener: LeadershipListener): void;
  /** Releases the Lease. Resolves within `deadlineMs`. */
  stop(deadlineMs: number): Promise<void>;
}

/** The guard of a client whose writes need the leadership. */
export function writeGuardOf(leadership: Leadership): WriteGuard {
  return () => {
    leadership.assertHeld();
    return leadership.signal;
  };
}
