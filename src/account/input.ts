import type { OpenConnectorsAccount } from '../api/account.ts';
import type { Reason } from '../api/reasons.ts';
import type { RemoteError } from '../openconnectors/errors/remote-error.ts';
import type { Organization } from '../openconnectors/port.ts';
import type { AccountCredentials } from '../ownership/account-view.ts';
import type { Retry } from '../reconciler/retry.ts';
import type { HostPattern } from '../runtime/host-pattern.ts';
import type { SecretFact } from '../secrets/secret-fact.ts';

/** What this process knows of an account beyond the resource. */
export type SessionFacts =
  | { readonly state: 'none' }
  /** These credentials were refused at this time (wall clock). */
  | {
      readonly state: 'refused';
      readonly credential: string;
      readonly at: number;
      /** Whether older credentials are in use that still work. */
      readonly keepsOlder: boolean;
    }
  | {
      readonly state: 'open';
      readonly credential: string;
      readonly secretVersion: string;
      readonly organization: Organization;
      /** Begin of the latest complete list of instances (wall clock). */
      readonly listedAt: number | undefined;
      /** A call with these credentials was refused since they were verified. */
      readonly invalidated: boolean;
    };

/** What this pass has done so far. */
export interface AccountDone {
  readonly failure: { readonly action: 'verify' | 'list'; readonly error: RemoteError } | undefined;
}

/** All that `decideAccount` may look at. */
export interface AccountInput {
  /** Wall clock, milliseconds since the epoch. */
  readonly now: number;
  readonly account: OpenConnectorsAccount;
  readonly allowedHosts: readonly HostPattern[];
  readonly inventoryIntervalMs: number;
  readonly secret: SecretFact;
  readonly session: SessionFacts;
  /** Until when the remote side wants to be left alone; wall clock. */
  readonly throttledUntil: number | undefined;
  /** Names of the connectors that use the account and that this operator watches. Empty unless it is being deleted. */
  readonly users: readonly string[];
  /** The same as the API server listed them in this reconcile, with those of other operators. */
  readonly listedUsers: readonly string[] | undefined;
  /** Somebody asked for this pass: an edit, a changed Secret, `reconcile-at`. */
  readonly triggered: boolean;
  readonly done: AccountDone;
  readonly fingerprint: (value: string) => string;
}

/** The next thing to do for an account. */
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

/** How a pass over an account ends. */
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
