import type { SecureContext } from 'node:tls';
import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import { codeOf } from '../../http/client/error-code.ts';
import { ProxyError } from '../../http/client/proxy-error.ts';

/** An HTTP proxy that opens tunnels by CONNECT (RFC 9110 9.3.6). */
export interface ProxyServer {
  /** `http://host[:port]` or `https://host[:port]`, without credentials. */
  readonly origin: string;
  /** `host:port`, for messages. */
  readonly host: string;
  /** For Basic authentication at the proxy (RFC 7617), decoded; secret. */
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
}

/** Prefix of the `reason` of a `ProxyError` when the proxy responded to CONNECT with a status other than 200. */
export const PROXY_STATUS = 'HTTP ';

export interface TunnelOptions {
  readonly proxy: ProxyServer;
  /** For TLS to the target, inside of the tunnel, and to an https proxy. */
  readonly tls: SecureContext;
  /** For each of: the connection to the proxy, its response to CONNECT, TLS inside of the tunnel. Milliseconds. */
  readonly connectTimeoutMs: number;
  /** As for connections without a proxy. */
  readonly pool: Pool.Options & { readonly connections: number };
}

/** Sends to any https origin through tunnels, with end-to-end TLS: the proxy sees only host and port. */
export function createTunnelAgent(options: TunnelOptions): Dispatcher {
  const { proxy, tls, connectTimeoutMs } = options;
  const connect = { allowH2: false, timeout: connectTimeoutMs, secureContext: tls };
  return new ProxyAgent({
    ...options.pool,
    uri: proxy.origin,
    ...(proxy.credentials && { token: basic(proxy.credentials) }),
    requestTls: connect,
    proxyTls: connect,
    clientFactory: (origin, given) => createOpener(origin, given, options),
  });
}

/** Opens tunnels by CONNECT, and separates failures of the proxy from those of the target. */
function createOpener(origin: URL, given: object, options: TunnelOptions): Dispatcher {
  const { proxy, connectTimeoutMs, pool } = options;
  const opener = new Pool(origin, {
    ...given,
    allowH2: false,
    connections: pool.connections,
    pipelining: 1,
    headersTimeout: connectTimeoutMs,
  });
  const open: (wish: Dispatcher.ConnectOptions<null>) => Promise<Dispatcher.ConnectData<null>> =
    opener.connect.bind(opener);
  return Object.assign(opener, {
    async connect(wish: Dispatcher.ConnectOptions<null>) {
      const opened = await open(wish).catch((error: unknown) => {
        throw new ProxyError(proxy.host, error instanceof Error ? codeOf(error) : 'UNKNOWN');
      });
      if (opened.statusCode !== 200) {
        // Errors of a discarded socket have no effect.
        opened.socket.on('error', () => undefined).destroy();
        throw new ProxyError(proxy.host, `${PROXY_STATUS}${opened.statusCode}`);
      }
      return opened;
    },
  });
}

function basic({ user, password }: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
