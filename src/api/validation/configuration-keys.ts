import { AUTHORIZATION_KEY_PREFIXES } from '../../provider/parameters.ts';

/** The syntax of a configuration key. */
export const CONFIGURATION_KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The longest key. */
export const CONFIGURATION_KEY_MAX_LENGTH = 128;

/**
 * Keys (in lower case) that no setting can allow: those of the authorization of the element, and those whose name
 * suggests a credential or an address. The schema refuses them; the list of safe keys depends on a setting, which a schema
 * cannot read.
 */
export const REFUSED_KEY_PATTERN = new RegExp(
  `^(${AUTHORIZATION_KEY_PREFIXES.join('|')})\\.|secret|token|password|passphrase|credential|key|callback|(^|[._-])(auth|ur[il]s?([._-]|$))`,
);
