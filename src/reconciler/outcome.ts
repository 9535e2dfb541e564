/** How a reconcile ended, for the queue. */
export type ReconcileOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly afterMs: number }
  /** The finalizer may go. */
  | { readonly kind: 'released' };
