import type { ConditionStatus, ConditionType } from '../condition.ts';

/**
 * What follows while a condition carries the reason:
 * - `settled`: nothing is to be done.
 * - `working`: the operator goes on by itself at once (`Reconciling`).
 * - `retried`: the operator tries again by itself, with backoff or when what is missing appears (`Reconciling`).
 * - `person`: the operator waits for a person; neither `Reconciling` nor `Stalled`.
 * - `stalled`: trying again is useless until a person changes something (`Stalled`).
 */
export type Severity = 'settled' | 'working' | 'retried' | 'person' | 'stalled';

/** One row of the table of reasons. */
export interface ReasonInfo {
  /** The conditions it may appear on, each with the statuses it may have there. None: it is a reason of events only. */
  readonly conditions: { readonly [Type in ConditionType]?: readonly ConditionStatus[] };
  readonly severity: Severity;
  /** Type of the event written when the reason appears; Warning only where a person can act. */
  readonly event: 'Normal' | 'Warning' | 'none';
  /** What it says, in one or two sentences. */
  readonly meaning: string;
  /** What a person does about it, in one or two sentences. */
  readonly whatToDo: string;
}

/** A closed group of reasons. */
export type ReasonTable = Readonly<Record<string, ReasonInfo>>;
