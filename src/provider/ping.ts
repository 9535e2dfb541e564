/** The ping of an instance. Both elements belong to the hub `crm`. */
export const PING_PATH = '/hubs/crm/ping';

/** The cheapest read, for an element without a ping. */
export const PING_FALLBACK = { path: '/hubs/crm/contacts', query: [['pageSize', '1']] } as const;

/** A 404 with this text is the response of an instance that works and has no contacts. */
export const NONE_FOUND = /\bno (?:contacts?|records?|results?|objects?|entities)\b.*\bfound\b/i;
