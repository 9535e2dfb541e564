import type { Property } from '../checks/violation.ts';
import type { FocusName } from '../schedule/focus.ts';

/** One edit of a source file. The text must be there exactly once. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A defect that a run can have on purpose. */
export interface Defect {
  readonly name: string;
  /** What the code then does wrong. */
  readonly effect: string;
  /** The properties of which one must break. */
  readonly breaks: readonly Property[];
  /** The first seed that shows it. */
  readonly seed: number;
  /** The focus of the seeds that reach it; absent: any. */
  readonly focus?: FocusName;
  /** The rule that covers for this one: alone the edit shows nothing, and `seed` is for both taken out. */
  readonly coveredBy?: { readonly rule: string; readonly edits: readonly Edit[] };
  readonly edits: readonly Edit[];
}
