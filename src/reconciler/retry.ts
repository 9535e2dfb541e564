/** When the next reconcile is due after a result. */
export type Retry =
  /** Nothing is due: a change of the resource, a Secret or the account triggers the next reconcile. */
  | { readonly kind: 'on-change' }
  /** A temporary failure: counted in status, with growing delays. */
  | { readonly kind: 'backoff'; readonly retryAfterMs?: number | undefined }
  /** Something is due at a known time (wall clock), and it is not a failure. */
  | { readonly kind: 'at'; readonly time: number };
