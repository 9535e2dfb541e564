import type { LookupFunction } from 'node:net';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { type Dispatcher, Pool } from 'undici';
import {
  type AddressCheck,
  createGuardedLookup,
  createPublicAddressCheck,
  FORBIDDEN_ADDRESS,
} from './address-guard.ts';
import type { BaseUrl } from './base-url.ts';
import { createExchange } from './exchange.ts';
import { createTunnelAgent, type ProxyServer } from './proxy-tunnel.ts';
import { type Transport, TransportError } from './transport.ts';

export interface TransportOptions {
  readonly base: BaseUrl;
  /** Connections at most: the account's concurrency. */
  readonly connections: number;
  /** Time for name resolution, TCP and TLS together, in milliseconds. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** From `createTlsContext`; shared by many transports. */
  readonly tls?: SecureContext;
  /** Whether the operator's administrator named this host with its port, so that it may have any address. */
  readonly addressCheckExempt?: boolean;
  /** Opens the connections, where there is one. It resolves names then, so that no address is checked here. */
  readonly proxy?: ProxyServer | undefined;
  /** Default: `createPublicAddressCheck()`. */
  readonly isPublic?: AddressCheck;
  /** Default: the guarded lookup on the system's resolver. */
  readonly lookup?: LookupFunction;
}

/** TLS 1.2 or later, trusting this process' authorities and those of `extraCaPem`. Costly: make one, share it. */
export function createTlsContext(extraCaPem?: string): SecureContext {
  const trusted = extraCaPem === undefined ? {} : { ca: [...getCACertificates('default'), extraCaPem] };
  return createSecureContext({ minVersion: 'TLSv1.2', ...trusted });
}

/**
 * Keep-alive connections of HTTP/1.1. They are dropped after 4 s without use (or sooner, where the server says so):
 * the longer a connection idles, the likelier it is that the server closes it just as a create goes out, and then
 * the create's outcome would be unknown for no good reason.
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
