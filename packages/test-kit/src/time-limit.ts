/** Factor by which a machine may be slower than the one on which the limits were chosen. */
const SLOWNESS = 4;

/**
 * A timeout in milliseconds for a wait or a test that also holds on a slow machine. A timeout ends hanging tests; it does
 * not assert speed.
 */
export function timeLimit(limitMs: number): number {
  return limitMs * SLOWNESS;
}
