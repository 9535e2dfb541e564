import type { AgentOptions } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import {
  type Cluster,
  type DispatcherOptions,
  HttpMethod,
  KubeConfig,
  RequestContext,
} from '@kubernetes/client-node';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { Clock } from '../../runtime/clock.ts';

/** What a request needs besides its path. */
export interface Connection {
  readonly origin: string;
  /** Path of the server's URL, without a trailing slash; usually empty. */
  readonly basePath: string;
  /** Authentication headers; secret. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most `CONNECTIONS` calls at a time; further ones wait. */
  readonly dispatcher: Dispatcher;
  /** A connection for each call: watches stay open, and a Lease must not wait. */
  readonly unlimited: Dispatcher;
}

/** `options` hold the TLS material by value, so equal options may share connections. */
interface Pool {
  readonly options: DispatcherOptions;
  readonly dispatcher: Dispatcher;
  readonly unlimited: Dispatcher;
}

/** The current context names no cluster. */
export class NoClusterError extends Error {
  override readonly name = 'NoClusterError';
}

/** A TLS handshake costs both sides more than a call, so that a burst of calls shares these connections. */
const CONNECTIONS = 32;
/** Deadline of calls by client-node's typed APIs; `KubeRest` has its own. */
const TYPED_CALL_TIMEOUT_MS = 30_000;
/** For how long calls use the same authentication: client-node reads and decodes the TLS material for each. */
const AUTHENTICATION_MS = 1_000;
/** Idle time of a socket: less than the 90 s after which a kube-apiserver closes it. */
const IDLE_SOCKET_MS = 30_000;
/** The delay of client-go; cloud load balancers forget silent connections after 60 s. */
const TCP_KEEP_ALIVE_MS = 30_000;

const transport = {
  // A dead HTTP/2 session blocks every call that shares it; with HTTP/1.1 the next call opens a new socket.
  allowH2: false,
  keepAliveTimeout: IDLE_SOCKET_MS,
  // Every call has its own deadline and every watch its stall detection; undici's timers are not needed.
  headersTimeout: 0,
  bodyTimeout: 0,
} as const;

/**
 * A `KubeConfig` whose calls share connections: client-node makes a new connection pool, so a new TLS handshake, for
 * each call. One undici pool is kept for each TLS material, so that a rotated CA or client certificate gets new
 * connections. Serves client-node's typed APIs (with a default deadline) and `KubeRest` alike.
 */
export class PooledKubeConfig extends KubeConfig {
  #pools: readonly Pool[] = [];
  #transportOptions: DispatcherOptions = { type: 'none' };
  #closed = false;
  readonly #clock: Clock;
  #latest: { readonly connection: Connection; readonly until: number } | undefined;

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
  }

  /** The same clusters, users and contexts as `config`, with pooled connections. */
  static from(config: KubeConfig, clock: Clock): PooledKubeConfig {
    if (config instanceof PooledKubeConfig) {
      return config;
    }
    const pooled = new PooledKubeConfig(clock);
    const { clusters, users, contexts, currentContext } = config;
    pooled.loadFromOptions({ clusters, users, contexts, currentContext });
    return pooled;
  }

  /** Authentication that is at most a second old (rotated files are read again), and the pool for its TLS material. */
  async connection(): Promise<Connection> {
    const now = this.#clock.monotonic();
    if (this.#latest === undefined || this.#latest.until <= now) {
      this.#latest = { connection: await this.#connect(), until: now + AUTHENTICATION_MS };
    }
    return this.#latest.connection;
  }

  async #connect(): Promise<Connection> {
    const cluster = this.getCurrentCluster();
    if (cluster === null) {
      throw new NoClusterError('the kubeconfig has no current cluster');
    }
    const server = cluster.server.replace(/\/+$/, '');
    const context = new RequestContext(server, HttpMethod.GET);
    const { dispatcher, unlimited } = await this.#authenticate(context);
    const { origin, pathname } = new URL(server);
    return {
      origin,
      basePath: pathname === '/' ? '' : pathname,
      headers: context.getHeaders(),
      dispatcher,
      unlimited,
    };
  }

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    context.setDispatcher((await this.#authenticate(context)).dispatcher);
    context.setSignal(AbortSignal.timeout(TYPED_CALL_TIMEOUT_MS));
  }

  /** Prevents client-node from creating its own dispatcher, except for SOCKS, whose connector it does not export. */
  override createDispatcherOptions(cluster: Cluster | null, agentOptions: AgentOptions): DispatcherOptions {
    this.#transportOptions = super.createDispatcherOptions(cluster, agentOptions);
    return this.#transportOptions.type === 'socks' ? this.#transportOptions : { type: 'none' };
  }

  /** Closes all connections immediately, also those with requests in flight. Later calls fail. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#latest = undefined;
    const pools = this.#pools;
    this.#pools = [];
    await Promise.all(pools.flatMap((pool) => [pool.dispatcher.destroy(), pool.unlimited.destroy()]));
  }

  async #authenticate(context: RequestContext): Promise<Pool> {
    await super.applySecurityAuthentication(context);
    if (this.#closed) {
      throw new NoClusterError('the connections are closed');
    }
    const options = this.#transportOptions;
    const known = this.#pools.find((pool) => isDeepStrictEqual(pool.options, options));
    if (known !== undefined) {
      return known;
    }
    // Only for SOCKS; its connector opens a connection for each call.
    const own = context.getDispatcher();
    const dispatcher = own ?? createPool(options, CONNECTIONS);
    const pool = { options, dispatcher, unlimited: own ?? createPool(options, null) };
    this.#pools = [...this.#pools, pool];
    return pool;
  }
}

/** `connections`: the most at a time; `null` for no limit. */
function createPool(options: DispatcherOptions, connections: number | null): Dispatcher {
  switch (options.type) {
    case 'proxy':
      return new ProxyAgent({
        ...transport,
        connections,
        uri: options.uri,
        requestTls: tlsOptions(options.requestTls),
        connect: tlsOptions(options.connect),
      });
    case 'agent':
      return new Agent({ ...transport, connections, connect: tlsOptions(options.connect) });
    default:
      return new Agent({ ...transport, connections, connect: tlsOptions({}) });
  }
}

function tlsOptions(options: ConnectionOptions) {
  // The target comes from the URL of each request; the connection's timeout is undici's own.
  const { port: _port, timeout: _timeout, ...rest } = options;
  return { ...rest, allowH2: false, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS };
}
