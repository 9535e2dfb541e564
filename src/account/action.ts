import type { Reason } from '../api/reasons.ts';
import type { AccountCredentials } from '../ownership/account-view.ts';
import type { Retry } from '../reconciler/retry.ts';

/** The next action for an account; only `finish` ends the reconcile. */
export type AccountAction =
  | { readonly type: 'read-secret'; readonly name: string }
  | {
      readonly type: 'verify';
      readonly credentials: AccountCredentials;
      readonly credential: string;
      readonly secretVersion: string;
    }
  | { readonly type: 'list' }
  | { readonly type: 'list-users' }
  | { readonly type: 'finish'; readonly result: AccountResult };

/** An action that does something: every one but `finish`. */
export type AccountAct = Exclude<AccountAction, { type: 'finish' }>;

/** How a reconcile of an account ends. */
export type AccountResult =
  | { readonly kind: 'ready'; readonly again: number }
  | {
      readonly kind: 'blocked';
      readonly reason: Reason;
      readonly message: string;
      readonly retry: Retry;
      /** Whether connectors may go on with the session that is open. */
      readonly usable: boolean;
    }
  | { readonly kind: 'not-due'; readonly time: number }
  | { readonly kind: 'released' };
