import type { Survivor } from './summary.ts';

/** Why mutants survive. A survivor has the first reason that holds for it. */
interface Reason {
  readonly text: string;
  readonly holdsFor: (survivor: Survivor, file: string) => boolean;
}

/** Mutants that make no difference, by file, code and replacement. */
const EQUIVALENT: readonly (readonly [
  file: string,
  original: string,
  replacement: string,
  because: string,
])[] = [
  ['src/kube/leader/lease.ts', "typeof value === 'number'", 'true', 'Equivalent: only a number is finite'],
  [
    'src/connector/decide/decide.ts',
    "requested.kind === 'pending'",
    'true',
    'Equivalent: no other kind has a pending authorization',
  ],
  [
    'src/ownership/write-ahead-record.ts',
    '{ return undefined; }',
    '{}',
    'Equivalent: the result is undefined',
  ],
  [
    'src/ownership/write-ahead-record.ts',
    'annotation === undefined',
    'false',
    'Equivalent: what is no JSON is no record either',
  ],
  [
    'src/connector/decide/ownership.ts',
    '[]',
    '["Stryker was here"]',
    'Equivalent: a foreign instance has tags',
  ],
];

/** Code of the elector that determines the time of the next attempt. */
const NEXT_ATTEMPT =
  /retryPeriodMs|untilExpiry|JITTER|^at \+ lease|^\{ return period; \}|!== 'candidate' \|\|/;

const REASONS: readonly Reason[] = [
  ...EQUIVALENT.map(([path, original, replacement, text]) => ({
    text,
    holdsFor: (survivor: Survivor, file: string) =>
      file === path && survivor.original === original && survivor.replacement === replacement,
  })),
  {
    text: 'The suite of random statuses that tests it is too slow for this run',
    holdsFor: (_survivor, file) => file === 'src/reconciler/bounded-status.ts',
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
