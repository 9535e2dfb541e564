import { createAuthority } from 'test-kit/certificate-authority.ts';
import { describe, expect, test } from 'vitest';
import type { TransportRequest } from '../../../src/http/client/request.ts';
import { ABORTED } from '../../../src/http/client/transport-error.ts';
import { createOpenConnectors } from '../../../src/openconnectors/client.ts';
import type { RemoteError } from '../../../src/openconnectors/errors/remote-error.ts';
import { createPublicAddressCheck } from '../../../src/openconnectors/transport/address-guard.ts';
import { parseBaseUrl } from '../../../src/openconnectors/transport/base-url.ts';
import {
  createTlsContext,
  createTransport,
  type TransportOptions,
} from '../../../src/openconnectors/transport/pooled-transport.ts';
import type { Transport } from '../../../src/openconnectors/transport/transport.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
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

const request = (more: Partial<TransportRequest> = {}): TransportRequest => ({
  method: 'GET',
  path: '/',
  headers: {},
  body: undefined,
  maxResponseBytes: 1_000,
  signal: new AbortController().signal,
  beforeSend: () => undefined,
  ...more,
});

/** The error of a create, the call for which it matters most whether something was sent, on a transport of its own. */
async function createError(
  remote: Remote,
  options: Partial<TransportOptions>,
  baseUrl = remote.baseUrl,
): Promise<RemoteError> {
  const transport = createTransport({
    base: parseBaseUrl(baseUrl),
    connections: 1,
    tls: createTlsContext(bench.authority().caPem),
    ...options,
  });
  const client = createOpenConnectors({
    baseUrl,
    credentials,
    timeoutMs,
    createTimeoutMs,
    transport,
    clock: new VirtualClock(),
  });
  try {
    return await remoteErrorOf(client.createInstance(body));
  } finally {
    await transport.close();
  }
}

describe('without a connection nothing was done, so even a create may be sent again:', () => {
  test('connection refused', async () => {
    const { remote } = await bench.open(json(200, shown(1)));
    await remote.close();
    const error = await createError(remote, { addressCheckExempt: true });
    expect(error).toMatchObject({ class: 'unavailable', status: undefined, processed: 'no' });
    expect(error.message).toContain('ECONNREFUSED');
  });

  test('unknown host', async () => {
    const { remote } = await bench.open(json(200, shown(1)));
    const error = await createError(remote, {
      lookup: (_hostname, _options, callback) =>
        callback(Object.assign(new Error('x'), { code: 'ENOTFOUND' }), []),
    });
    expect(error).toMatchObject({ class: 'unavailable', processed: 'no' });
    expect(error.message).toContain('the host name cannot be resolved');
  });

  test('no connection in time', async () => {
    const { remote } = await bench.open(json(200, shown(1)));
    const error = await createError(remote, { connectTimeoutMs: 1, lookup: () => undefined });
    expect(error.class).toBe('unavailable');
    expect(remote.connections).toBe(0);
  });

  test('deadline while connecting', async () => {
    const { remote } = await bench.open(json(200, shown(1)));
    const transport = createTransport({
      base: parseBaseUrl(remote.baseUrl),
      connections: 1,
      lookup: () => undefined,
    });
    const clock = new VirtualClock();
    const client = createOpenConnectors({
      baseUrl: remote.baseUrl,
      credentials,
      timeoutMs,
      createTimeoutMs,
      transport,
      clock,
    });
    const failure = remoteErrorOf(client.createInstance(body));
    await clock.advance(createTimeoutMs);
    expect(await failure).toMatchObject({
      class: 'unavailable',
      message: expect.stringContaining('no response in time'),
    });
  });

  test('an authority that is not trusted', async () => {
    const { remote } = await bench.open(json(200, shown(1)));
    const other = await createAuthority();
    const error = await createError(remote, { tls: createTlsContext(other.caPem), addressCheckExempt: true });
    expect(error.class).toBe('unavailable');
    expect(error.message).toContain('certificate');
    expect(remote.received).toHaveLength(0);
  });

  test('a certificate for another host', async () => {
    const remote = await createRemote(bench.authority(), json(200, shown(1)), {}, ['elsewhere.example']);
    const error = await createError(remote, { addressCheckExempt: true });
    expect(error.class).toBe('unavailable');
    expect(error.message).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(remote.received).toHaveLength(0);
    await remote.close();
  });

  test('TLS below 1.2', async () => {
    const remote = await createRemote(bench.authority(), json(200, shown(1)), {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const error = await createError(remote, { addressCheckExempt: true });
    expect(error.class).toBe('unavailable');
    expect(remote.received).toHaveLength(0);
    await remote.close();
  });

  test('a reset during the handshake', async () => {
    const remote = await createRemote(bench.authority(), json(200, shown(1)), {
      SNICallback: (_name, callback) => callback(new Error('no')),
    });
    const error = await createError(remote, { addressCheckExempt: true });
    expect(error.class).toBe('unavailable');
    await remote.close();
  });
});

describe('addresses', () => {
  test('that are not public are refused when connecting, whatever the name', async () => {
    const { remote } = await bench.open(json(200, shown(1)));
    const error = await createError(remote, {});
    expect(error).toMatchObject({
      class: 'unavailable',
      message: expect.stringContaining('no public address'),
    });
    expect(error.message).not.toMatch(/127|::1/);
    expect(remote.connections).toBe(0);
  });

  test.each(['127.0.0.1', '127.1', '0x7f000001', '[::1]', '[::ffff:127.0.0.1]', '8.8.8.8'])(
    'are never taken for host names: %s',
    async (host) => {
      const { remote } = await bench.open(json(200, shown(1)));
      const error = await createError(remote, { isPublic: () => true }, `https://${host}:${remote.port}`);
      expect(error.message).toContain('no public address');
      expect(remote.connections).toBe(0);
    },
  );

  test('are checked again for each connection', async () => {
    const { remote } = await bench.open(json(200, shown(1), { connection: 'close' }));
    const isPublic = createPublicAddressCheck();
    let moved = false;
    const transport = createTransport({
      base: parseBaseUrl(remote.baseUrl),
      connections: 1,
      tls: createTlsContext(bench.authority().caPem),
      isPublic: (address, family) => !moved || isPublic(address, family),
    });
    expect((await transport.send(request())).status).toBe(200);
    moved = true;
    expect(await errorOf(transport.send(request()))).toMatchObject({
      sent: false,
      code: 'ERR_FORBIDDEN_ADDRESS',
    });
    await transport.close();
  });
});

describe('connections', () => {
  test('use HTTP/1.1, are kept alive, and stay below the limit', async () => {
    const answers: (() => void)[] = [];
    const { remote, transport } = await bench.open((response, received) => {
      answers.push(() => json(200, {})(response, received));
    });
    const calls = Array.from({ length: 9 }, () => transport.send(request()));
    for (let done = 0; done < 9; done += 1) {
      await expect.poll(() => answers.length).toBeGreaterThan(done);
      answers[done]?.();
    }
    await Promise.all(calls);
    expect(remote.connections).toBeLessThanOrEqual(4);
    const [first] = remote.received;
    expect(first?.headers['connection']).toBe('keep-alive');
    expect(first?.headers['accept-encoding']).toBeUndefined();
  });

  test('are not held up by a call that was aborted in the queue', async () => {
    const { remote } = await bench.open(json(200, {}));
    const transport = createTransport({
      base: parseBaseUrl(remote.baseUrl),
      connections: 1,
      tls: createTlsContext(bench.authority().caPem),
      addressCheckExempt: true,
    });
    const abort = new AbortController();
    const first = transport.send(request({ path: '/1' }));
    const second = errorOf(transport.send(request({ path: '/2', signal: abort.signal })));
    const third = transport.send(request({ path: '/3' }));
    abort.abort();
    expect(await second).toMatchObject({ sent: false, code: ABORTED });
    await Promise.all([first, third]);
    expect(remote.received.map((received) => received.url)).toEqual(['/1', '/3']);
    await transport.close();
  });
});

describe('a response', () => {
  test('has header names in lower case and the first of repeated values', async () => {
    const { transport } = await bench.open((response) => {
      response.setHeader('Elements-Next-Page-Token', ['first', 'second']);
      response.end('ok');
    });
    const answer = await transport.send(request());
    expect(answer.headers['elements-next-page-token']).toMatch(/^first/);
  });

  test('may be as long as allowed and no longer', async () => {
    const { transport, remote } = await bench.open(text(200, 'x'.repeat(1_000)));
    expect((await transport.send(request())).body).toHaveLength(1_000);
    remote.answer = text(200, 'x'.repeat(1_001));
    expect(await errorOf(transport.send(request()))).toMatchObject({ sent: true, code: 'TOO_LARGE' });
  });

  test('in several bytes a character is put together whole', async () => {
    const { transport } = await bench.open((response) => {
      const bytes = Buffer.from('"Müller €"');
      response.write(bytes.subarray(0, 3));
      setImmediate(() => response.end(bytes.subarray(3)));
    });
    expect((await transport.send(request())).body).toBe('"Müller €"');
  });

  test('ignores interim responses', async () => {
    const { transport } = await bench.open((response) => {
      response.writeEarlyHints({ link: '</x>; rel=preload' });
      response.end('ok');
    });
    expect(await transport.send(request())).toMatchObject({ status: 200, body: 'ok' });
  });

  test('did not begin with an interim one', async () => {
    const { transport } = await bench.open((response) => {
      response.writeEarlyHints({ link: '</x>; rel=preload' }, () => response.socket?.destroy());
    });
    expect(await errorOf(transport.send(request()))).toMatchObject({ sent: true, head: undefined });
  });
});

describe('close', () => {
  test('lets calls in flight end, and refuses later ones with nothing sent', async () => {
    let finish: (() => void) | undefined;
    const { remote, transport } = await bench.open((response) => {
      finish = () => response.end('late');
    });
    const call: Promise<unknown> = transport.send(request());
    await expect.poll(() => finish).toBeDefined();
    const closed = transport.close();
    expect(await errorOf(transport.send(request()))).toMatchObject({ sent: false });
    finish?.();
    expect(await call).toMatchObject({ body: 'late' });
    await closed;
    expect(remote.received).toHaveLength(1);
  });

  test('is idle immediately without calls in flight', async () => {
    const { remote } = await bench.open(text(200, ''));
    const transport: Transport = createTransport({ base: parseBaseUrl(remote.baseUrl), connections: 1 });
    await transport.close();
  });
});
