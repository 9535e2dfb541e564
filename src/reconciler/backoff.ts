import { type BackoffLimits, backoffDelayMs } from '../runtime/backoff.ts';

const LIMITS: BackoffLimits = { baseMs: 2_000, maxMs: 10 * 60_000 };

/** How long a resource waits after its `count`-th failure in a row. A `Retry-After` of Open Connectors is a lower bound. */
export function backoffMs(count: number, fraction: number, retryAfterMs = 0): number {
  return Math.max(retryAfterMs, backoffDelayMs(LIMITS, count, fraction));
}

/** How often a failure that only a user can fix (refused credentials, a missing role) is retried without a change. */
export const PROBE_INTERVAL_MS = 60 * 60_000;
