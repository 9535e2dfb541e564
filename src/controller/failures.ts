import type { ConnectorStatus } from '../api/connector.ts';
import type { Reason } from '../api/reasons.ts';
import { backoffMs } from './backoff.ts';
import { timestamp } from './conditions.ts';
import type { Retry } from './step.ts';

/** What a verdict has that decides about the next try. */
type Ending =
  | { readonly kind: 'ready' }
  | { readonly kind: 'blocked'; readonly reason: Reason; readonly retry: Retry };

/**
 * The memory of failures in status, so that a restart does not forget the backoff; `undefined` where nothing is to be
 * tried again. `fraction` (in [0, 1)) spreads the retries.
 */
export function failuresAfter(
  before: ConnectorStatus['failures'],
  verdict: Ending,
  now: number,
  fraction: number,
): ConnectorStatus['failures'] {
  if (verdict.kind !== 'blocked' || verdict.retry.kind !== 'backoff') {
    return undefined;
  }
  const count = (before?.count ?? 0) + 1;
  const delayMs = backoffMs(count, fraction, verdict.retry.retryAfterMs);
  // Status keeps whole seconds; rounding up never makes a retry early.
  return { count, lastReason: verdict.reason, nextAttemptAt: timestamp(now + delayMs + 999) };
}
