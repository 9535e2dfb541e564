import type { OpenConnectorsAccount } from '../api/account.ts';
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

/** The key of a client in the pool. The uid comes first, because observers of the pool read the account from it. */
export function poolKey(target: AccountTarget, credential: string): string {
  return `${target.uid}/${target.isFallback === true ? 'fallback:' : ''}${credential}`;
}
