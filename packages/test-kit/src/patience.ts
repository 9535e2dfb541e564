/** How many times slower than the machine that the limits were written on a machine may be. */
const SLOWNESS = 4;

/**
 * A limit for a wait or a test, milliseconds, that also holds on a slow machine. A limit ends what would never come; it
 * says nothing about how fast something should be.
 */
export function patient(limitMs: number): number {
  return limitMs * SLOWNESS;
}
