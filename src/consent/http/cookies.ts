import { createHmac } from 'node:crypto';
import { TOKEN_PATTERN } from '../../authorization/state-token.ts';
import { formatName, type NamespacedName, readName } from '../connector-name.ts';

// With this prefix browsers accept a cookie only from the host itself, over https and for all paths (RFC 6265bis,
// 4.1.3.2), so that no other host of the domain can set it.

/** Binds a form to a browser. */
export const FORM_COOKIE = '__Host-connect-form';

/** Binds a consent to the browser that started it. */
export const CONSENT_COOKIE = '__Host-connect-consent';

/** The content of the result page; no decision depends on it. */
export const RESULT_COOKIE = '__Host-connect-result';

/** The value of a cookie; `undefined` where the request has none, or more than one. */
export function readCookie(headers: Headers, name: string): string | undefined {
  const values = (headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

/** A `Set-Cookie` header. `Lax`, because the redirect from the provider is a cross-site navigation. */
export function setCookie(name: string, value: string, maxAgeSeconds: number): string {
  return `${name}=${value}; Max-Age=${maxAgeSeconds}; Path=/; Secure; HttpOnly; SameSite=Lax`;
}

/** A `Set-Cookie` header that removes a cookie. */
export function dropCookie(name: string): string {
  return setCookie(name, '', 0);
}

/** The value of the form cookie; `undefined` where it is invalid. */
export function readFormCookie(headers: Headers): string | undefined {
  const value = readCookie(headers, FORM_COOKIE);
  return value !== undefined && TOKEN_PATTERN.test(value) ? value : undefined;
}

/** The value of the consent cookie: a secret, and the connector. */
export function formatConsentCookie(token: string, target: NamespacedName): string {
  return `${token}.${formatName(target)}`;
}

/** The consent cookie of a request; `value` is the whole cookie, whose hash is in the record. */
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

/** A value for a page that proves, when sent back, that the page was issued to the browser with this cookie. */
export function proofOf(cookie: string, purpose: string): string {
  return createHmac('sha256', cookie).update(purpose).digest('base64url');
}
