import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Action } from '../../../../src/connector/action.ts';
import { decide } from '../../../../src/connector/decide/decide.ts';
import { inputs } from '../../../support/builders/arbitraries.ts';

/** What a step is, without the particulars: its kind, or how the reconcile ends and why. */
function outcomeOf(action: Action): string {
  if (action.type !== 'finish') {
    return action.type;
  }
  const { result: verdict } = action;
  return verdict.kind === 'blocked' ? `${verdict.condition} ${verdict.reason}` : verdict.kind;
}

/** The outcomes that the rows of the decision tables expect, as they are written there. */
function outcomesInTables(): ReadonlySet<string> {
  const found = new Set<string>();
  const folder = import.meta.dirname;
  for (const file of readdirSync(folder).filter(
    (name) => name.endsWith('.test.ts') && name !== 'coverage.test.ts',
  )) {
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [, condition, reason] of text.matchAll(/blockedBy\(\s*'(\w+)',\s*'(\w+)'/g)) {
      found.add(`${condition} ${reason}`);
    }
    for (const [, kind] of text.matchAll(/(?:kind|type): '([\w-]+)'/g)) {
      found.add(kind ?? '');
    }
    if (text.includes('released')) {
      found.add('released');
    }
  }
  return found;
}

test('no state that can be reached is without a row in the decision tables', () => {
  const reached = new Set(
    fc.sample(inputs, { numRuns: 4_000, seed: 1 }).map((input) => outcomeOf(decide(input))),
  );
  expect(reached.size).toBeGreaterThan(25);
  const tables = outcomesInTables();
  expect([...reached].filter((outcome) => !tables.has(outcome)).sort()).toEqual([]);
});
