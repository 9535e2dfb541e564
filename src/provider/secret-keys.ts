/** The keys of the Secrets that a connector names, where its spec does not set them. */
export const DEFAULT_SECRET_KEYS = {
  clientId: 'client_id',
  clientSecret: 'client_secret',
  encryptedKey: 'encryptedKey',
  authorizationCode: 'code',
  refreshToken: 'refresh_token',
  signatureKey: 'signatureKey',
} as const;
