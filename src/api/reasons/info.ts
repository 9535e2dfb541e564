import type { ConditionStatus, ConditionType } from '../condition.ts';

/**
 * What the operator does while a condition has the reason:
 * - `settled`: nothing; no action is required.
 * - `working`: it continues immediately (`Reconciling`).
 * - `retried`: it retries with backoff, or when the missing object appears (`Reconciling`).
 * - `person`: it waits for a user; neither `Reconciling` nor `Stalled`.
 * - `stalled`: it waits for a change of the spec, a Secret or a setting (`Stalled`).
 */
export type Severity = 'settled' | 'working' | 'retried' | 'person' | 'stalled';

/** One reason of a condition or an event. */
export interface ReasonInfo {
  /** The conditions that may have it, each with the possible statuses. Empty for a reason of events only. */
  readonly conditions: { readonly [Type in ConditionType]?: readonly ConditionStatus[] };
  readonly severity: Severity;
  /** Type of the event when the reason appears; Warning only where a user can act. */
  readonly event: 'Normal' | 'Warning' | 'none';
  /**
   * Of a reason why the authorization does not work: `required` asks a user for an OAuth consent, `withheld` does not,
   * because a consent would not help or the cause is not known.
   */
  readonly consent?: 'required' | 'withheld';
  /** The fact, in one or two sentences. */
  readonly meaning: string;
  /** The action of a user, in one or two sentences. */
  readonly whatToDo: string;
  /** Longer help for the documentation page, as blocks of Markdown. */
  readonly help?: readonly string[];
}

/** A closed group of reasons. */
export type ReasonTable = Readonly<Record<string, ReasonInfo>>;
