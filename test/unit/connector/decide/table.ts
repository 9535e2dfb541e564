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
  readonly action: object;
}

/** Tests each row, and that whatever it ends with makes a status that tools can rely on. */
export function decides(rows: readonly Row[]): void {
  test.each(rows)('$name: $because', ({ input, action: expected }) => {
    const action = decide(input);
    expect(action).toMatchObject(expected);
    expect(faultsOfStep(action)).toEqual([]);
    assertStatusOf(input, action);
  });
}

/** Throws where the status that follows from `step` breaks a rule of kstatus. */
export function assertStatusOf(input: ConnectorInput, action: Action): void {
  if (action.type === 'finish' && (action.result.kind === 'blocked' || action.result.kind === 'ready')) {
    assertStatusConforms({ ...input.connector, status: summarize(input, action.result, 0.5) });
  }
}

/** A part of a result: its kind, and what matters of the rest. */
type PartOf<V extends Result> = V extends Result ? Pick<V, 'kind'> & Partial<V> : never;

/** The end of a reconcile. */
export function ends(result: PartOf<Result>): object {
  return { type: 'finish', result: result };
}

/** The end of a reconcile with `condition` False (or Unknown) for `reason`; `message` is a part of the text. */
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
