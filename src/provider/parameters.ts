/** The configuration keys of the elements that follow from fields of the spec and its Secrets. */
export const PARAMETERS = {
  clientId: 'oauth.api.key',
  clientSecret: 'oauth.api.secret',
  callbackUrl: 'oauth.callback.url',
  scope: 'oauth.scope',
  refreshToken: 'oauth.user.refresh_token',
  /** Of `infusionsoftcrm` only. */
  server: 'infusionsoft.server',
  /** Of `infusionsoftcrm` only: the Encrypted Key. */
  encryptedKey: 'infusionsoft.private.key',
} as const;

/**
 * The configuration keys that a user may set, beside those that an operator setting adds. Each shapes what the owner of
 * the instance reads; none carries a credential or an address:
 * - `filter.response.nulls`: whether responses omit empty fields.
 * - `pagination.max`: the largest page.
 * - `event.notification.enabled`, `event.vendor.type`, `event.poller.refresh_interval`, `event.objects`: whether, how,
 *   how often and for which objects changes are polled. Where they are sent (`event.notification.callback.url`) and
 *   which requests find them (`event.poller.urls`, `event.poller.configuration`) would let a user of the namespace send
 *   the data of the account elsewhere.
 */
export const SAFE_CONFIGURATION_KEYS: readonly string[] = [
  'filter.response.nulls',
  'pagination.max',
  'event.notification.enabled',
  'event.vendor.type',
  'event.poller.refresh_interval',
  'event.objects',
];

/** Prefixes of the keys that carry the authorization of an element. */
export const AUTHORIZATION_KEY_PREFIXES = ['oauth', 'infusionsoft'] as const;
