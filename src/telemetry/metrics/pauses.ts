import type { ClientKey } from '../../openconnectors/account-pool.ts';
import type { BudgetPause } from '../../openconnectors/budget.ts';

/** The cause of a pause. */
export type PauseCause = BudgetPause['cause'];

/** Tracks which accounts are paused. */
export interface PauseBook {
  /** Updates the state of a client. Returns whether it changed. */
  note(key: ClientKey, state: 'open' | PauseCause): boolean;
  /** The pauses of the account with this uid, of all its clients. */
  causesOf(uid: string): ReadonlySet<PauseCause>;
}

export function createPauseBook(): PauseBook {
  /** Causes by account, then by credential. */
  const accounts = new Map<string, Map<string, PauseCause>>();
  return {
    note({ accountUid, credential }, state) {
      const causes = accounts.get(accountUid) ?? new Map<string, PauseCause>();
      const before = causes.get(credential);
      if (state === 'open') {
        causes.delete(credential);
      } else {
        causes.set(credential, state);
      }
      if (causes.size === 0) {
        accounts.delete(accountUid);
      } else {
        accounts.set(accountUid, causes);
      }
      return (before ?? 'open') !== state;
    },
    causesOf: (uid) => new Set(accounts.get(uid)?.values()),
  };
}
