import type { ConnectorStatus } from '../api/connector.ts';
import type { Reason } from '../api/reasons.ts';
import { LONGEST_RETRY_AFTER_MS } from '../runtime/retry-after.ts';
import { backoffMs } from './backoff.ts';
import { timestamp } from './conditions.ts';
import type { Retry } from './retry.ts';

/** The longest wait after a failure: a pause that Open Connectors asks for. The rest is the rounding to whole seconds. */
const LONGEST_WAIT_MS = LONGEST_RETRY_AFTER_MS + 1_000;

/**
 * Until when a failure in status holds back the next try (wall clock); `undefined`: no longer. A time further away than
 * any backoff was written before the clock was set back.
 */
export function retryWaitsUntil(failures: ConnectorStatus['failures'], now: number): number | undefined {
  const nextAttemptAt = Date.parse(failures?.nextAttemptAt ?? '');
  return nextAttemptAt > now && nextAttemptAt <= now + LONGEST_WAIT_MS ? nextAttemptAt : undefined;
}

/** The part of a result that decides about the next attempt. */
type Ending =
  | { readonly kind: 'ready' | 'observed' }
  | { readonly kind: 'blocked'; readonly reason: Reason; readonly retry: Retry };

/**
 * The memory of failures in status, so that a restart does not forget the backoff; `undefined` where nothing is to be
 * tried again. `fraction` (in [0, 1)) spreads the retries.
 */
export function failuresAfter(
  before: ConnectorStatus['failures'],
  result: Ending,
  now: number,
  fraction: number,
): ConnectorStatus['failures'] {
  if (result.kind !== 'blocked' || result.retry.kind !== 'backoff') {
    return undefined;
  }
  const count = (before?.count ?? 0) + 1;
  const delayMs = backoffMs(count, fraction, result.retry.retryAfterMs);
  // Status keeps whole seconds; rounding up never makes a retry early.
  return { count, lastReason: result.reason, nextAttemptAt: timestamp(now + delayMs + 999) };
}
