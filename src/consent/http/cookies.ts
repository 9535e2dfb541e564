import { createHmac } from 'node:crypto';
import { TOKEN_PATTERN } from '../../authorization/state-token.ts';
import { formatName, type NamespacedName, readName } from '../connector-name.ts';

// The prefix makes browsers refuse these cookies unless they come from this very host, over https, for all paths
// (RFC 6265bis, 4.1.3.2): no neighbor under the same domain can plant one.

/** Ties a form to the browser that it was given to. */
export const FORM_COOKIE = '__Host-connect-form';

/** Ties a consent to the browser that began it. */
export const CONSENT_COOKIE = '__Host-connect-consent';

/** What the last page tells; nothing is decided by it. */
export const RESULT_COOKIE = '__Host-connect-result';

/** The one value of a cookie that a request carries; `undefined` where there is none, or more than one. */
export function readCookie(headers: Headers, name: string): string | undefined {
  const values = (headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

/** A `Set-Cookie` header. `Lax`, as the way back from the provider is a navigation from another site. */
export function setCookie(name: string, value: string, maxAgeSeconds: number): string {
  return `${name}=${value}; Max-Age=${maxAgeSeconds}; Path=/; Secure; HttpOnly; SameSite=Lax`;
}

/** A `Set-Cookie` header that removes a cookie. */
export function dropCookie(name: string): string {
  return setCookie(name, '', 0);
}

/** The value of the form cookie, if it has the right shape. */
export function readFormCookie(headers: Headers): string | undefined {
  const value = readCookie(headers, FORM_COOKIE);
  return value !== undefined && TOKEN_PATTERN.test(value) ? value : undefined;
}

/** The cookie of a consent: a secret, and where its record stands. */
export function formatConsentCookie(token: string, target: NamespacedName): string {
  return `${token}.${formatName(target)}`;
}

/** A consent cookie taken apart; `value` is all of it, which the record has the hash of. */
export function readConsentCookie(
  headers: Headers,
): { readonly value: string; readonly target: NamespacedName } | undefined {
  const value = readCookie(headers, CONSENT_COOKIE);
  const dot = value?.indexOf('.') ?? -1;
  if (value === undefined || !TOKEN_PATTERN.test(value.slice(0, Math.max(0, dot)))) {
    return undefined;
  }
  const target = readName(value.slice(dot + 1));
  return target && { value, target };
}

/** What stands in a page for a cookie: proves that whoever sends it back was given the page, without showing the cookie. */
export function proofOf(cookie: string, purpose: string): string {
  return createHmac('sha256', cookie).update(purpose).digest('base64url');
}
