import { STYLE_SOURCE } from '../pages/style.ts';
import type { Html } from './html.ts';

/** Headers of every response. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    `style-src ${STYLE_SOURCE}`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex, nofollow',
  'strict-transport-security': 'max-age=31536000',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
};

/** A page with cookies. */
export function page(status: number, content: Html, cookies: readonly string[] = []): Response {
  const headers = withCookies({ ...HEADERS, 'content-type': 'text/html; charset=utf-8' }, cookies);
  return new Response(content.text, { status, headers });
}

/** A redirect with GET (RFC 9110, 15.4.4). */
export function redirect(location: string, cookies: readonly string[] = []): Response {
  return new Response(null, { status: 303, headers: withCookies({ ...HEADERS, location }, cookies) });
}

/** No such page. */
export function notFound(): Response {
  const headers = { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' };
  return new Response('Not found\n', { status: 404, headers });
}

function withCookies(headers: Readonly<Record<string, string>>, cookies: readonly string[]): Headers {
  const all = new Headers(headers);
  for (const cookie of cookies) {
    all.append('set-cookie', cookie);
  }
  return all;
}
