import type { ActionHandler } from './action-context.ts';

/** Tries the credentials that worked last, when the account has none or wrong ones: only a deletion does so. */
export const openFallback: ActionHandler<'open-fallback-credentials'> = async (
  { ports, signal },
  input,
  { account },
) => {
  const fallback = await ports.accounts.openFallback(account, signal);
  const session = fallback === 'open' ? ports.accounts.fallbackSession(account.uid) : undefined;
  return {
    observation: session === undefined ? input : { ...input, account: session.view },
    outcome: { kind: 'fallback', fallback },
  };
};
