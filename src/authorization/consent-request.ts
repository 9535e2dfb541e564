import { createHash } from 'node:crypto';
import type { ConnectorSpec } from '../api/connector.ts';
import { connectorKeyOf, scopeOf } from '../api/defaults.ts';
import { type ElementKey, LEGACY_ELEMENT } from '../provider/elements.ts';
import { callbackUrlOf } from './consent-urls.ts';

/** What a user consents to: the data, the recipient and the OAuth app. */
export interface ConsentRequest {
  /** uid of the OpenConnectorsAccount, or `default`. */
  readonly accountUid: string;
  /** The account's API, with its path. */
  readonly baseUrl: string;
  readonly connector: ElementKey;
  /** Host of the Infusionsoft account; `undefined` for a connector that has none. */
  readonly server: string | undefined;
  readonly clientId: string;
  readonly callbackUrl: string;
  readonly scope: string;
}

/** The account that receives access; `baseUrl` has the API's path. */
export interface ConsentAccount {
  readonly uid: string;
  readonly baseUrl: string;
}

/** What a connector with `spec` requests consent for. `ownCallbackUrl` is that of the operator. */
export function consentRequestOf(
  spec: ConnectorSpec,
  account: ConsentAccount,
  clientId: string,
  ownCallbackUrl: string | undefined,
): ConsentRequest {
  return {
    accountUid: account.uid,
    baseUrl: account.baseUrl,
    connector: connectorKeyOf(spec),
    server: serverOf(spec),
    clientId,
    callbackUrl: callbackUrlOf(spec, ownCallbackUrl) ?? '',
    scope: scopeOf(spec),
  };
}

/** Host of the Infusionsoft account that access is requested to; `undefined` for a connector without one. */
export function serverOf(spec: ConnectorSpec): string | undefined {
  return connectorKeyOf(spec) === LEGACY_ELEMENT ? spec.server : undefined;
}

/** A hash that changes with any part of the request, so that a consent to one request is never used for another. */
export function consentRequestHash(request: ConsentRequest): string {
  const { accountUid, baseUrl, connector, server, clientId, callbackUrl, scope } = request;
  const parts = [accountUid, baseUrl, connector, server ?? null, clientId, callbackUrl, scope];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
