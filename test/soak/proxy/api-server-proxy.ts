import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer, Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { createAuthority } from 'test-kit/certificate-authority.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import { serveWatch, type WatchCounts } from './watch.ts';

/** A proxy between the operators and the API server, on the loopback address. */
export interface ApiServerProxy {
  /** `kubeconfig` (YAML) with this proxy as its server. */
  through(kubeconfig: string): string;
  /** Faults of watches so far. */
  readonly counts: Readonly<WatchCounts>;
  /** From now on watches are delayed only, neither cut nor refused. */
  calm(): void;
  stop(): Promise<void>;
}

/** The parts of the proxy. */
export interface ProxyOptions {
  /** The kubeconfig of the API server behind the proxy. */
  readonly kubeconfig: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly watchDelayMs: number;
  /** Which watches are delayed; absent: all. */
  readonly isDelayed?: (url: URL) => boolean;
}

/** Starts a proxy that forwards all requests except watches unchanged. */
export async function startApiServerProxy(options: ProxyOptions): Promise<ApiServerProxy> {
  const { server: target, ca } = clusterOf(options.kubeconfig);
  const authority = await createAuthority('api server proxy');
  const certificate = await authority.issue('api-server-proxy', ['127.0.0.1', 'localhost']);
  const secure = target.startsWith('https:');
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) })
    : new HttpAgent({ keepAlive: true });
  const counts: WatchCounts = { watches: 0, cut: 0, gone: 0 };
  let raging = true;

  const forward = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(`${target}${request.url ?? '/'}`);
    const isWatch = ['1', 'true'].includes(url.searchParams.get('watch') ?? '');
    const open = (onResponse: (incoming: IncomingMessage) => void) => {
      const { host: _host, 'accept-encoding': _encoding, ...headers } = request.headers;
      const outgoing = (secure ? httpsRequest : httpRequest)(
        url,
        { method: request.method ?? 'GET', headers, agent },
        onResponse,
      );
      outgoing.on('error', () => response.destroy());
      request.pipe(outgoing);
      request.once('close', () => {
        if (!request.complete) {
          outgoing.destroy(); // The client died in the middle of its request.
        }
      });
      return outgoing;
    };
    if (isWatch) {
      const watchDelayMs = options.isDelayed?.(url) === false ? 0 : options.watchDelayMs;
      serveWatch(open, response, { ...options, watchDelayMs, counts, raging: () => raging });
      return;
    }
    open((incoming) => {
      response.writeHead(incoming.statusCode ?? 502, incoming.headers);
      incoming.pipe(response);
      incoming.on('error', () => response.destroy());
    });
  };
  const server = createServer({ key: certificate.keyPem, cert: certificate.certPem }, forward);
  server.keepAliveTimeout = 10 * 60_000;
  server.requestTimeout = 0;
  server.on('clientError', (_error, socket) => socket.destroy()); // A killed client resets its connections.
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    counts,
    through: (kubeconfig) => {
      const config = new KubeConfig();
      config.loadFromString(kubeconfig);
      const current = config.getCurrentCluster();
      if (current === null) {
        throw new Error('The kubeconfig names no current cluster');
      }
      config.clusters = [
        {
          name: current.name,
          server: `https://127.0.0.1:${port}`,
          caData: Buffer.from(authority.caPem).toString('base64'),
          skipTLSVerify: false,
        },
      ];
      return config.exportConfig();
    },
    calm() {
      raging = false;
    },
    stop: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function clusterOf(kubeconfig: string): { readonly server: string; readonly ca: string | undefined } {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new Error('The kubeconfig names no current cluster');
  }
  const { server, caData } = cluster;
  return { server, ca: caData === undefined ? undefined : Buffer.from(caData, 'base64').toString('utf8') };
}
