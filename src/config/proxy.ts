import type { ProxyServer } from '../openconnectors/transport/proxy-tunnel.ts';

/** A host that is called without the proxy. */
export interface ProxyBypass {
  /** Lower case. The whole name, or with `isSuffix` its end: `.example.com`, or empty for every host. */
  readonly host: string;
  readonly isSuffix: boolean;
  /** Absent: every port. */
  readonly port: number | undefined;
}

/** Parses `http[s]://[user[:password]@]host[:port]`. A text is the problem, without values. */
export function parseProxyUrl(text: string): ProxyServer | string {
  if (!URL.canParse(text)) {
    return 'is not a URL';
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return 'is neither http nor https';
  }
  if (/[?#]/.test(text) || url.pathname !== '/') {
    return 'carries a path, a query or a fragment';
  }
  const user = decoded(url.username);
  const password = decoded(url.password);
  if (user === undefined || password === undefined) {
    return 'carries a user or a password that is not percent-encoded';
  }
  return {
    origin: url.origin,
    host: `${url.hostname}:${url.port === '' ? defaultPort(url) : url.port}`,
    credentials: user === '' && password === '' ? undefined : { user, password },
  };
}

function defaultPort(url: URL): number {
  return url.protocol === 'https:' ? 443 : 80;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // The caller says what is wrong.
  }
}

/**
 * Parses one entry of `NO_PROXY`. Addresses and networks are accepted, because other programs share the variable; they
 * match nothing, because the host of an account is a name.
 */
export function parseProxyBypass(text: string): ProxyBypass | undefined {
  const [, star = '', host = '', port] =
    /^(\*?)([a-z0-9._:/[\]-]*?)(?::(\d{1,5}))?$/.exec(text.toLowerCase()) ?? [];
  const isWellFormed = star === '' || host === '' || host.startsWith('.');
  if ((star === '' && host === '' && text !== '') || !isWellFormed || text.includes('://')) {
    return undefined;
  }
  return {
    host,
    isSuffix: star !== '' || host.startsWith('.'),
    port: port === undefined ? undefined : Number(port),
  };
}

/** Whether `hostname` (any case) on `port` is called without the proxy. */
export function bypassesProxy(bypasses: readonly ProxyBypass[], hostname: string, port: number): boolean {
  const name = hostname.toLowerCase();
  return bypasses.some(
    (bypass) =>
      (bypass.port === undefined || bypass.port === port) &&
      (bypass.isSuffix ? name.endsWith(bypass.host) : name === bypass.host),
  );
}
