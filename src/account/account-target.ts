import type { OpenConnectorsAccount } from '../api/account.ts';
import type { ClientKey } from '../openconnectors/account-pool.ts';
import type { Organization } from '../openconnectors/port.ts';
import type { AccountCredentials } from '../ownership/account-view.ts';

/** The address and the limits of an account: of a resource, or of the operator's own configuration. */
export interface AccountTarget {
  /** uid of the resource, or `default`. */
  readonly uid: string;
  readonly spec: Pick<OpenConnectorsAccount['spec'], 'baseUrl' | 'limits' | 'timeoutSeconds'>;
  readonly isDefault: boolean;
  /** The credentials are those of the operator's namespace, not those of the account's own Secret. */
  readonly isFallback?: boolean;
}

/** Credentials that Open Connectors accepted. */
export interface VerifiedCredentials {
  readonly credentials: AccountCredentials;
  /** Keyed hash of the credentials. */
  readonly credential: string;
  readonly secretVersion: string;
  readonly organization: Organization;
}

/** The client of an account for these credentials; fallback credentials have a client of their own. */
export function clientKeyOf(target: AccountTarget, credential: string): ClientKey {
  return {
    accountUid: target.uid,
    credential: target.isFallback === true ? `fallback:${credential}` : credential,
  };
}
