import {
  CODE_PATTERN,
  type ProviderError,
  providerError,
} from '../../authorization/authorization-response.ts';
import { grantedTenant } from '../../provider/granted-tenant.ts';

/** The authorization response in a redirect URL (RFC 6749, 4.1.2), or why the text is rejected. */
export type RedirectResult =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'error'; readonly error: ProviderError }
  | { readonly kind: 'rejected'; readonly why: Rejection };

/** Why a text is rejected, with the message for the user. */
export const REJECTIONS = {
  'not-a-url': 'Not a URL. Copy the full URL from the address bar, from https:// to its end.',
  'other-url': 'Not the callback URL. Copy the URL that the browser shows after "Allow".',
  repeated: 'Rejected: the URL repeats a parameter.',
  'no-state': 'Incomplete URL: parameter "state" is missing. Copy it to its end.',
  'wrong-state': 'Rejected: the URL belongs to another consent.',
  'other-tenant':
    'Rejected: access was granted for another Infusionsoft account. Open the URL again and choose the account of spec.server.',
  'no-response': 'Incomplete URL: parameter "code" is missing. Copy it to its end.',
  'bad-code': 'Invalid parameter "code". Copy the URL again.',
} as const;

export type Rejection = keyof typeof REJECTIONS;

/** What a redirect URL must match. */
export interface ExpectedRedirect {
  readonly callbackUrl: string;
  /** Host of the Infusionsoft account; `undefined` where any account is accepted. */
  readonly server: string | undefined;
  /** Compares in constant time. */
  readonly isOurState: (state: string) => boolean;
}

const MAX_LENGTH = 8_192;
const PARAMETERS = ['code', 'error', 'state'] as const;

/** Parses a pasted redirect URL. An error of the provider counts only with the right state, too. */
export function parseRedirectUrl(
  text: string,
  { callbackUrl, server, isOurState }: ExpectedRedirect,
): RedirectResult {
  const url = parseUrl(text, callbackUrl);
  if (url === undefined) {
    return rejected('not-a-url');
  }
  const { searchParams } = url;
  if (!matchesCallback(url, new URL(callbackUrl))) {
    return rejected('other-url');
  }
  if (PARAMETERS.some((name) => searchParams.getAll(name).length > 1)) {
    return rejected('repeated');
  }
  const [code, error, state] = PARAMETERS.map((name) => searchParams.get(name) || undefined);
  if (state === undefined) {
    return rejected('no-state');
  }
  if (!isOurState(state)) {
    return rejected('wrong-state');
  }
  if (code !== undefined && error !== undefined) {
    return rejected('repeated');
  }
  if (error !== undefined) {
    return { kind: 'error', error: providerError(error) };
  }
  if (code === undefined) {
    return rejected('no-response');
  }
  if (server !== undefined && searchParams.getAll('scope').some((scope) => isOtherTenant(scope, server))) {
    return rejected('other-tenant');
  }
  return CODE_PATTERN.test(code) ? { kind: 'code', code } : rejected('bad-code');
}

function rejected(why: Rejection): RedirectResult {
  return { kind: 'rejected', why };
}

/** A scope without a tenant is accepted: Keap does not document that it names one. */
function isOtherTenant(scope: string, server: string): boolean {
  const tenant = grantedTenant(scope);
  return tenant !== undefined && tenant !== server.toLowerCase();
}

/** The URL without quotes and space around it. Browsers may omit the scheme in what they show. */
function parseUrl(text: string, callbackUrl: string): URL | undefined {
  const bare = text
    .trim()
    .replace(/^(["'`<])(.*)(["'`>])$/, '$2')
    .trim();
  const host = new URL(callbackUrl).host;
  const full = bare.toLowerCase().startsWith(`${host}/`) ? `https://${bare}` : bare;
  const isWhole = full.length <= MAX_LENGTH && !/\s/.test(full) && /^https?:\/\//i.test(full);
  return isWhole && URL.canParse(full) ? new URL(full) : undefined;
}

/** Same scheme, host, port and path, with the query of the callback URL. The fragment is ignored. */
function matchesCallback(url: URL, callback: URL): boolean {
  return (
    url.origin === callback.origin &&
    url.pathname === callback.pathname &&
    url.username === '' &&
    url.password === '' &&
    [...callback.searchParams].every(([name, value]) => url.searchParams.getAll(name).includes(value))
  );
}
