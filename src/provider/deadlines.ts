/** The moment after the last day of XML-RPC, as announced by Keap. RFC 3339. */
export const LEGACY_API_END = '2027-01-01T00:00:00Z';

/** Time after which a refresh token that is not used ends (Keap staff; not documented). */
export const GRANT_LIFETIME_MS = 45 * 24 * 60 * 60_000;
