import type { OpenConnectorsAccount } from '../api/account.ts';
import type { Violation } from '../api/validation/validate.ts';
import type { Organization } from '../openconnectors/port.ts';
import type { AccountCredentials } from '../ownership/account-view.ts';
import type { HostPattern } from '../runtime/host-pattern.ts';
import type { SecretFact } from '../secrets/secret-fact.ts';
import type { AccountLog } from './action-log.ts';

/** What this process remembers of an account beyond the resource. */
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

/** What was gathered of one account, before anything is derived from it. */
export interface AccountObservation {
  /** Wall clock, milliseconds since the epoch. */
  readonly now: number;
  readonly account: OpenConnectorsAccount;
  /** What is wrong with the spec. */
  readonly violations: readonly Violation[];
  readonly allowedHosts: readonly HostPattern[];
  readonly inventoryIntervalMs: number;
  readonly secret: SecretFact;
  readonly session: SessionFacts;
  /** Until when Open Connectors pauses the account; wall clock. */
  readonly throttledUntil: number | undefined;
  /** Names of the connectors that use the account and that this operator watches. Empty unless it is being deleted. */
  readonly users: readonly string[];
  /** The same as the API server listed them in this reconcile, with those of other operators. */
  readonly listedUsers: readonly string[] | undefined;
  /** An edit, a changed Secret or `reconcile-at` triggered this reconcile. */
  readonly triggered: boolean;
  readonly log: AccountLog;
}

/** The credentials in the Secret of the account, decoded and hashed once. */
export type CredentialsInput =
  | { readonly state: 'absent' }
  | { readonly state: 'unread'; readonly resourceVersion: string }
  | { readonly state: 'key-missing'; readonly key: string }
  | {
      readonly state: 'invalid';
      readonly field: keyof AccountCredentials;
      readonly key: string;
      readonly why: string;
    }
  | {
      readonly state: 'read';
      readonly resourceVersion: string;
      readonly credentials: AccountCredentials;
      /** Keyed hash of both. */
      readonly credential: string;
    };

/** The input of `decideAccount`. A plain value. */
export interface AccountInput extends AccountObservation {
  readonly credentials: CredentialsInput;
}
