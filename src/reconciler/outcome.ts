/** How a reconcile ended, for the queue. */
export type ReconcileOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly afterMs: number }
  /** The finalizer may go. */
  | { readonly kind: 'released' };

/** What is due by now waits this long, so that a time that stays in the past keeps no worker and no timer from running. */
const SHORTEST_AGAIN_MS = 100;

/** The next reconcile is due at `time` (wall clock). */
export function againAt(time: number, now: number): ReconcileOutcome {
  return { kind: 'again', afterMs: Math.max(SHORTEST_AGAIN_MS, time - now) };
}
