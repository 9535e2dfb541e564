import type { Random } from '../../../src/runtime/random.ts';

/** The fault of one watch. */
export type WatchFault =
  | { readonly kind: 'refused' }
  | {
      readonly kind: 'served';
      /** Its lifetime; `undefined`: until the API server ends it. */
      readonly lifeMs: number | undefined;
      readonly end: 'cut' | 'closed' | 'gone';
    };

/** Chooses at random. While `raging` is false, watches are only delayed. */
export function drawWatchFault(random: Random, raging: boolean): WatchFault {
  const [refused, life, end] = [random.fraction(), random.fraction(), random.fraction()];
  if (!raging) {
    return { kind: 'served', lifeMs: undefined, end: 'closed' };
  }
  if (refused < 0.1) {
    return { kind: 'refused' };
  }
  return {
    kind: 'served',
    lifeMs: 4_000 + life * 26_000,
    end: end < 0.5 ? 'cut' : end < 0.75 ? 'gone' : 'closed',
  };
}
