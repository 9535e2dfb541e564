import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { startDeadline } from '../../kube/client/deadline.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { ConsentHandler } from '../handler.ts';
import type { TlsFiles } from './tls.ts';

/** Options of the server. */
export interface ConsentServerOptions {
  readonly handler: ConsentHandler;
  /** Of the public URL; the `Host` header of a request is ignored. */
  readonly origin: string;
  readonly port: number;
  readonly bindAddress: string | undefined;
  /** Absent: plain HTTP, behind an ingress that terminates TLS. */
  readonly tls: TlsFiles | undefined;
  readonly clock: Clock;
  /** Called with the error of a request that failed while the browser was connected. */
  readonly onDefect: (error: unknown) => void;
}

/** A listening server. */
export interface ConsentServer {
  readonly port: number;
  /** Accepts no more requests and waits `graceMs` for those in flight. */
  stop(graceMs: number): Promise<void>;
}

/** In bytes; every form is shorter. */
const MAX_BODY_LENGTH = 8_192;
const MAX_HEADER_LENGTH = 16_384;
const REQUEST_TIMEOUT_MS = 15_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** Includes a call of Open Connectors. */
const RESPONSE_TIMEOUT_MS = 45_000;
const IDLE_TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 500;

/** Listens until `stop`. Rejects where the port is in use or the certificate cannot be read. */
export async function startConsentServer(options: ConsentServerOptions): Promise<ConsentServer> {
  const server = createServer(options);
  const stopping = new AbortController();
  const watching = options.tls?.watch((context) => (server as TlsServer).setSecureContext(context));
  server.maxConnections = MAX_CONNECTIONS;
  server.on('request', (incoming, outgoing) => {
    void serve(options, incoming, outgoing, stopping.signal);
  });
  server.on('clientError', (_error, socket) => refuseConnection(socket as Socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.bindAddress, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    async stop(graceMs) {
      watching?.();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      const cancel = options.clock.schedule(graceMs, () => {
        stopping.abort(new Error('the server is stopping'));
        server.closeAllConnections();
      });
      await closed;
      cancel();
    },
  };
}

function createServer({ tls }: ConsentServerOptions): Server {
  const limits = {
    maxHeaderSize: MAX_HEADER_LENGTH,
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    connectionsCheckingInterval: 2_000,
  };
  return tls === undefined
    ? createPlainServer(limits)
    : createTlsServer({ ...limits, ...tls.read(), minVersion: 'TLSv1.2' });
}

async function serve(
  { handler, origin, clock, onDefect }: ConsentServerOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  stopping: AbortSignal,
): Promise<void> {
  const disconnected = new AbortController();
  outgoing.once('close', () => disconnected.abort(new Error('the browser closed the connection')));
  using deadline = startDeadline(clock, RESPONSE_TIMEOUT_MS, disconnected.signal, stopping);
  try {
    const body = await readBody(incoming);
    const response = await handler(toRequest(incoming, origin, body, deadline.signal));
    await send(outgoing, response, body === 'too-long');
  } catch (error) {
    if (!disconnected.signal.aborted) {
      onDefect(error);
    }
    outgoing.destroy();
  }
}

/** The body; one that is too long is discarded. */
function readBody(incoming: IncomingMessage): Promise<Buffer | 'too-long'> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_BODY_LENGTH) {
        chunks.length = 0;
        resolve('too-long');
      } else {
        chunks.push(chunk);
      }
    });
    incoming.once('end', () => resolve(Buffer.concat(chunks)));
    incoming.once('error', reject);
  });
}

/** Takes only path and query from the target of the request, and ignores `Host`. */
function toRequest(
  { method = '', url = '/', rawHeaders }: IncomingMessage,
  origin: string,
  body: Buffer | 'too-long',
  signal: AbortSignal,
): Request {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  }
  const target = url.startsWith('/') ? url : '/';
  if (body === 'too-long') {
    // Has the handler refuse it as a body of another content type.
    headers.set('content-type', 'text/plain');
  }
  if (method === 'POST') {
    const content = body === 'too-long' ? '' : new Uint8Array(body);
    return new Request(`${origin}${target}`, { method, headers, signal, body: content });
  }
  // `Request` does not support all methods, and the handler refuses all but these two.
  return new Request(`${origin}${target}`, {
    method: method === 'GET' ? method : 'OPTIONS',
    headers,
    signal,
  });
}

async function send(outgoing: ServerResponse, response: Response, close: boolean): Promise<void> {
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie') {
      outgoing.setHeader(name, value);
    }
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) {
    outgoing.setHeader('set-cookie', cookies);
  }
  if (close) {
    outgoing.setHeader('connection', 'close');
  }
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

/** Answers a connection that is not HTTP, too long or too slow. */
function refuseConnection(socket: Socket): void {
  if (socket.writable) {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  } else {
    socket.destroy();
  }
}
