import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority } from 'test-kit/certificate-authority.ts';
import { type Core, type CoreOptions, createCore } from './core.ts';
import type { Faults } from './faults.ts';
import { handle, type ListenerParts } from './http/listener.ts';
import { tokenKubeconfig } from './kubeconfig.ts';
import type { Ledger } from './ledger.ts';

/** How to start an emulator. */
export interface ApiServerOptions extends CoreOptions {
  /** Absent: any free port. */
  readonly port?: number;
}

/** A running emulator: a development tool that behaves like an API server, and is not Kubernetes. */
export interface ApiServer extends Pick<Core, 'objects' | 'backup'> {
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  readonly caPem: string;
  /** Bearer token of the administrator. */
  readonly token: string;
  /** YAML, with CA and token inside. */
  readonly kubeconfig: string;
  /** A kubeconfig for another bearer token. */
  kubeconfigFor(token: string): string;
  readonly ledger: Ledger;
  readonly faults: Faults;
  /** Connections since the start, and those that are open. */
  readonly connections: { readonly opened: number; readonly open: number };
  /** Ends every connection, stream and timer. */
  stop(): Promise<void>;
}

/** Starts an API server on the loopback address, with a new certificate authority and token. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const { parts, token, stop, objects, backup } = createCore(options);
  const authority = await createAuthority('kube-apiserver emulator');
  const server = await listen(
    await authority.issue('kube-apiserver emulator', ['127.0.0.1', 'localhost']),
    options.port ?? 0,
    parts,
  );
  const connections = countConnections(server);
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfigFor = (of: string): string => tokenKubeconfig(url, authority.caPem, of);
  return {
    url,
    caPem: authority.caPem,
    token,
    kubeconfig: kubeconfigFor(token),
    kubeconfigFor,
    ledger: parts.ledger,
    faults: parts.faults,
    objects,
    backup,
    connections,
    async stop() {
      stop();
      await close(server);
    },
  };
}

async function listen(
  certificate: { readonly keyPem: string; readonly certPem: string },
  port: number,
  parts: ListenerParts,
): Promise<Server> {
  const server = createServer({ key: certificate.keyPem, cert: certificate.certPem }, (request, response) => {
    handle(parts, request, response).catch((error: unknown) => {
      // Only a closed connection or a stop leads here, so there is no client to respond to.
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  // Watches send nothing for long times, and clients reuse connections.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return server;
}

function countConnections(server: Server): { opened: number; open: number } {
  const connections = { opened: 0, open: 0 };
  server.on('secureConnection', (socket) => {
    connections.opened++;
    connections.open++;
    socket.once('close', () => connections.open--);
  });
  return connections;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
  server.closeAllConnections();
  await closed;
}
