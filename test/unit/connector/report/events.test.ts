import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Condition } from '../../../../src/api/condition.ts';
import { REASON_NAMES, type Reason, reason } from '../../../../src/api/reasons.ts';
import { eventsOf } from '../../../../src/reconciler/events.ts';
import { condition } from '../../../support/builders/connector.ts';

const failed = (name: Reason): Condition[] => [condition('Ready', 'False', name)];
const ready = [condition('Ready', 'True', 'Succeeded')];
const told = (before: readonly Condition[], after: readonly Condition[]): string[] =>
  eventsOf([], before, after).map(({ reason: name }) => name);

describe('what is told', () => {
  test('a new reason, once, although several conditions carry it', () => {
    const after = [
      condition('Ready', 'False', 'SecretInvalid'),
      condition('SecretsResolved', 'False', 'SecretInvalid'),
      condition('Stalled', 'True', 'SecretInvalid'),
    ];
    expect(eventsOf([], [], after)).toEqual([
      { type: 'Warning', reason: 'SecretInvalid', message: 'Ready is False.' },
    ]);
  });

  test('nothing when nothing but a message, a time or a generation changed', () => {
    const after = [
      condition('Ready', 'False', 'RemoteError', {
        message: 'other words',
        observedGeneration: 9,
        lastTransitionTime: '2030-01-01T00:00:00Z',
      }),
    ];
    expect(told(failed('RemoteError'), after)).toEqual([]);
  });

  test('what happened in the pass comes before what changed by it', () => {
    const events = [{ reason: 'Created' as const, message: 'Created instance 1.' }];
    expect(eventsOf(events, [], ready).map(({ reason: name }) => name)).toEqual(['Created', 'Succeeded']);
  });

  test('no more than one of each reason in a pass', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...REASON_NAMES).map((name) => ({ reason: name, message: 'text' }))),
        fc.array(
          fc.constantFrom(...REASON_NAMES).map((name) => condition('Ready', 'False', name)),
          {
            maxLength: 2,
          },
        ),
        (events, after) => {
          const names = eventsOf(events, [], after).map(({ reason: name }) => name);
          expect(new Set(names).size).toBe(names.length);
          expect(names.every((name) => reason(name).event !== 'none')).toBe(true);
        },
      ),
    );
  });

  test('nothing about a reason that this version does not know', () => {
    expect(told([], [{ ...condition('Ready', 'False', 'RemoteError'), reason: 'FromTheFuture' }])).toEqual(
      [],
    );
  });
});

describe('a recovery', () => {
  test.each<Reason>(['RemoteError', 'Throttled', 'InvalidSpec', 'AccountUnauthorized'])(
    'is told after %s',
    (name) => {
      expect(eventsOf([], failed(name), ready)).toContainEqual({
        type: 'Normal',
        reason: 'Recovered',
        message: `Recovered from ${name}.`,
      });
    },
  );

  test.each<Reason>(['Progressing', 'AuthorizationRequired', 'DriftDetected', 'SearchingInstance'])(
    'is not told after %s, which was no failure',
    (name) => {
      expect(told(failed(name), ready)).toEqual(['Succeeded']);
    },
  );

  test('is not told of a new resource', () => {
    expect(told([], ready)).toEqual(['Succeeded']);
  });

  test('is not told of one that stays Ready', () => {
    expect(told(ready, [condition('Ready', 'True', 'Disabled')])).toEqual(['Disabled']);
  });
});
