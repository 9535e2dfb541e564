import type { Violation } from './checks/violation.ts';

/** A run that can be repeated without some of its disturbances. */
export interface Shrinkable {
  readonly violations: readonly Violation[];
  /** Names of all faults, crashes and actions that occurred. */
  readonly disturbances: readonly string[];
}

/** The most runs of one search. */
const MOST_RUNS = 150;

/**
 * Leaves out faults, crashes and actions as long as the same property still breaks: halves first, then smaller parts
 * (delta debugging). `repeat` runs once more without those with the given names. Returns the run with the fewest.
 */
export async function shrink<Result extends Shrinkable>(
  broken: Result,
  repeat: (without: ReadonlySet<string>) => Promise<Result>,
): Promise<Result> {
  const property = broken.violations[0]?.property;
  let best = broken;
  let without = new Set<string>();
  let runs = 0;
  for (
    let size = Math.ceil(best.disturbances.length / 2);
    size >= 1;
    size = size > 1 ? Math.ceil(size / 2) : 0
  ) {
    for (let start = 0; start < best.disturbances.length && runs < MOST_RUNS; ) {
      const part = best.disturbances.slice(start, start + size);
      const attempt = new Set([...without, ...part]);
      runs += 1;
      const result = await repeat(attempt);
      if (breaks(result.violations, property)) {
        best = result;
        without = attempt;
      } else {
        start += size;
      }
    }
  }
  return best;
}

function breaks(violations: readonly Violation[], property: Violation['property'] | undefined): boolean {
  return violations.some((violation) => violation.property === property);
}
