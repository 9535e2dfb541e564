import { organizationSecretKeyOf, userSecretKeyOf } from '../../api/defaults.ts';
import type { AccountCredentials } from '../../ownership/account-view.ts';
import { decodeText } from '../../secrets/decode.ts';
import type { AccountInput, AccountObservation, CredentialsInput } from '../input.ts';

/**
 * The input of `decideAccount`. With `previous`, the input before the latest action, the credentials are decoded and
 * hashed again only where the action read the Secret. Pure.
 */
export function gatherAccount(
  observation: AccountObservation,
  fingerprint: (value: string) => string,
  previous?: AccountInput,
): AccountInput {
  return {
    ...observation,
    credentials:
      previous !== undefined && previous.secret === observation.secret
        ? previous.credentials
        : credentialsOf(observation, fingerprint),
  };
}

function credentialsOf(
  { account, secret }: AccountObservation,
  fingerprint: (value: string) => string,
): CredentialsInput {
  if (secret.state === 'absent') {
    return { state: 'absent' };
  }
  if (secret.state === 'unread') {
    return { state: 'unread', resourceVersion: secret.resourceVersion };
  }
  const user = readKey(secret.data, 'userSecret', userSecretKeyOf(account.spec));
  if ('state' in user) {
    return user;
  }
  const organization = readKey(secret.data, 'organizationSecret', organizationSecretKeyOf(account.spec));
  if ('state' in organization) {
    return organization;
  }
  const credentials = { userSecret: user.text, organizationSecret: organization.text };
  const credential = fingerprint(JSON.stringify(credentials));
  return { state: 'read', resourceVersion: secret.resourceVersion, credentials, credential };
}

function readKey(
  data: Readonly<Record<string, string>>,
  field: keyof AccountCredentials,
  key: string,
): { readonly text: string } | CredentialsInput {
  const encoded = data[key];
  if (encoded === undefined) {
    return { state: 'key-missing', key };
  }
  const decoded = decodeText(encoded);
  return 'text' in decoded ? decoded : { state: 'invalid', field, key, why: decoded.why };
}
