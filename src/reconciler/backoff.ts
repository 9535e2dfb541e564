/** Delays of the first and of the longest retry of one resource, in milliseconds. */
const FIRST_MS = 2_000;
const CAP_MS = 10 * 60_000;

/**
 * How long a resource waits after its `count`-th failure in a row (1 is the first): doubling, capped, and spread over
 * the upper half of the interval by `fraction` (uniform in [0, 1)), so that a thousand that failed together do not
 * return together. A `Retry-After` of the remote side is a lower bound.
 */
export function backoffMs(count: number, fraction: number, retryAfterMs = 0): number {
  const full = Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(count - 1, 20));
  return Math.max(retryAfterMs, Math.round(full / 2 + (full / 2) * fraction));
}

/** How often what only a person can mend (refused credentials, a missing role) is tried without being asked to. */
export const PROBE_INTERVAL_MS = 60 * 60_000;
