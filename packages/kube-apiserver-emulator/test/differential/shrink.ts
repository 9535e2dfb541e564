import type { Operation } from './operation.ts';

/**
 * A shorter sequence that still `fails`, found by leaving operations out, in at most `attempts` runs. The last operation
 * that matters is known: what follows it is left out first.
 */
export async function shrink(
  operations: readonly Operation[],
  last: number,
  fails: (operations: readonly Operation[]) => Promise<boolean>,
  attempts = 80,
): Promise<readonly Operation[]> {
  let current = operations;
  let left = attempts;
  const tries = async (candidate: readonly Operation[]): Promise<boolean> => {
    left -= 1;
    if (candidate.length === 0 || !(await fails(candidate))) {
      return false;
    }
    current = candidate;
    return true;
  };
  await tries(operations.slice(0, last + 1));
  for (
    let size = Math.ceil(current.length / 2);
    size >= 1 && left > 0;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let start = 0; start < current.length && left > 0; ) {
      const without = [...current.slice(0, start), ...current.slice(start + size)];
      if (!(await tries(without))) {
        start += size;
      }
    }
  }
  return current;
}
