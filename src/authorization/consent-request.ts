import { createHash } from 'node:crypto';

/** Everything that a person agrees to: which data goes where, and through which application. */
export interface ConsentRequest {
  /** uid of the OpenConnectorsAccount, or `default`. */
  readonly accountUid: string;
  /** The account's API, with its path. */
  readonly baseUrl: string;
  readonly connector: string;
  /** Host of the Infusionsoft account; `undefined` for a connector that has none. */
  readonly server: string | undefined;
  readonly clientId: string;
  readonly callbackUrl: string;
  readonly scope: string;
}

/** A hash that changes with any part of the subject, so that a consent to one thing is never used for another. */
export function consentRequestHash(subject: ConsentRequest): string {
  const { accountUid, baseUrl, connector, server, clientId, callbackUrl, scope } = subject;
  const parts = [accountUid, baseUrl, connector, server ?? null, clientId, callbackUrl, scope];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
