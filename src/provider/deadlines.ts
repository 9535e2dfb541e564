/** The moment after the last day of XML-RPC, as announced by Keap. RFC 3339. */
export const LEGACY_API_END = '2027-01-01T00:00:00Z';
