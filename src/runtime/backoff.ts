/** First and longest delay after failures in a row, milliseconds. */
export interface BackoffLimits {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** The longest delay after the `count`-th failure in a row (1 is the first): doubling, capped. */
export function backoffCeilingMs({ baseMs, maxMs }: BackoffLimits, count: number): number {
  return Math.min(maxMs, baseMs * 2 ** Math.min(count - 1, 40));
}

/** A delay in the upper half of the ceiling; `fraction` (uniform in [0, 1)) spreads clients that failed together. */
export function backoffDelayMs(limits: BackoffLimits, count: number, fraction: number): number {
  const ceiling = backoffCeilingMs(limits, count);
  return Math.round(ceiling / 2 + (ceiling / 2) * fraction);
}
