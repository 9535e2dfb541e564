/**
 * The configuration keys that a user may set, beside those that an operator setting adds. Each only shapes what the
 * instance's owner gets to see; none carries a credential, an address or a choice of whom to trust:
 * - `filter.response.nulls`: whether empty fields are left out of answers.
 * - `pagination.max`: the largest page.
 * - `event.notification.enabled`, `event.vendor.type`, `event.poller.refresh_interval`, `event.objects`: whether, how,
 *   how often and for which objects changes are looked for. Where they are sent (`event.notification.callback.url`) and
 *   what is asked of the provider (`event.poller.urls`, `event.poller.configuration`) are not among them: with those a
 *   user of the namespace could send the account's data elsewhere.
 */
export const SAFE_CONFIGURATION_KEYS: readonly string[] = [
  'filter.response.nulls',
  'pagination.max',
  'event.notification.enabled',
  'event.vendor.type',
  'event.poller.refresh_interval',
  'event.objects',
];

/** How a key is written. */
export const CONFIGURATION_KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The longest key. */
export const CONFIGURATION_KEY_MAX_LENGTH = 128;

/**
 * Keys (in lower case) that no setting can allow: those of the connector's own authorization, and whatever by its name carries a
 * credential or an address. The schema refuses them; the closed list above is the operator's, because a schema cannot
 * know a setting.
 */
export const REFUSED_KEY_PATTERN =
  /^(oauth|infusionsoft)\.|secret|token|password|passphrase|credential|key|callback|(^|[._-])(auth|ur[il]s?([._-]|$))/;
