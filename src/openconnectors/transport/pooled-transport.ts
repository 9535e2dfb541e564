import type { LookupFunction } from 'node:net';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { type Dispatcher, Pool } from 'undici';
import { createExchange } from '../../http/client/exchange.ts';
import { TransportError } from '../../http/client/transport-error.ts';
import {
  type AddressCheck,
  createGuardedLookup,
  createPublicAddressCheck,
  FORBIDDEN_ADDRESS,
} from './address-guard.ts';
import type { BaseUrl } from './base-url.ts';
import { createTunnelAgent, type ProxyServer } from './proxy-tunnel.ts';
import type { Transport } from './transport.ts';

export interface TransportOptions {
  readonly base: BaseUrl;
  /** Maximum number of connections: the concurrency of the account. */
  readonly connections: number;
  /** Timeout of name resolution, TCP and TLS together, in milliseconds. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** From `createTlsContext`; shared by many transports. */
  readonly tls?: SecureContext;
  /** Whether the setting ALLOWED_HOSTS exempts this host and port from the address check. */
  readonly addressCheckExempt?: boolean;
  /** Opens the connections. The proxy resolves names, so that no address is checked. */
  readonly proxy?: ProxyServer | undefined;
  /** Default: `createPublicAddressCheck()`. */
  readonly isPublic?: AddressCheck;
  /** Default: the guarded lookup on the system's resolver. */
  readonly lookup?: LookupFunction;
}

/** TLS 1.2 or later with the authorities of Node.js and of `extraCaPem`. Share one: it is expensive. */
export function createTlsContext(extraCaPem?: string): SecureContext {
  const trusted = extraCaPem === undefined ? {} : { ca: [...getCACertificates('default'), extraCaPem] };
  return createSecureContext({ minVersion: 'TLSv1.2', ...trusted });
}

/**
 * Keep-alive connections of HTTP/1.1, closed after 4 s without use, or sooner if the server requests it. A server may
 * close an idle connection while a create is sent, whose outcome would then be unknown.
 */
export function createTransport(options: TransportOptions): Transport {
  const { base } = options;
  const exempt = options.addressCheckExempt === true;
  const dispatcher = createDispatcher(options);
  return {
    async send(request) {
      if (base.isAddress && !exempt) {
        throw new TransportError(false, FORBIDDEN_ADDRESS);
      }
      return await createExchange(dispatcher, base.origin, request);
    },
    close: () => dispatcher.close(),
  };
}

function createDispatcher(options: TransportOptions): Dispatcher {
  const tls = options.tls ?? createTlsContext();
  const connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  const pool = {
    allowH2: false,
    connections: options.connections,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 4_000,
  };
  if (options.proxy !== undefined) {
    return createTunnelAgent({ proxy: options.proxy, tls, connectTimeoutMs, pool });
  }
  const lookup = options.lookup ?? createGuardedLookup(options.isPublic ?? createPublicAddressCheck());
  return new Pool(options.base.origin, {
    ...pool,
    connect: {
      timeout: connectTimeoutMs,
      secureContext: tls,
      ...(options.addressCheckExempt === true ? {} : { lookup }),
    },
  });
}
