import type { Action } from './action-context.ts';
import { withPass } from './action-context.ts';

/** Tries the credentials that worked last, when the account has none or wrong ones: only a deletion does so. */
export const openKeptAccount: Action<'open-kept-account'> = async ({ ports, signal }, world, { account }) => {
  const kept = await ports.accounts.openKept(account, signal);
  const session = kept === 'open' ? ports.accounts.keptSession(account.uid) : undefined;
  const next = withPass(world, { kept });
  return session === undefined ? next : { ...next, account: session.view };
};
