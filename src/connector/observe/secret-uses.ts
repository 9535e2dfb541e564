import {
  authorizationCodeKeyOf,
  clientIdKeyOf,
  clientSecretKeyOf,
  connectorKeyOf,
  encryptedKeyKeyOf,
  refreshTokenKeyOf,
} from '../../api/defaults.ts';
import type { Grant } from '../../openconnectors/port.ts';
import { type Action, blocked } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { gracePeriodEndsAt } from './grace-period.ts';
import type { SecretUse, SecretValue } from './secret-value.ts';
import { secretValue } from './secret-value.ts';

/** The lasting values of a resource, without the one-time grant. The encrypted key is only there for `infusionsoftcrm`. */
export interface Inputs {
  readonly clientId: SecretUse;
  readonly clientSecret: SecretUse;
  readonly encryptedKey: SecretUse | undefined;
}

/** Where the resource says its values stand. */
export function inputsOf(input: ConnectorInput): Inputs {
  const { spec } = input.connector;
  const client = spec.oauth.clientSecretRef;
  const encryptedKey = connectorKeyOf(spec) === 'infusionsoftcrm' ? spec.encryptedKeySecretRef : undefined;
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
  };
}

/** The lasting values as a list. */
export function lastingUses(input: ConnectorInput): SecretUse[] {
  const { clientId, clientSecret, encryptedKey } = inputsOf(input);
  return encryptedKey === undefined ? [clientId, clientSecret] : [clientId, clientSecret, encryptedKey];
}

/** Where a grant stands, and of which kind it is. */
export type GrantUse = SecretUse & { readonly kind: Grant['kind'] };

/** The Secret that the resource names for its grant, if it names one. */
export function namedGrantUse(input: ConnectorInput): GrantUse | undefined {
  const { authorizationCodeSecretRef: code, refreshTokenSecretRef: token } = input.connector.spec.oauth;
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

/** What has to happen before all of `uses` can be worked with: a read, or a person. With `values`, none may stay unread. */
export function obtain(
  input: ConnectorInput,
  uses: readonly SecretUse[],
  values: boolean,
): Action | undefined {
  const found = uses.map((use) => ({ use, value: secretValue(input, use) }));
  const missing = found.find(({ value }) => value.state === 'absent');
  if (missing !== undefined) {
    return confirmAbsence(input, missing.use) ?? absent(input, missing.use);
  }
  const unread = found.find(({ value }) => value.state === 'unread' || (values && value.state === 'same'));
  if (unread !== undefined) {
    return { type: 'read-secret', name: unread.use.secretName };
  }
  const bad = found.find(({ value }) => value.state !== 'value' && value.state !== 'same');
  return bad && problem(bad.use, bad.value);
}

/** The cache may not have seen yet what was created a moment ago: one read before anybody is told to create it. */
export function confirmAbsence(input: ConnectorInput, { secretName }: SecretUse): Action | undefined {
  const fact = input.secrets.get(secretName);
  const isConfirmed = fact?.state === 'absent' && fact.confirmed === true;
  return isConfirmed ? undefined : { type: 'read-secret', name: secretName };
}

/** The text of a use that `obtain` has already let pass with `values`. */
export function textOf(input: ConnectorInput, use: SecretUse): string {
  const value = secretValue(input, use);
  if (value.state !== 'value') {
    throw new Error(`${use.field} was used before it was read`);
  }
  return value.value;
}

function absent(input: ConnectorInput, use: SecretUse): Action {
  const endsAt = gracePeriodEndsAt(input);
  return blocked(
    'SecretsResolved',
    'SecretNotFound',
    `Secret "${use.secretName}" (${use.field}) not found. Create it with key "${use.key}".`,
    input.now < endsAt ? { kind: 'at', time: endsAt } : { kind: 'on-change' },
  );
}

function problem(use: SecretUse, value: SecretValue): Action {
  const secret = `Secret "${use.secretName}"`;
  switch (value.state) {
    case 'key-missing':
      return blocked(
        'SecretsResolved',
        'SecretKeyMissing',
        `${secret} has no key "${use.key}" (${use.field}). Add it.`,
      );
    case 'invalid':
      return blocked(
        'SecretsResolved',
        'SecretInvalid',
        `Key "${use.key}" of ${secret} (${use.field}) ${value.why}. Store ${use.what} there as one line.`,
      );
    case 'absent':
    case 'unread':
    case 'same':
    case 'value':
      throw new Error(`${use.field} is no problem`);
  }
}
