import type { RemoteError } from '../openconnectors/errors/remote-error.ts';
import type { AccountAct } from './action.ts';

/** One action of a reconcile and its outcome. */
export interface AccountLogEntry {
  readonly action: AccountAct;
  readonly outcome: { readonly kind: 'done' } | { readonly kind: 'failed'; readonly error: RemoteError };
}

/** What a reconcile has done so far, oldest first. */
export type AccountLog = readonly AccountLogEntry[];

/** The call of Open Connectors that failed. */
export function failedCall(
  log: AccountLog,
): { readonly type: AccountAct['type']; readonly error: RemoteError } | undefined {
  return log
    .flatMap(({ action, outcome }) =>
      outcome.kind === 'failed' ? [{ type: action.type, error: outcome.error }] : [],
    )
    .at(-1);
}
