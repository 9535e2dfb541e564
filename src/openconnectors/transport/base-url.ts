import { isIP } from 'node:net';
import { RemoteError } from '../errors/remote-error.ts';

const NOT_SENT = { processed: 'no' } as const;

/** The prefix of every path of the Platform API v2. */
const API_PATH = '/elements/api-v2';

/** The parsed base URL of an account. */
export interface BaseUrl {
  /** `https://host[:port]`. */
  readonly origin: string;
  /** Lower case, without the brackets of an IPv6 literal. */
  readonly hostname: string;
  readonly port: number;
  /** Ends in `/elements/api-v2`, which is appended if absent. */
  readonly path: string;
  /** Whether the host is an IP address in any notation that a URL parser accepts (`127.1`, `0x7f000001`, `[::1]`). */
  readonly isAddress: boolean;
}

/**
 * Parses the base URL of an account. @throws RemoteError of class `invalid`, without the URL, which may contain a
 * password.
 */
export function parseBaseUrl(text: string): BaseUrl {
  if (!URL.canParse(text)) {
    throw new RemoteError('invalid', 'The base URL is not a URL', NOT_SENT);
  }
  const url = new URL(text);
  if (url.protocol !== 'https:') {
    throw new RemoteError('invalid', 'The base URL has to begin with https://', NOT_SENT);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new RemoteError(
      'invalid',
      'The base URL may not hold a user name, a query or a fragment',
      NOT_SENT,
    );
  }
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const path = url.pathname.replace(/\/+$/, '');
  return {
    origin: url.origin,
    hostname,
    port: url.port === '' ? 443 : Number(url.port),
    path: path.endsWith(API_PATH) ? path : `${path}${API_PATH}`,
    isAddress: isIP(hostname) !== 0,
  };
}
