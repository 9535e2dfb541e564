import {
  CODE_PATTERN,
  type ProviderError,
  providerError,
} from '../../authorization/authorization-response.ts';
import { grantedTenant } from '../../provider/granted-tenant.ts';

/** What the provider says in the address that it sends the browser to (RFC 6749, 4.1.2), or why the text is none. */
export type Redirected =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'error'; readonly error: ProviderError }
  | { readonly kind: 'unusable'; readonly why: Unusable };

/** Why a text cannot be used, each with a sentence for whoever pasted it. */
export const UNUSABLE = {
  'no-address':
    'This is not an address. Copy all of it from the address bar of the browser, from https:// to its end.',
  'other-address':
    'This is not the address that the browser is sent to after "Allow": it has to begin with the callback URL.',
  repeated:
    'This address has a part more than once, which the provider never does. Nothing of it is believed.',
  'no-state': 'This address is incomplete: its "state" is missing. Copy all of it, to its end.',
  'wrong-state':
    'This address belongs to another consent than the one that was begun here. Nothing of it is believed.',
  'other-tenant':
    'Access was granted to another Infusionsoft account than spec.server names. Open the URL again and choose the account of spec.server.',
  'no-answer': 'This address has neither a code nor an error in it. Copy all of it, to its end.',
  'bad-code': 'The code in this address cannot be one. Copy the address again.',
} as const;

export type Unusable = keyof typeof UNUSABLE;

/** What an address is held to. */
export interface Expected {
  readonly callbackUrl: string;
  /** Host of the Infusionsoft account; `undefined` where any account is accepted. */
  readonly server: string | undefined;
  /** In a time that does not tell how much of it is right. */
  readonly isOurState: (state: string) => boolean;
}

const LONGEST = 8_192;
const OURS = ['code', 'error', 'state'] as const;

/** Reads what a person has pasted. An error of the provider counts only with our state, too. */
export function readRedirected(text: string, { callbackUrl, server, isOurState }: Expected): Redirected {
  const url = parse(text, callbackUrl);
  if (url === undefined) {
    return unusable('no-address');
  }
  const { searchParams } = url;
  if (!leadsTo(url, new URL(callbackUrl))) {
    return unusable('other-address');
  }
  if (OURS.some((name) => searchParams.getAll(name).length > 1)) {
    return unusable('repeated');
  }
  const [code, error, state] = OURS.map((name) => searchParams.get(name) || undefined);
  if (state === undefined) {
    return unusable('no-state');
  }
  if (!isOurState(state)) {
    return unusable('wrong-state');
  }
  if (code !== undefined && error !== undefined) {
    return unusable('repeated');
  }
  if (error !== undefined) {
    return { kind: 'error', error: providerError(error) };
  }
  if (code === undefined) {
    return unusable('no-answer');
  }
  if (server !== undefined && searchParams.getAll('scope').some((scope) => isOfAnother(scope, server))) {
    return unusable('other-tenant');
  }
  return CODE_PATTERN.test(code) ? { kind: 'code', code } : unusable('bad-code');
}

/** Keap adds the tenant to the scope, without a promise to: its absence is accepted. */
function isOfAnother(scope: string, server: string): boolean {
  const tenant = grantedTenant(scope);
  return tenant !== undefined && tenant !== server.toLowerCase();
}

function unusable(why: Unusable): Redirected {
  return { kind: 'unusable', why };
}

/** The address without what copying may leave around it; browsers may hide the scheme of what they show. */
function parse(text: string, callbackUrl: string): URL | undefined {
  const bare = text
    .trim()
    .replace(/^(["'`<])(.*)(["'`>])$/, '$2')
    .trim();
  const host = new URL(callbackUrl).host;
  const full = bare.toLowerCase().startsWith(`${host}/`) ? `https://${bare}` : bare;
  const isWhole = full.length <= LONGEST && !/\s/.test(full) && /^https?:\/\//i.test(full);
  return isWhole && URL.canParse(full) ? new URL(full) : undefined;
}

/** Same scheme, host, port and path, and the callback URL's own query. What follows a "#" is the browser's business. */
function leadsTo(url: URL, callback: URL): boolean {
  return (
    url.origin === callback.origin &&
    url.pathname === callback.pathname &&
    url.username === '' &&
    url.password === '' &&
    [...callback.searchParams].every(([name, value]) => url.searchParams.getAll(name).includes(value))
  );
}
