import { describe, expect, test } from 'vitest';
import { condition, connector, readyStatus } from '../../../support/builders/connector.ts';
import { KSTATUS_CASES, withConditions } from '../../../support/kstatus/cases.ts';
import {
  assertStatusConforms,
  brokenRules,
  kstatusOf,
  kubectlWaits,
} from '../../../support/kstatus/kstatus.ts';

const ready = connector({ status: readyStatus(1) });

describe('what kstatus computes', () => {
  test.each(KSTATUS_CASES)('$name: $because', ({ object, is }) => {
    expect(kstatusOf(object)).toBe(is);
  });
});

describe('what is refused', () => {
  const cases: readonly [rule: string, object: ReturnType<typeof connector>][] = [
    [
      'status.observedGeneration is set',
      connector({ status: readyStatus(1, { observedGeneration: undefined }) }),
    ],
    [
      'status.observedGeneration is not ahead of metadata.generation',
      connector({ status: readyStatus(1, { observedGeneration: 2 }) }),
    ],
    ['Ready is there', connector({ status: { observedGeneration: 1 } })],
    [
      'a condition type appears once',
      connector({
        status: readyStatus(1, {
          conditions: [condition('Ready', 'True', 'Succeeded'), condition('Ready', 'True', 'Succeeded')],
        }),
      }),
    ],
    [
      'Reconciling and Stalled are not there together',
      withConditions(
        condition('Ready', 'False', 'InvalidSpec'),
        condition('Stalled', 'True', 'InvalidSpec'),
        condition('Reconciling', 'True', 'Progressing'),
      ),
    ],
    [
      'Reconciling and Stalled are only there while they are True',
      withConditions(condition('Reconciling', 'False', 'Progressing')),
    ],
    [
      'with Ready=True there is neither Reconciling nor Stalled',
      withConditions(condition('Reconciling', 'True', 'Progressing')),
    ],
    [
      'Stalled and Ready give one reason',
      withConditions(
        condition('Ready', 'False', 'SecretInvalid'),
        condition('Stalled', 'True', 'InvalidSpec'),
      ),
    ],
    [
      'each condition has the generation of the status',
      withConditions(condition('Synced', 'True', 'Synced', { observedGeneration: 0 })),
    ],
    [
      'each reason is declared for its condition and status',
      withConditions(condition('Synced', 'True', 'InvalidSpec')),
    ],
    ['each condition has a message', withConditions(condition('Synced', 'True', 'Synced', { message: ' ' }))],
    [
      'each lastTransitionTime is in whole seconds of RFC 3339',
      withConditions(condition('Synced', 'True', 'Synced', { lastTransitionTime: 'yesterday' })),
    ],
  ];
  test.each(cases)('%s', (rule, object) => {
    expect(brokenRules(object)).toContain(rule);
    expect(() => assertStatusConforms(object)).toThrow(rule);
  });

  test('the builders themselves conform', () => {
    expect(brokenRules(ready)).toEqual([]);
  });
});

test('kubectl wait goes by the generation of the condition', () => {
  expect(kubectlWaits(ready, 'Ready')).toBe(false);
  expect(kubectlWaits(connector({ metadata: { generation: 2 }, status: readyStatus(1) }), 'Ready')).toBe(
    true,
  );
  expect(kubectlWaits(withConditions(condition('Ready', 'False', 'InvalidSpec')), 'Ready')).toBe(true);
});
