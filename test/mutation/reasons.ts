import { EQUIVALENT } from './equivalent.ts';
import type { Survivor } from './summary.ts';

/** Why mutants survive. A survivor has the first reason that holds for it. */
interface Reason {
  readonly text: string;
  readonly holdsFor: (survivor: Survivor, file: string) => boolean;
}

/** Code of the elector that determines the time of the next attempt. */
const NEXT_ATTEMPT =
  /retryPeriodMs|untilExpiry|JITTER|^at \+ lease|^\{ return period; \}|!== 'candidate' \|\|/;

/** Files of which the suite `connector/plan/any-state`, which this run leaves out, tests most. */
const TESTED_BY_RANDOM_STATES: ReadonlySet<string> = new Set([
  'src/connector/plan/decide-observed.ts',
  'src/connector/plan/plan.ts',
]);

/** Files with a table of actions that a test compares as a whole. */
const TABLES: ReadonlySet<string> = new Set(['src/account/controller.ts', 'src/connector/controller.ts']);

const REASONS: readonly Reason[] = [
  ...EQUIVALENT.flatMap(({ because, file, mutants }) =>
    mutants.map(([original, replacement]) => ({
      text: because,
      holdsFor: (survivor: Survivor, path: string) =>
        path === file && survivor.original === original && survivor.replacement === replacement,
    })),
  ),
  {
    text: 'The suite of random states that tests it is too slow for this run',
    holdsFor: (_survivor, file) => TESTED_BY_RANDOM_STATES.has(file),
  },
  {
    text: 'Runs only while the module is loaded; a test compares the whole table',
    holdsFor: ({ original }, file) => TABLES.has(file) && ['true', 'false'].includes(original),
  },
  {
    text: 'Differs at the boundary alone: one millisecond, or one item',
    holdsFor: ({ mutator, original, replacement }) =>
      mutator === 'EqualityOperator' && withoutBoundary(original) === withoutBoundary(replacement),
  },
  {
    text: 'Changes only the time of the next attempt to get the Lease',
    holdsFor: ({ original }, file) =>
      file === 'src/kube/leader/lease-elector.ts' && NEXT_ATTEMPT.test(original),
  },
  {
    text: 'No suite of this run reaches it',
    holdsFor: ({ uncovered }) => uncovered === true,
  },
];

/** Why a mutant survives, or that nobody has looked yet. */
export function reasonOf(survivor: Survivor, file: string): string {
  return REASONS.find(({ holdsFor }) => holdsFor(survivor, file))?.text ?? 'Not examined yet';
}

function withoutBoundary(code: string): string {
  return code.replaceAll(/([<>])=?/g, '$1');
}
