import type { AccountStatus } from '../api/account.ts';
import { conditionOf } from '../api/condition.ts';

/** The Ready condition as one line of the log. */
export function readyText(status: AccountStatus | undefined): string {
  const ready = conditionOf({ status }, 'Ready');
  return `Ready=${ready?.status} ${ready?.reason}: ${ready?.message}`;
}
