import type { AccountStatus } from '../api/account.ts';

/** The Ready condition as one line of the log. */
export function readyText(status: AccountStatus | undefined): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return `Ready=${ready?.status} ${ready?.reason}: ${ready?.message}`;
}
