import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { type CertificateAuthority, createAuthority } from 'test-kit/certificate-authority.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { objectPath, wellKnown } from '../../../src/kube/client/paths.ts';
import { NoClusterError, PooledKubeConfig } from '../../../src/kube/client/pooled-config.ts';
import { KubeRest } from '../../../src/kube/client/rest.ts';
import { systemClock } from '../../../src/runtime/clock.ts';

let authority: CertificateAuthority;
let server: Http2SecureServer;
let handshakes: (string | false | null)[];
let sockets: Set<TLSSocket>;
let authorizations: (string | undefined)[];
/** Ends the responses that wait; `undefined` while none does. */
let held: (() => void)[] | undefined;

beforeEach(async () => {
  authority = await createAuthority();
  const { keyPem, certPem } = await authority.issue('localhost', ['localhost', '127.0.0.1']);
  handshakes = [];
  authorizations = [];
  held = undefined;
  // Like a kube-apiserver, it prefers HTTP/2.
  server = createSecureServer({ key: keyPem, cert: certPem, allowHTTP1: true }, (request, response) => {
    authorizations.push(request.headers.authorization);
    response.setHeader('content-type', 'application/json');
    const end = (): void => void response.end('{"kind":"Secret","metadata":{"name":"s"}}');
    if (held === undefined) {
      end();
    } else {
      held.push(end);
    }
  });
  sockets = new Set();
  server.on('secureConnection', (socket: TLSSocket) => {
    handshakes.push(socket.alpnProtocol);
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  const closed = new Promise((resolve) => server.close(resolve));
  for (const socket of sockets) {
    socket.destroy();
  }
  await closed;
});

function load(caPem: string, cluster: Record<string, unknown> = {}): KubeConfig {
  const config = new KubeConfig();
  const url = `https://localhost:${(server.address() as AddressInfo).port}`;
  config.loadFromString(
    JSON.stringify({
      clusters: [
        {
          name: 'c',
          cluster: {
            server: url,
            'certificate-authority-data': Buffer.from(caPem).toString('base64'),
            ...cluster,
          },
        },
      ],
      users: [{ name: 'u', user: { token: 'first' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
  return config;
}

/** Milliseconds of the clock that decides how old authentication is. */
let now = 0;
const clock = { ...systemClock, monotonic: () => now };

const path = objectPath(wellKnown.secrets, 'team', 's');

describe('a pooled configuration', () => {
  test('shares TLS connections between all calls, typed ones too, without HTTP/2', async () => {
    const config = PooledKubeConfig.from(load(authority.caPem), clock);
    const rest = new KubeRest({ config, clock: systemClock });
    const core = config.makeApiClient(CoreV1Api);
    for (let n = 0; n < 20; n++) {
      await rest.get(path);
    }
    for (let n = 0; n < 20; n++) {
      await core.readNamespacedSecret({ namespace: 'team', name: 's' });
    }
    expect(handshakes.length).toBeLessThanOrEqual(2);
    expect(handshakes).not.toContain('h2');
    await config.close();
  });

  test('opens at most 32 connections for a burst of calls, and one more for an urgent call', async () => {
    const config = PooledKubeConfig.from(load(authority.caPem), clock);
    const rest = new KubeRest({ config, clock: systemClock });
    const waiting: (() => void)[] = [];
    held = waiting;
    const burst = Array.from({ length: 100 }, () => rest.get(path));
    await expect.poll(() => waiting.length).toBe(32);
    const urgent = rest.get(path, { isUrgent: true });
    await expect.poll(() => waiting.length).toBe(33);
    waiting.pop()?.();
    await urgent;
    held = undefined;
    for (const end of waiting) {
      end();
    }
    await Promise.all(burst);
    expect(handshakes).toHaveLength(33);
    await config.close();
  });

  test('which client-node’s own does not: a handshake for each call', async () => {
    const core = load(authority.caPem).makeApiClient(CoreV1Api);
    for (let n = 0; n < 5; n++) {
      await core.readNamespacedSecret({ namespace: 'team', name: 's' });
    }
    expect(handshakes).toEqual(['h2', 'h2', 'h2', 'h2', 'h2']);
  });

  test('sends a new token within a second', async () => {
    const config = PooledKubeConfig.from(load(authority.caPem), clock);
    const rest = new KubeRest({ config, clock: systemClock });
    await rest.get(path);
    for (const user of config.users) {
      Object.assign(user, { token: 'second' });
    }
    now += 999;
    await rest.get(path);
    now += 1;
    await rest.get(path);
    expect(authorizations).toEqual(['Bearer first', 'Bearer first', 'Bearer second']);
    await config.close();
  });

  test('opens new connections for new TLS material, and refuses a server that it does not vouch for', async () => {
    const config = PooledKubeConfig.from(load(authority.caPem), clock);
    const rest = new KubeRest({ config, clock: systemClock });
    await rest.get(path);
    const stranger = await createAuthority('stranger');
    const { clusters } = load(stranger.caPem);
    config.clusters = clusters;
    now += 1_000;
    await expect(rest.get(path)).rejects.toMatchObject({ kind: 'network' });
    await config.close();
  });

  test('refuses plain http unless TLS verification is skipped', async () => {
    const config = PooledKubeConfig.from(load(authority.caPem, { server: 'http://127.0.0.1:1' }), clock);
    await expect(new KubeRest({ config, clock: systemClock }).get(path)).rejects.toMatchObject({
      kind: 'network',
    });
    await config.close();
  });

  test('opens no connection after close, and throws without a cluster', async () => {
    const config = PooledKubeConfig.from(load(authority.caPem), clock);
    await config.connection();
    await config.close();
    await expect(config.connection()).rejects.toThrow(NoClusterError);
    await expect(PooledKubeConfig.from(new KubeConfig(), clock).connection()).rejects.toThrow(NoClusterError);
  });
});
