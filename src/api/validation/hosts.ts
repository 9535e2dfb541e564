const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** The last label starts with a letter: URL parsers read everything else as an IPv4 address. */
const LAST_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?';

const HOST = `(${LABEL}[.])*${LAST_LABEL}`;
const PORT = '(:[1-9][0-9]{0,4})?';

/** A host name with at least two labels, in lower case, without scheme, port and path; no IP address. */
export const SERVER_PATTERN = new RegExp(`^(${LABEL}[.])+${LAST_LABEL}$`);

/** An https URL with a host name in lower case; no user name, query, fragment or IP address. */
export const BASE_URL_PATTERN = new RegExp(`^https://${HOST}${PORT}(/[A-Za-z0-9._~-]+)*/?$`);

/** An https URL that may have a query, but no user name, fragment (RFC 6749, 3.1.2) or IP address. */
export const CALLBACK_URL_PATTERN = new RegExp(
  `^https://${HOST}${PORT}(/[A-Za-z0-9._~!$&()*+,;=:@%/-]*)?([?][A-Za-z0-9._~!$&()*+,;=:@%/?-]*)?$`,
);
