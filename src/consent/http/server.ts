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

/** How the pages are served. */
export interface ConsentServerOptions {
  readonly handler: ConsentHandler;
  /** Of the public address: what paths belong to, whatever a request says about its host. */
  readonly origin: string;
  readonly port: number;
  readonly bindAddress: string | undefined;
  /** Absent: plain HTTP, behind an ingress that ends TLS. */
  readonly tls: TlsFiles | undefined;
  readonly clock: Clock;
  /** Told of what should never happen: a request that could not be answered although the browser was there. */
  readonly onDefect: (error: unknown) => void;
}

/** A server that listens. */
export interface ConsentServer {
  readonly port: number;
  /** Takes no more requests; those under way get `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** No form of ours is longer, in bytes. */
const LONGEST_BODY = 8_192;
const LONGEST_HEAD = 16_384;
/** For the whole request to arrive, and for its first line and headers. */
const REQUEST_MS = 15_000;
const HEADERS_MS = 10_000;
/** For the answer. The slowest part of it is a call to Open Connectors. */
const RESPONSE_TIMEOUT_MS = 45_000;
const IDLE_MS = 5_000;
const MOST_CONNECTIONS = 500;

/** Listens until `stop`. Rejects when the port cannot be had, or the certificate not be read. */
export async function startConsentServer(options: ConsentServerOptions): Promise<ConsentServer> {
  const server = createServer(options);
  const stopping = new AbortController();
  const watching = options.tls?.watch((context) => (server as TlsServer).setSecureContext(context));
  server.maxConnections = MOST_CONNECTIONS;
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
        stopping.abort(new Error('the server stops'));
        server.closeAllConnections();
      });
      await closed;
      cancel();
    },
  };
}

function createServer({ tls }: ConsentServerOptions): Server {
  const limits = {
    maxHeaderSize: LONGEST_HEAD,
    requestTimeout: REQUEST_MS,
    headersTimeout: HEADERS_MS,
    keepAliveTimeout: IDLE_MS,
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
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort(new Error('the browser has gone')));
  using deadline = startDeadline(clock, RESPONSE_TIMEOUT_MS, gone.signal, stopping);
  try {
    const body = await readBody(incoming);
    const response = await handler(toRequest(incoming, origin, body, deadline.signal));
    await send(outgoing, response, body === 'too-long');
  } catch (error) {
    if (!gone.signal.aborted) {
      onDefect(error);
    }
    outgoing.destroy();
  }
}

/** The body; of one that is longer than any form of ours nothing is kept. */
function readBody(incoming: IncomingMessage): Promise<Buffer | 'too-long'> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > LONGEST_BODY) {
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

/** Only the path and the query are taken from the request's target: neither `Host` nor an absolute target counts. */
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
    // Refused like a body of another type: nothing of it is looked at.
    headers.set('content-type', 'text/plain');
  }
  if (method === 'POST') {
    const content = body === 'too-long' ? '' : new Uint8Array(body);
    return new Request(`${origin}${target}`, { method, headers, signal, body: content });
  }
  // Some methods cannot even be put into a `Request`; all others than these two are refused alike.
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

/** What is no HTTP, or too long, or too slow, gets one line. */
function refuseConnection(socket: Socket): void {
  if (socket.writable) {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  } else {
    socket.destroy();
  }
}
