import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONDITION_TYPES, type Condition } from '../../../../src/api/condition.ts';
import { REASON_NAMES, type Reason, reason } from '../../../../src/api/reasons.ts';
import { mergeConditions, notTrue, severityOf, timestamp } from '../../../../src/reconciler/conditions.ts';
import { condition } from '../../../support/builders/connector.ts';
import { NOW, second } from '../../../support/builders/time.ts';

const conditions = fc.uniqueArray(
  fc.record({
    type: fc.constantFrom(...CONDITION_TYPES),
    status: fc.constantFrom('True' as const, 'False' as const, 'Unknown' as const),
    reason: fc.constantFrom(...REASON_NAMES),
    message: fc.constantFrom('one', 'two'),
  }),
  { selector: ({ type }) => type },
);
const before = conditions.map((list) =>
  list.map(
    (condition): Condition => ({
      ...condition,
      observedGeneration: 1,
      lastTransitionTime: second(-3_600_000),
    }),
  ),
);

describe('merging conditions', () => {
  test('the time of a condition moves with its status, and with nothing else', () => {
    fc.assert(
      fc.property(before, conditions, (old, said) => {
        for (const { type, status, lastTransitionTime } of mergeConditions(old, said, 2, NOW)) {
          const previous = old.find((candidate) => candidate.type === type);
          const moved = lastTransitionTime === timestamp(NOW);
          expect(moved).toBe(previous?.status !== status);
        }
      }),
    );
  });

  test('each condition carries the generation that was acted on', () => {
    fc.assert(
      fc.property(before, conditions, (old, said) => {
        const generations = mergeConditions(old, said, 7, NOW).map(
          ({ observedGeneration }) => observedGeneration,
        );
        expect(generations).toEqual(said.map(() => 7));
      }),
    );
  });

  test('the order is always the same, whatever was said first', () => {
    fc.assert(
      fc.property(before, conditions, (old, said) => {
        const types = mergeConditions(old, said, 1, NOW).map(({ type }) => type);
        expect(types).toEqual(CONDITION_TYPES.filter((type) => said.some((one) => one.type === type)));
      }),
    );
  });

  test('merging the same again changes nothing', () => {
    fc.assert(
      fc.property(before, conditions, (old, said) => {
        const once = mergeConditions(old, said, 2, NOW);
        expect(mergeConditions(once, said, 2, NOW + 60_000)).toEqual(once);
      }),
    );
  });

  test('a condition without a reason is removed', () => {
    const stalled = condition('Stalled', 'True', 'InvalidSpec');
    expect(mergeConditions([stalled], [], 1, NOW)).toEqual([]);
  });
});

test('Reconciling and Stalled never follow from one reason together', () => {
  for (const name of REASON_NAMES) {
    const types = severityOf(name, 'text').map(({ type }) => type);
    expect(types.length).toBeLessThanOrEqual(1);
    expect(types.includes('Stalled')).toBe(reason(name).severity === 'stalled');
  }
});

test.each<[Reason, ReturnType<typeof severityOf>]>([
  ['Deleting', [{ type: 'Reconciling', status: 'True', reason: 'Deleting', message: 'text' }]],
  ['RemoteError', [{ type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: 'text' }]],
  ['InvalidSpec', [{ type: 'Stalled', status: 'True', reason: 'InvalidSpec', message: 'text' }]],
  ['AuthorizationRequired', []],
  ['Succeeded', []],
])('the severity of %s is shown as a condition, or not at all', (name, expected) => {
  expect(severityOf(name, 'text')).toEqual(expected);
});

test('an unchecked condition is Unknown', () => {
  expect(notTrue('Synced', 'RemoteError', 'text').status).toBe('False');
  expect(notTrue('Authorized', 'Progressing', 'text').status).toBe('Unknown');
});

test('a time is in whole seconds, as metav1.Time has it', () => {
  expect(timestamp(NOW + 999)).toBe('2026-03-01T12:00:00Z');
});
