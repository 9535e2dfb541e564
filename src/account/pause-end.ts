import type { AccountInput } from './input.ts';

/**
 * When Open Connectors takes calls of the account again (wall clock); `undefined`: now, or at a time that is not known. A
 * pause is measured on the monotonic clock, so that its end is in the past where the wall clock was set forward.
 */
export function pauseEndOf({ throttledUntil, now }: AccountInput): number | undefined {
  return throttledUntil !== undefined && throttledUntil > now ? throttledUntil : undefined;
}
