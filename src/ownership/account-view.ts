import type { Reason } from '../api/reasons.ts';

/** The credentials of an account, for the connection Secret that asks for them. */
export interface AccountCredentials {
  readonly userSecret: string;
  readonly organizationSecret: string;
}

/** The account of a connector as this process observes it. Only `ready` has a session. */
export type AccountView =
  | { readonly state: 'unknown' }
  | {
      readonly state: 'blocked';
      readonly reason: Reason;
      readonly message: string;
      /** Whether a user has to act before anything can change. */
      readonly stalled: boolean;
    }
  | {
      readonly state: 'ready';
      readonly uid: string;
      /** With the API's prefix, e.g. `https://host/elements/api-v2`. */
      readonly baseUrl: string;
      readonly organizationId: string;
      readonly isDefault: boolean;
      readonly credentials: AccountCredentials;
    };
