/** How a pass goes on after a verdict. */
export type Retry =
  /** Nothing is due: a change of the resource, a Secret or the account brings the next pass. */
  | { readonly kind: 'on-change' }
  /** A failure that may pass by itself: counted in status, with growing delays. */
  | { readonly kind: 'backoff'; readonly retryAfterMs?: number | undefined }
  /** Something is due at a known time (wall clock), and it is not a failure. */
  | { readonly kind: 'at'; readonly time: number };
