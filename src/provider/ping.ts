/** The ping of an instance. Both elements belong to the hub `crm`. */
export const PING_PATH = '/hubs/crm/ping';

/** The cheapest read, for an element without a ping. */
export const PING_FALLBACK = { path: '/hubs/crm/contacts', query: [['pageSize', '1']] } as const;

/** A 404 with this text is the response of an instance that works and has no contacts. */
export const NONE_FOUND = /\bno (?:contacts?|records?|results?|objects?|entities)\b.*\bfound\b/i;

/** A fault of XML-RPC, which Keap sends with status 200. */
const FAULT = /<fault>|\bfault(?:Code|String)\b/i;

/** Keap's and RFC 6749's texts about the OAuth app, which concern every connector of it. */
const CLIENT_TEXT = /invalid_client|client_id_not_approved|client authentication failed/i;

/** Keap's, Apigee's and RFC 6749's texts about the token or the key of one instance. */
const CREDENTIAL_TEXT = /token|invalid_grant|\bgrant\b|InvalidKey|FailedLogin/i;

/** Whether the body of a response with status 200 is a fault. */
export function isFault(body: string): boolean {
  return FAULT.test(body);
}

/** What the text of a refusal is about; `nothing`: neither the OAuth app nor the credentials of the instance. */
export function subjectOfRefusal(text: string): 'client' | 'credential' | 'nothing' {
  if (CLIENT_TEXT.test(text)) {
    return 'client';
  }
  return CREDENTIAL_TEXT.test(text) ? 'credential' : 'nothing';
}
