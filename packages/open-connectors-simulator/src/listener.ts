import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { IssuedCertificate } from 'test-kit/certificate-authority.ts';
import type { Answer, Reply, WireRequest } from './wire.ts';

/** Answers one request, or decides how its connection ends. */
export type Exchange = (request: WireRequest) => Promise<Reply>;

/** A running https server. */
export interface Listener {
  readonly port: number;
  stop(): Promise<void>;
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', reject);
  });
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

function sendHalf(response: ServerResponse, { status, headers, body }: Answer, done: () => void): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'Content-Length': bytes.length });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), done);
}

/** Aborts when the client closes its connection before the response is complete. */
function disconnectSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) {
      gone.abort(new Error('the client has gone'));
    }
  });
  return gone.signal;
}

/** Resets the TCP connection of a request, which a TLS socket does not expose. The remote port identifies it. */
function trackConnections(server: Server): (request: IncomingMessage) => void {
  const raw = new Map<number, Socket>();
  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    raw.set(port, socket);
    socket.on('close', () => {
      if (raw.get(port) === socket) {
        raw.delete(port);
      }
    });
  });
  return (request) => {
    raw.get(request.socket.remotePort ?? 0)?.resetAndDestroy();
    request.socket.destroy();
  };
}

/** Listens on `host`; `port` 0 takes a free one. */
export async function listen(
  certificate: IssuedCertificate,
  { host, port }: { readonly host: string; readonly port: number },
  exchange: Exchange,
): Promise<Listener> {
  const server = createServer({ key: certificate.keyPem, cert: certificate.certPem });
  // Closing an idle connection races with the next request on it, which would see a reset that no test injected.
  server.keepAliveTimeout = 10 * 60_000;
  server.requestTimeout = 0;
  const reset = trackConnections(server);
  let stopping = false;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = disconnectSignal(response);
    const { method = 'GET', url: target = '/', headers } = request;
    const reply = await exchange({ method, target, headers, body: await bodyOf(request), gone });
    switch (reply.kind) {
      case 'answer':
        return send(response, reply);
      case 'half':
        return sendHalf(response, reply, () => reply.end === 'reset' && reset(request));
      case 'reset':
        return reset(request);
      case 'hang':
        return;
    }
  };

  server.on('request', (request, response) => {
    serve(request, response).catch((error: unknown) => {
      // Expected after a disconnect of the client or while stopping; anything else is a defect of the simulator.
      if (!request.socket.destroyed && !stopping) {
        process.emitWarning(error instanceof Error ? error : String(error));
      }
      reset(request);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve, reject) => {
        stopping = true;
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
