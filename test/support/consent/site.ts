import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type Agent, request as httpsRequest } from 'node:https';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from 'test-kit/certificate-authority.ts';
import { freePort } from '../controlplane/ports.ts';
import { type Ask, Visitor } from './visitor.ts';

/** A public URL for the consent pages of one or more operators, over TLS on the loopback address. */
export interface Site {
  readonly externalUrl: string;
  readonly callbackUrl: string;
  /** Settings of the operator with this index. */
  env(replica?: number): Readonly<Record<string, string>>;
  visitor(): Visitor;
  stop(): Promise<void>;
}

/** A site on `host`, which must resolve to the loopback address. Connections are balanced between replicas in turn. */
export async function createSite(options: { host?: string; replicas?: number } = {}): Promise<Site> {
  const { host = 'localhost', replicas = 1 } = options;
  const authority = await createAuthority('consent pages');
  const { certPem, keyPem } = await authority.issue(host, [host]);
  const folder = await mkdtemp(join(tmpdir(), 'consent-'));
  await writeFile(join(folder, 'tls.crt'), certPem);
  await writeFile(join(folder, 'tls.key'), keyPem);
  const ports = await Promise.all(Array.from({ length: replicas }, freePort));
  const balancer = replicas > 1 ? await startBalancer(ports) : undefined;
  const port = balancer?.port ?? ports[0] ?? 0;
  const externalUrl = `https://${host}:${port}`;
  return {
    externalUrl,
    callbackUrl: `${externalUrl}/oauth/callback`,
    env: (replica = 0) => ({
      EXTERNAL_URL: externalUrl,
      CONSENT_PORT: String(ports[replica]),
      CONSENT_TLS_DIR: folder,
    }),
    visitor: () => new Visitor(askOver(port, host, authority.caPem)),
    async stop() {
      await balancer?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Sends requests over TLS, with a connection for each, so that a balancer distributes them. */
export function askOver(port: number, servername: string, ca: string): Ask {
  return (method, url, headers, body) =>
    new Promise((resolve, reject) => {
      const { pathname, search, host } = new URL(url);
      const agent: Agent | false = false;
      const request = httpsRequest(
        {
          host: '127.0.0.1',
          port,
          servername,
          ca,
          agent,
          method,
          path: `${pathname}${search}`,
          headers: {
            host,
            ...headers,
            ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const answered = new Headers();
            for (const [name, value] of Object.entries(response.headersDistinct)) {
              for (const one of value ?? []) {
                answered.append(name, one);
              }
            }
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({ status: response.statusCode ?? 0, headers: answered, body: text });
          });
        },
      );
      request.on('error', reject);
      request.end(body);
    });
}

interface Balancer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Forwards each connection to the next port that accepts it. */
async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const open = new Set<Socket>();
  let turn = 0;
  const track = (socket: Socket): void => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  };
  const join = (client: Socket, triesLeft: number): void => {
    turn += 1;
    const upstream = connect(ports[turn % ports.length] ?? 0, '127.0.0.1');
    track(upstream);
    let connected = false;
    upstream.once('connect', () => {
      connected = true;
      client.pipe(upstream).pipe(client);
    });
    upstream.once('error', () => {
      if (connected || triesLeft === 0) {
        client.destroy();
      } else {
        join(client, triesLeft - 1);
      }
    });
    client.once('close', () => upstream.destroy());
  };
  const server: Server = createServer((client) => {
    track(client);
    client.on('error', () => client.destroy());
    join(client, ports.length);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) {
          socket.destroy();
        }
      }),
  };
}
