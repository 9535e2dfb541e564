import { expect, it } from 'vitest';
import { againAt } from '../../../src/reconciler/outcome.ts';

it.each([
  [60_000, 60_000],
  [0, 100],
  [-3_600_000, 100],
])('what is due in %i ms comes again after %i ms', (dueInMs, afterMs) => {
  expect(againAt(1_000_000 + dueInMs, 1_000_000)).toEqual({ kind: 'again', afterMs });
});
