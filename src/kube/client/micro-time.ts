/**
 * `metav1.MicroTime` of a wall clock time in milliseconds: RFC 3339 with exactly six fractional digits. The API server
 * refuses the three digits of `Date.toISOString`.
 */
export function microTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, -1)}000Z`;
}
