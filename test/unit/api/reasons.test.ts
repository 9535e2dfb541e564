import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CONDITION_TYPES, CONDITIONS, conditionSchema } from '../../../src/api/condition.ts';
import { isReason, mayAppear, REASON_NAMES, reason } from '../../../src/api/reasons.ts';
import { faultsOfLimits } from '../../support/builders/message-limits.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/reference/conditions.md'), 'utf8');

describe.each(REASON_NAMES.map((name) => [name, reason(name)] as const))('%s', (name, info) => {
  test('is a valid reason of metav1.Condition and of an event', () => {
    expect(conditionSchema.shape.reason.safeParse(name).success).toBe(true);
    expect(name).toMatch(/^[A-Z][A-Za-z]{2,127}$/);
  });

  test('says what it means and what to do, in sentences', () => {
    expect(info.meaning).toMatch(/^[A-Za-z].*\.$/);
    expect(info.whatToDo).toMatch(/^[A-Z].*\.$/);
  });

  test.each(['meaning', 'whatToDo'] as const)('keeps the limits of a message in its %s', (field) => {
    expect(faultsOfLimits(info[field])).toEqual([]);
  });

  test('is documented', () => {
    expect(page).toContain(`### ${name}\n`);
  });

  test('has a severity that its conditions can show', () => {
    const stalled = info.conditions.Stalled !== undefined;
    const reconciling = info.conditions.Reconciling !== undefined;
    const onReady = info.conditions.Ready?.includes('False') === true;

    // A resource that waits for a person is neither; one that may go either way says so by being retried.
    expect({ stalled, reconciling }).toEqual(
      {
        settled: { stalled: false, reconciling: false },
        person: { stalled: false, reconciling: false },
        working: { stalled: false, reconciling: onReady },
        retried: { stalled, reconciling: true },
        stalled: { stalled: true, reconciling: false },
      }[info.severity],
    );
  });

  test('a Warning names an action of the user', () => {
    expect(info.event === 'Warning' && info.whatToDo === 'Nothing.').toBe(false);
  });

  test('on no transient condition with another status than True', () => {
    for (const type of CONDITION_TYPES.filter((it) => CONDITIONS[it].transient)) {
      expect(info.conditions[type] ?? ['True']).toEqual(['True']);
    }
  });

  test('says what is wrong on Ready wherever it makes another condition False', () => {
    const elsewhere = CONDITION_TYPES.some(
      (it) => it !== 'Ready' && info.conditions[it]?.includes('False') === true,
    );

    expect(!elsewhere || info.conditions.Ready?.includes('False') === true).toBe(true);
  });
});

test('every condition type can be True, and lasting ones not True, with some reason', () => {
  for (const type of CONDITION_TYPES) {
    expect(REASON_NAMES.some((name) => mayAppear(name, type, 'True'))).toBe(true);
    expect(REASON_NAMES.some((name) => mayAppear(name, type, 'False'))).toBe(!CONDITIONS[type].transient);
  }
});

test('isReason accepts exactly the reasons of the table', () => {
  expect(isReason('ForeignOwner')).toBe(true);
  expect(isReason('toString')).toBe(false);
});
