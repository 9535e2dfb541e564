import type { Knobs } from './knobs.ts';

/** What stands in an answer instead of a secret: exactly eight asterisks. */
export const mask = '********';

const clientCredentials = ['oauth.api.key', 'oauth.api.secret'];
const encryptedKey = 'infusionsoft.private.key';
const providerTokens = ['oauth.user.token', 'oauth.user.refresh_token'];

const maskedKeys: Readonly<Record<Knobs['maskedKeys'], readonly string[]>> = {
  oauth: clientCredentials,
  'oauth-and-key': [...clientCredentials, encryptedKey],
  'all-secrets': [...clientCredentials, encryptedKey, ...providerTokens],
};

/** The value of one configuration property as an answer shows it. */
export function masked(key: string, value: string | null, knobs: Knobs): string | null {
  return value !== null && maskedKeys[knobs.maskedKeys].includes(key) ? mask : value;
}
