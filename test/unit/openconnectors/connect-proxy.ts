import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { CertificateAuthority } from 'test-kit/certificate-authority.ts';
import type { ProxyServer } from '../../../src/openconnectors/transport/proxy-tunnel.ts';

/** What a CONNECT brought. */
export interface Asked {
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** What the proxy does with a CONNECT; `open` makes the tunnel. */
export type OnConnect = (client: Duplex, open: () => void) => void;

/** A proxy that knows CONNECT alone. */
export interface ConnectProxy {
  readonly port: number;
  readonly server: ProxyServer;
  readonly asked: readonly Asked[];
  /** Requests that were not CONNECT. */
  readonly plain: readonly string[];
  onConnect: OnConnect;
  /** Breaks every tunnel as a crash would. */
  reset(): void;
  close(): Promise<void>;
}

export const proxyCredentials = { user: 'proxy-user-7', password: 'p@ss:w/rd-of-the-proxy' };

/** Answers CONNECT with `status`. */
export function refusal(status: number): OnConnect {
  return (client) => client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 4\r\n\r\nnope`);
}

export async function createConnectProxy(
  onConnect: OnConnect = (_client, open) => open(),
  tls?: CertificateAuthority,
): Promise<ConnectProxy> {
  const asked: Asked[] = [];
  const plain: string[] = [];
  const sockets = new Set<Duplex>();
  const issued = await tls?.issue('localhost', ['localhost']);
  const server =
    issued === undefined ? createServer() : createTlsServer({ key: issued.keyPem, cert: issued.certPem });
  server.on('request', (request, response) => {
    plain.push(request.url ?? '');
    response.writeHead(405).end();
  });
  server.on('connect', (request: IncomingMessage, client: Duplex) => {
    const target = request.url ?? '';
    asked.push({ target, headers: request.headers });
    watch(sockets, client);
    proxy.onConnect(client, () => tunnel(sockets, client, target));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  const host = `localhost:${port}`;
  const origin = `${tls === undefined ? 'http' : 'https'}://${host}`;
  const reset = (): void => {
    for (const socket of sockets) {
      socket.destroy();
    }
  };
  const proxy: ConnectProxy = {
    port,
    server: { origin, host, credentials: proxyCredentials },
    asked,
    plain,
    onConnect,
    reset,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        reset();
        server.closeAllConnections();
      }),
  };
  return proxy;
}

function tunnel(sockets: Set<Duplex>, client: Duplex, target: string): void {
  const url = new URL(`https://${target}`);
  const upstream: Socket = connect(Number(url.port), url.hostname, () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    upstream.pipe(client).pipe(upstream);
  });
  watch(sockets, upstream);
}

function watch(sockets: Set<Duplex>, socket: Duplex): void {
  sockets.add(socket);
  // Either side may reset; what the other one makes of it is what tests look at.
  socket.on('error', () => socket.destroy());
  socket.on('close', () => sockets.delete(socket));
}
