import { type HandlerResult, RequeueAfter } from '../kube/reliable-operator.ts';
import type { ReconcileOutcome } from '../reconciler/outcome.ts';

/** A deletion that waits for a user is reconciled again after this time, should no watch report the change. */
const BLOCKED_DELETION_MS = 60 * 60_000;

/** When the queue calls again after a reconcile. */
export function toResult(outcome: ReconcileOutcome): HandlerResult | undefined {
  return outcome.kind === 'again' ? { requeueAfterMs: outcome.afterMs } : undefined;
}

/** Throws `RequeueAfter`, which keeps the finalizer, unless the reconcile released everything. */
export function requireReleased(outcome: ReconcileOutcome): void {
  if (outcome.kind !== 'released') {
    throw new RequeueAfter(outcome.kind === 'again' ? outcome.afterMs : BLOCKED_DELETION_MS);
  }
}
