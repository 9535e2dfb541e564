import type { OpenConnectorsAccount } from '../api/account.ts';
import { validateAccount } from '../api/validation/validate.ts';
import type { ReconcileOutcome } from '../reconciler/outcome.ts';
import { runReconcile } from '../reconciler/reconcile-loop.ts';
import { type ReconcileObserver, UNOBSERVED } from '../reconciler/reconcile-observer.ts';
import { actOnAccount } from './act/act.ts';
import type { AccountAct, AccountResult } from './action.ts';
import { decideAccount } from './decide/decide.ts';
import type { AccountInput } from './input.ts';
import { observeAccount } from './observe/observe.ts';
import { type AccountPorts, targetOf } from './ports.ts';
import { reportAccount } from './report/report.ts';
import { keyOfAccount } from './users.ts';

/** More actions than any way through `decideAccount` has. */
const MAX_ACTIONS = 12;

/** One reconcile of one account. Throws as `runReconcile` does. */
export async function reconcileAccount(
  ports: AccountPorts,
  account: OpenConnectorsAccount,
  signal: AbortSignal,
  observer: ReconcileObserver = UNOBSERVED,
): Promise<ReconcileOutcome> {
  ports.registry.edited(keyOfAccount(account), targetOf(account), validateAccount(account).length === 0);
  return await runReconcile<AccountInput, AccountAct, AccountResult>(
    {
      observe: () => observeAccount(ports, account),
      decide: decideAccount,
      act: (input, action) => actOnAccount(ports, input, action, signal),
      report: (input, result) => reportAccount(ports, input, result, signal),
      resourceOf: (input) => input.account,
      // An error is repeated by the queue and shows in the log alone.
      resultOfError: () => undefined,
      maxActions: MAX_ACTIONS,
    },
    signal,
    observer,
  );
}

/** The account was deleted: nothing of it is kept. */
export function forgetAccount(ports: AccountPorts, account: OpenConnectorsAccount): void {
  ports.registry.close(keyOfAccount(account));
  ports.inputHashes.delete(account.metadata.uid);
  ports.wakeUsers(account);
}
