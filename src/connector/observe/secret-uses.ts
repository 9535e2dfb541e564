import type { InfusionsoftConnector } from '../../api/connector.ts';
import {
  authorizationCodeKeyOf,
  authorizationCodeSecretNameOf,
  clientIdKeyOf,
  clientSecretKeyOf,
  elementKeyOf,
  encryptedKeyKeyOf,
  refreshTokenKeyOf,
  signatureKeyKeyOf,
} from '../../api/defaults.ts';
import { CODE_KEY } from '../../authorization/authorization-response.ts';
import { LEGACY_ELEMENT } from '../../provider/elements.ts';
import type { GrantUse, SecretUse } from '../connector-secrets.ts';

/** The references to the lasting values of a resource, without the one-time grant. */
export interface LastingUses {
  readonly clientId: SecretUse;
  readonly clientSecret: SecretUse;
  /** Only for `infusionsoftcrm`. */
  readonly encryptedKey: SecretUse | undefined;
  /** Only with `spec.events`. */
  readonly signatureKey: SecretUse | undefined;
}

/** Where the resource says its values stand. */
export function lastingUsesOf({ spec }: InfusionsoftConnector): LastingUses {
  const client = spec.oauth.clientSecretRef;
  const encryptedKey = elementKeyOf(spec) === LEGACY_ELEMENT ? spec.encryptedKeySecretRef : undefined;
  const signatureKey = spec.events?.signatureKeySecretRef;
  return {
    clientId: {
      field: 'spec.oauth.clientSecretRef',
      secretName: client.name,
      key: clientIdKeyOf(spec),
      what: "the OAuth app's client_id",
    },
    clientSecret: {
      field: 'spec.oauth.clientSecretRef',
      secretName: client.name,
      key: clientSecretKeyOf(spec),
      what: "the OAuth app's client_secret",
    },
    encryptedKey: encryptedKey && {
      field: 'spec.encryptedKeySecretRef',
      secretName: encryptedKey.name,
      key: encryptedKeyKeyOf(encryptedKey),
      what: 'the Infusionsoft Encrypted Key',
    },
    signatureKey: signatureKey && {
      field: 'spec.events.signatureKeySecretRef',
      secretName: signatureKey.name,
      key: signatureKeyKeyOf(signatureKey),
      what: 'the signature key of the events',
    },
  };
}

/** The Secret that the resource names for its grant, if it names one. */
export function namedGrantUseOf({ spec }: InfusionsoftConnector): GrantUse | undefined {
  const { authorizationCodeSecretRef: code, refreshTokenSecretRef: token } = spec.oauth;
  if (code !== undefined) {
    return {
      kind: 'code',
      field: 'spec.oauth.authorizationCodeSecretRef',
      secretName: code.name,
      key: authorizationCodeKeyOf(code),
      what: 'an authorization code',
    };
  }
  if (token !== undefined) {
    return {
      kind: 'refresh-token',
      field: 'spec.oauth.refreshTokenSecretRef',
      secretName: token.name,
      key: refreshTokenKeyOf(token),
      what: 'a refresh token',
    };
  }
  return undefined;
}

/** The code that the consent page received. */
export function pageGrantUseOf(connector: InfusionsoftConnector): GrantUse {
  return {
    kind: 'code',
    field: 'the consent page',
    secretName: authorizationCodeSecretNameOf(connector),
    key: CODE_KEY,
    what: 'an authorization code',
  };
}
