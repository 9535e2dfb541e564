import { createAuthority } from 'test-kit/certificate-authority.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { createOpenConnectors } from '../../../src/openconnectors/client.ts';
import type { RemoteError } from '../../../src/openconnectors/errors/remote-error.ts';
import { parseBaseUrl } from '../../../src/openconnectors/transport/base-url.ts';
import {
  createTlsContext,
  createTransport,
  type TransportOptions,
} from '../../../src/openconnectors/transport/pooled-transport.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { type ConnectProxy, createConnectProxy, proxyCredentials, refusal } from './connect-proxy.ts';
import {
  body,
  createTimeoutMs,
  credentials,
  errorOf,
  remoteErrorOf,
  shown,
  timeoutMs,
  useBench,
} from './fixture.ts';
import { createRemote, json, type Remote, text } from './remote.ts';

const bench = useBench();
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) {
    await cleanup();
  }
});

async function openProxy(...parameters: Parameters<typeof createConnectProxy>): Promise<ConnectProxy> {
  const proxy = await createConnectProxy(...parameters);
  cleanups.push(() => proxy.close());
  return proxy;
}

/** A client of `remote` behind `proxy`, on a clock that stands still. `guarded` counts what went to the socket. */
function clientOf(remote: Remote, proxy: ConnectProxy, more: Partial<TransportOptions> = {}) {
  const transport = createTransport({
    base: parseBaseUrl(remote.baseUrl),
    connections: 2,
    tls: createTlsContext(bench.authority().caPem),
    proxy: proxy.server,
    ...more,
  });
  cleanups.push(() => transport.close());
  const clock = new VirtualClock();
  const seen = { guarded: 0 };
  const client = createOpenConnectors({
    baseUrl: remote.baseUrl,
    credentials,
    timeoutMs,
    createTimeoutMs,
    transport,
    clock,
    guard: () => {
      seen.guarded += 1;
    },
  });
  return { client, transport, clock, seen };
}

function expectNoCredentials(error: RemoteError): void {
  const all = `${error.message} ${error.stack} ${JSON.stringify(error)}`;
  const { user, password } = proxyCredentials;
  for (const secret of [user, password, encodeURIComponent(password), btoa(`${user}:${password}`)]) {
    expect(all).not.toContain(secret);
  }
}

describe('through the proxy', () => {
  test('calls go by CONNECT, on connections that are kept, and each side sees what is its own', async () => {
    const { remote } = await bench.open(json(200, shown(1)));
    const proxy = await openProxy();
    const { client, seen } = clientOf(remote, proxy, { connections: 1 });
    await client.createInstance(body);
    await client.createInstance(body);
    expect(proxy.asked.map(({ target }) => target)).toEqual([`localhost:${remote.port}`]);
    expect(proxy.plain).toEqual([]);
    expect(proxy.asked[0]?.headers['proxy-authorization']).toBe(
      `Basic ${btoa(`${proxyCredentials.user}:${proxyCredentials.password}`)}`,
    );
    expect(proxy.asked[0]?.headers.authorization).toBeUndefined();
    expect(remote.received).toHaveLength(2);
    expect(remote.received[0]?.headers['proxy-authorization']).toBeUndefined();
    expect(remote.received[0]?.headers.host).toBe(`localhost:${remote.port}`);
    expect(seen.guarded).toBe(2);
  });

  test('without credentials none are sent', async () => {
    const { remote } = await bench.open(json(200, shown(1)));
    const proxy = await openProxy();
    const { client } = clientOf(remote, proxy, { proxy: { ...proxy.server, credentials: undefined } });
    await client.createInstance(body);
    expect(proxy.asked[0]?.headers['proxy-authorization']).toBeUndefined();
  });

  test('TLS to the proxy itself', async () => {
    const { remote } = await bench.open(json(200, shown(1)));
    const proxy = await openProxy(undefined, bench.authority());
    await clientOf(remote, proxy).client.createInstance(body);
    expect(proxy.asked).toHaveLength(1);
    expect(remote.received).toHaveLength(1);
  });

  test.each([1, 2])('no more connections are opened than %i', async (connections) => {
    const { remote } = await bench.open(json(200, shown(1)));
    const proxy = await openProxy();
    const { client } = clientOf(remote, proxy, { connections });
    await Promise.all(Array.from({ length: 8 }, () => client.createInstance(body)));
    expect(remote.received).toHaveLength(8);
    expect(proxy.asked.length).toBeLessThanOrEqual(connections);
  });

  test('does not follow redirects, and aborts long responses', async () => {
    const { remote } = await bench.open(text(302, '', { location: '/elsewhere' }));
    const { client, transport } = clientOf(remote, await openProxy());
    expect(await remoteErrorOf(client.createInstance(body))).toMatchObject({ status: 302 });
    remote.answer = text(200, 'x'.repeat(11));
    const request = {
      method: 'GET' as const,
      path: '/',
      headers: {},
      body: undefined,
      maxResponseBytes: 10,
      signal: new AbortController().signal,
      beforeSend: () => undefined,
    };
    expect(await errorOf(transport.send(request))).toMatchObject({ sent: true, code: 'TOO_LARGE' });
    expect(remote.received).toHaveLength(2);
  });
});

describe('without a tunnel nothing was done, so even a create may be sent again:', () => {
  test.each([
    ['credentials refused', refusal(407), 'HTTP 407'],
    ['target refused', refusal(403), 'HTTP 403'],
    ['target not reached', refusal(502), 'HTTP 502'],
    ['connection closed', (client: { destroy(): void }) => client.destroy(), 'the connection failed'],
    ['no HTTP', (client: { end(text: string): void }) => client.end('SSH-2.0-x\r\n\r\n'), 'not HTTP'],
    ['no answer', () => undefined, 'UND_ERR_HEADERS_TIMEOUT'],
  ])('%s', async (_case, onConnect, words) => {
    const { remote } = await bench.open(json(200, shown(1)));
    const proxy = await openProxy(onConnect);
    const { client, seen } = clientOf(remote, proxy, { connectTimeoutMs: 200 });
    const error = await remoteErrorOf(client.createInstance(body));
    expect(error).toMatchObject({ class: 'unavailable', status: undefined, processed: 'no' });
    expect(error.message).toContain(`through the proxy localhost:${proxy.port}: `);
    expect(error.message).toContain(words);
    expectNoCredentials(error);
    expect(seen.guarded).toBe(0);
    expect(remote.connections).toBe(0);
    expect(proxy.asked).toHaveLength(1);

    proxy.onConnect = (_client, open) => open();
    await client.createInstance(body);
    expect(remote.received).toHaveLength(1);
  });

  test('connection refused', async () => {
    const { remote } = await bench.open(json(200, shown(1)));
    const proxy = await createConnectProxy();
    await proxy.close();
    const { client, seen } = clientOf(remote, proxy);
    const error = await remoteErrorOf(client.createInstance(body));
    expect(error.class).toBe('unavailable');
    expect(error.message).toContain(`through the proxy localhost:${proxy.port}: `);
    expect(error.message).toContain('ECONNREFUSED');
    expectNoCredentials(error);
    expect(seen.guarded).toBe(0);
  });

  test('an https proxy that is not trusted', async () => {
    const { remote } = await bench.open(json(200, shown(1)));
    const proxy = await openProxy(undefined, await createAuthority());
    const error = await remoteErrorOf(clientOf(remote, proxy).client.createInstance(body));
    expect(error.class).toBe('unavailable');
    expect(error.message).toContain(`through the proxy localhost:${proxy.port}: `);
    expect(error.message).toContain('certificate');
    expect(proxy.asked).toHaveLength(0);
  });

  test('deadline while the proxy is silent', async () => {
    const { remote } = await bench.open(json(200, shown(1)));
    const proxy = await openProxy(() => undefined);
    const { client, clock, seen } = clientOf(remote, proxy);
    const failure = remoteErrorOf(client.createInstance(body));
    await expect.poll(() => proxy.asked.length).toBe(1);
    await clock.advance(createTimeoutMs);
    expect(await failure).toMatchObject({
      class: 'unavailable',
      message: expect.stringContaining('no response in time'),
    });
    expect(seen.guarded).toBe(0);
    proxy.reset();
  });

  test('a tunnel that breaks before TLS', async () => {
    const { remote } = await bench.open(json(200, shown(1)));
    const proxy = await openProxy((client) => client.end('HTTP/1.1 200 OK\r\n\r\n'));
    const { client, seen } = clientOf(remote, proxy);
    expect(await remoteErrorOf(client.createInstance(body))).toMatchObject({ class: 'unavailable' });
    expect(seen.guarded).toBe(0);
  });

  test.each([
    ['an authority that is not trusted', ['localhost'], true],
    ['a certificate for another host', ['elsewhere.example'], false],
  ])('%s, at the end of the tunnel', async (_case, hosts, isForeign) => {
    const authority = isForeign ? await createAuthority() : bench.authority();
    const remote = await createRemote(authority, json(200, shown(1)), {}, hosts);
    cleanups.push(() => remote.close());
    const { client, seen } = clientOf(remote, await openProxy());
    const error = await remoteErrorOf(client.createInstance(body));
    expect(error.class).toBe('unavailable');
    expect(error.message).toContain('certificate');
    expect(seen.guarded).toBe(0);
    expect(remote.received).toHaveLength(0);
  });
});

test('a create whose tunnel breaks after it was sent may have been done', async () => {
  const proxy = await openProxy();
  const { remote } = await bench.open(() => proxy.reset());
  const { client, seen } = clientOf(remote, proxy);
  const error = await remoteErrorOf(client.createInstance(body));
  expect(error.class).toBe('ambiguous');
  expectNoCredentials(error);
  expect(seen.guarded).toBe(1);
  expect(remote.received).toHaveLength(1);
});

test('a fence that closes while the tunnel is opened keeps the create here', async () => {
  const { remote } = await bench.open(json(200, shown(1)));
  let isClosed = false;
  const proxy = await openProxy((_client, open) => {
    isClosed = true;
    open();
  });
  const transport = clientOf(remote, proxy).transport;
  const client = createOpenConnectors({
    baseUrl: remote.baseUrl,
    credentials,
    timeoutMs,
    createTimeoutMs,
    transport,
    clock: new VirtualClock(),
    guard: () => {
      if (isClosed) {
        throw new Error('no longer leading');
      }
    },
  });
  expect(await errorOf(client.createInstance(body))).toMatchObject({ message: 'no longer leading' });
  expect(remote.received).toHaveLength(0);
});
