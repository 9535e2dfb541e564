import type { Knobs } from './knobs.ts';

/** The mask of a secret in a response: eight asterisks. */
export const mask = '********';

const clientCredentials = ['oauth.api.key', 'oauth.api.secret'];
const encryptedKey = 'infusionsoft.private.key';
const signatureKey = 'event.notification.signature.key';
const providerTokens = ['oauth.user.token', 'oauth.user.refresh_token'];

const maskedKeys: Readonly<Record<Knobs['maskedKeys'], readonly string[]>> = {
  oauth: clientCredentials,
  'oauth-and-key': [...clientCredentials, encryptedKey],
  'all-secrets': [...clientCredentials, encryptedKey, ...providerTokens],
};

/** The value of one configuration property in a response. */
export function masked(key: string, value: string | null, knobs: Knobs): string | null {
  const isMasked =
    maskedKeys[knobs.maskedKeys].includes(key) || (key === signatureKey && knobs.signatureKeyMasked);
  return value !== null && isMasked ? mask : value;
}
