import type { BudgetPause } from '../../openconnectors/budget.ts';

/** The cause of a pause. */
export type PauseCause = BudgetPause['cause'];

/** Tracks which accounts are paused. */
export interface PauseBook {
  /** Updates the state of the client `key` (`<account uid>/<credential>`). Returns whether it changed. */
  note(key: string, state: 'open' | PauseCause): boolean;
  /** The pauses of the account with this uid, of all its clients. */
  causesOf(uid: string): ReadonlySet<PauseCause>;
}

export function createPauseBook(): PauseBook {
  const causes = new Map<string, PauseCause>();
  return {
    note(key, state) {
      const before = causes.get(key);
      if (state === 'open') {
        causes.delete(key);
        return before !== undefined;
      }
      causes.set(key, state);
      return before !== state;
    },
    causesOf: (uid) =>
      new Set([...causes].filter(([key]) => key.startsWith(`${uid}/`)).map(([, cause]) => cause)),
  };
}
