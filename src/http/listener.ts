import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers a request; a rejection becomes a 500 without any text of the error. */
export type RequestHandler = (request: Request) => Response | Promise<Response>;

/** Where to listen. */
export interface ListenOptions {
  /** The setting of the port, for messages. */
  readonly name: string;
  /** Absent: all addresses. */
  readonly address: string | undefined;
  /** 0: a free port. */
  readonly port: number;
  readonly handle: RequestHandler;
  /** Receives the errors of `handle`. */
  readonly onError: (error: unknown) => void;
}

/** A server that listens. */
export interface Listener {
  readonly port: number;
  /** Closes the server and all connections immediately. */
  close(): Promise<void>;
}

/** Listening on the port failed. `code` is a code of Node.js such as `EADDRINUSE`. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: string;

  constructor(options: ListenOptions, code: string) {
    const where = `port ${options.port} of ${options.address ?? 'all addresses'}`;
    super(`${options.name}: cannot listen on ${where}: ${why(code)}`);
    this.code = code;
  }
}

/** Limits for probes and scrapes, in milliseconds and bytes. */
const limits = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8 * 1024,
} as const;
const MAX_CONNECTIONS = 64;

/** Listens for plain HTTP and hands each request, without its body, to `handle`. Throws `ListenError`. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const server = createServer(limits, (incoming, outgoing) => {
    void answer(options, incoming, outgoing);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await opened(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function opened(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ListenError(options, error.code ?? 'unknown')),
    );
    server.listen({ port: options.port, host: options.address }, resolve);
  });
}

async function answer(
  { handle, onError }: ListenOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  try {
    const request = requestOf(incoming);
    const response = request === undefined ? new Response(null, { status: 400 }) : await handle(request);
    const body = Buffer.from(await response.arrayBuffer());
    outgoing.writeHead(response.status, {
      ...Object.fromEntries(response.headers),
      'content-length': body.byteLength,
      'x-content-type-options': 'nosniff',
    });
    outgoing.end(incoming.method === 'HEAD' ? undefined : body);
  } catch (error) {
    onError(error);
    outgoing.writeHead(500, { 'content-length': 0 }).end();
  } finally {
    // The body of a request is not read; the connection closes after the response.
    if (!incoming.complete) {
      outgoing.once('finish', () => incoming.destroy());
    }
  }
}

/** `undefined` if the target is not a path. */
function requestOf({ url = '', method = 'GET', headers }: IncomingMessage): Request | undefined {
  if (
    !url.startsWith('/') ||
    !URL.canParse(`http://localhost${url}`) ||
    /^(CONNECT|TRACE|TRACK)$/i.test(method)
  ) {
    return undefined;
  }
  const accept = headers.accept === undefined ? {} : { accept: headers.accept };
  return new Request(`http://localhost${url}`, { method, headers: accept });
}

function why(code: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another process listens there (EADDRINUSE)';
    case 'EACCES':
      return 'this user may not (EACCES)';
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address (EADDRNOTAVAIL)';
    default:
      return code;
  }
}
