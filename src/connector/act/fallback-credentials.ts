import type { ActionHandler } from './action-context.ts';
import { withDone } from './action-context.ts';

/** Tries the credentials that worked last, when the account has none or wrong ones: only a deletion does so. */
export const openFallback: ActionHandler<'open-fallback-credentials'> = async (
  { ports, signal },
  input,
  { account },
) => {
  const kept = await ports.accounts.openFallback(account, signal);
  const session = kept === 'open' ? ports.accounts.fallbackSession(account.uid) : undefined;
  const next = withDone(input, { fallback: kept });
  return session === undefined ? next : { ...next, account: session.view };
};
