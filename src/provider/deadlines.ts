const DAY_MS = 24 * 60 * 60 * 1000;

/** How long Keap accepts a refresh token, according to its staff. No refresh takes place through a disabled instance. */
export const UNUSED_GRANT_LIFETIME_MS = 45 * DAY_MS;

/** The moment after the last day of XML-RPC, as announced by Keap. RFC 3339. */
export const LEGACY_API_END = '2027-01-01T00:00:00Z';
