import { expect, test } from 'vitest';
import type { Reason } from '../../../../src/api/reasons.ts';
import type { Action, Result } from '../../../../src/connector/action.ts';
import { decide } from '../../../../src/connector/decide/decide.ts';
import type { ConnectorInput } from '../../../../src/connector/input.ts';
import { summarize } from '../../../../src/connector/report/summarize.ts';
import type { Retry } from '../../../../src/reconciler/retry.ts';
import { faultsOfStep } from '../../../support/builders/hygiene.ts';
import { assertStatusConforms } from '../../../support/kstatus/kstatus.ts';

/** One case of a decision table. */
export interface Row {
  readonly name: string;
  /** Why this step is the right one. */
  readonly because: string;
  readonly input: ConnectorInput;
  /** What the step has to match; asymmetric matchers where a text is long. */
  readonly step: object;
}

/** Tests each row, and that whatever it ends with makes a status that tools can rely on. */
export function decides(rows: readonly Row[]): void {
  test.each(rows)('$name: $because', ({ input: world, step: expected }) => {
    const step = decide(world);
    expect(step).toMatchObject(expected);
    expect(faultsOfStep(step)).toEqual([]);
    assertStatusOf(world, step);
  });
}

/** Throws where the status that follows from `step` breaks a rule of kstatus. */
export function assertStatusOf(input: ConnectorInput, step: Action): void {
  if (step.type === 'finish' && (step.result.kind === 'blocked' || step.result.kind === 'ready')) {
    assertStatusConforms({ ...input.connector, status: summarize(input, step.result, 0.5) });
  }
}

/** A part of a verdict: its kind, and what matters of the rest. */
type PartOf<V extends Result> = V extends Result ? Pick<V, 'kind'> & Partial<V> : never;

/** The end of a pass. */
export function ends(result: PartOf<Result>): object {
  return { type: 'finish', verdict: result };
}

/** The end of a pass with `condition` False (or Unknown) for `reason`; `message` is a part of the text. */
export function blockedBy(
  condition: Extract<Result, { kind: 'blocked' }>['condition'],
  reason: Reason,
  message: string | RegExp,
  retry: Retry | 'any' = { kind: 'on-change' },
): object {
  const text: unknown =
    typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message);
  const result = { kind: 'blocked', condition, reason, message: text };
  return { type: 'finish', result: retry === 'any' ? result : { ...result, retry } };
}
