import type { Survivor } from './summary.ts';

/** Why mutants survive. A survivor has the first reason that holds for it. */
interface Reason {
  readonly text: string;
  readonly holdsFor: (survivor: Survivor, file: string) => boolean;
}

const REASONS: readonly Reason[] = [
  {
    text: 'No unit test reaches it',
    holdsFor: ({ uncovered }) => uncovered === true,
  },
];

/** Why a mutant survives, or that nobody has looked yet. */
export function reasonOf(survivor: Survivor, file: string): string {
  return REASONS.find(({ holdsFor }) => holdsFor(survivor, file))?.text ?? 'Not examined yet';
}
