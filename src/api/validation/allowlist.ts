import { findHostPattern, type HostPattern, parseHostPattern } from '../../runtime/host-pattern.ts';

// `*` stands for exactly one label, as in certificates (RFC 9525, 6.3): `api.openconnectors.*.ext.hana.ondemand.com`
// covers every region, and `api.openconnectors.trial.us10...` needs an entry of its own. A pattern that could span
// labels would be easier to write and easier to get wrong.

type Entry = string | HostPattern;

/** Whether the encrypted key may be sent to `server` (a host name). An invalid entry allows nothing. */
export function isAllowedServer(server: string, allowed: readonly Entry[]): boolean {
  return findHostPattern(toPatterns(allowed), server) !== undefined;
}

/**
 * How the operator may call the host of `baseUrl`; `undefined`: it is not allowed. An entry without a port allows port
 * 443 only; an entry with a port exempts the host from the address check.
 */
export function allowedHost(
  baseUrl: string,
  allowed: readonly Entry[],
): { readonly addressCheckExempt: boolean } | undefined {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url?.protocol !== 'https:') {
    return undefined;
  }
  const port = url.port === '' ? undefined : Number(url.port);
  const found = findHostPattern(toPatterns(allowed), url.hostname, port);
  return found === undefined ? undefined : { addressCheckExempt: found.port !== undefined };
}

function toPatterns(allowed: readonly Entry[]): HostPattern[] {
  return allowed.flatMap((entry) => (typeof entry === 'string' ? (parseHostPattern(entry) ?? []) : entry));
}
