import { afterEach, describe, expect, it, test } from 'vitest';
import { bypassesProxy } from '../../../src/config/proxy.ts';
import {
  type AccountSettings,
  type ClientKey,
  createOpenConnectorsPool,
  type OpenConnectorsPool,
  type OpenConnectorsPoolOptions,
} from '../../../src/openconnectors/account-pool.ts';
import { createTransport } from '../../../src/openconnectors/transport/pooled-transport.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { createConnectProxy } from './connect-proxy.ts';
import {
  createTimeoutMs,
  credentials,
  errorOf,
  remoteErrorOf,
  shown,
  timeoutMs,
  useBench,
} from './fixture.ts';
import { json, type Remote, text } from './remote.ts';

const bench = useBench();
const pools: OpenConnectorsPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

function clientOf(accountUid: string): ClientKey {
  return { accountUid, credential: 'first' };
}

function settingsFor(remote: Remote, more: Partial<AccountSettings> = {}): AccountSettings {
  return {
    baseUrl: remote.baseUrl,
    credentials,
    limits: { requestsPerSecond: 100, burst: 100, concurrency: 4 },
    timeoutMs,
    createTimeoutMs,
    ...more,
  };
}

/** A pool that trusts the bench's server, with a record of the transports that it closed. */
function openPool(remote: Remote, more: Partial<OpenConnectorsPoolOptions> = {}) {
  const clock = new VirtualClock();
  const closed: string[] = [];
  const pool = createOpenConnectorsPool({
    clock,
    random: { fraction: () => 1 },
    extraCaPem: bench.authority().caPem,
    isAddressCheckExempt: (hostname, port) => hostname === 'localhost' && port === remote.port,
    createTransport: (options) => {
      const transport = createTransport(options);
      return {
        send: (request) => transport.send(request),
        close: async () => {
          await transport.close();
          closed.push(options.base.origin);
        },
      };
    },
    ...more,
  });
  pools.push(pool);
  return { pool, clock, closed };
}

describe('the pool of accounts', () => {
  test('gives the same client while the settings are equal', async () => {
    const { remote } = await bench.open(json(200, { id: 1 }));
    const { pool, closed } = openPool(remote);
    const client = pool.get(clientOf('uid-1'), settingsFor(remote));
    expect(pool.get(clientOf('uid-1'), settingsFor(remote, { credentials: { ...credentials } }))).toBe(
      client,
    );
    expect(await client.organization()).toEqual({ id: '1', name: '' });
    expect(pool.get(clientOf('uid-2'), settingsFor(remote))).not.toBe(client);
    expect(closed).toEqual([]);
  });

  test.each<[string, Partial<AccountSettings>]>([
    ['user secret', { credentials: { ...credentials, userSecret: 'new' } }],
    ['organization secret', { credentials: { ...credentials, organizationSecret: 'new' } }],
    ['base URL', { baseUrl: 'https://api.example.com' }],
    ['rate', { limits: { requestsPerSecond: 1, burst: 100, concurrency: 4 } }],
    ['burst', { limits: { requestsPerSecond: 100, burst: 1, concurrency: 4 } }],
    ['concurrency', { limits: { requestsPerSecond: 100, burst: 100, concurrency: 1 } }],
    ['time-out', { timeoutMs: 1 }],
    ['time-out of a create', { createTimeoutMs: 1 }],
  ])('gives a new one for another %s, and closes the old', async (_name, change) => {
    const { remote } = await bench.open(json(200, { id: 1 }));
    const { pool, closed } = openPool(remote);
    const client = pool.get(clientOf('uid-1'), settingsFor(remote));
    expect(pool.get(clientOf('uid-1'), settingsFor(remote, change))).not.toBe(client);
    await expect.poll(() => closed).toEqual([remote.baseUrl]);
  });

  test('lets the calls of a replaced client end, and refuses its later ones with nothing sent', async () => {
    let finish: (() => void) | undefined;
    const { remote } = await bench.open((response, request) => {
      finish = () => json(200, shown(4711))(response, request);
    });
    const { pool, closed } = openPool(remote);
    const old = pool.get(clientOf('uid-1'), settingsFor(remote));
    const call = old.readInstance(4711);
    await expect.poll(() => finish).toBeDefined();
    pool.get(clientOf('uid-1'), settingsFor(remote, { credentials: { ...credentials, userSecret: 'new' } }));
    expect(await remoteErrorOf(old.deleteInstance(4711))).toMatchObject({
      class: 'unavailable',
      message: expect.stringContaining('settings changed'),
    });
    expect(closed).toEqual([]);
    finish?.();
    expect(await call).toMatchObject({ id: 4711 });
    await expect.poll(() => closed).toHaveLength(1);
    expect(remote.received).toHaveLength(1);
  });

  test('uses new credentials immediately', async () => {
    const { remote } = await bench.open(json(200, { id: 1 }));
    const { pool } = openPool(remote);
    await pool.get(clientOf('uid-1'), settingsFor(remote)).organization();
    await pool
      .get(clientOf('uid-1'), settingsFor(remote, { credentials: { ...credentials, userSecret: 'new' } }))
      .organization();
    expect(remote.received[1]?.headers.authorization).toBe(
      `User new, Organization ${credentials.organizationSecret}`,
    );
  });

  test('keeps the old client when the new base URL cannot be one', async () => {
    const { remote } = await bench.open(json(200, { id: 1 }));
    const { pool } = openPool(remote);
    const client = pool.get(clientOf('uid-1'), settingsFor(remote));
    expect(() => pool.get(clientOf('uid-1'), settingsFor(remote, { baseUrl: 'http://x' }))).toThrow('https');
    expect(pool.get(clientOf('uid-1'), settingsFor(remote))).toBe(client);
  });

  test('returns the end of throttling for each account', async () => {
    const { remote } = await bench.open(text(429, '', { 'retry-after': '60' }));
    const changes: string[] = [];
    const { pool, clock } = openPool(remote, {
      onBudgetChange: (key, state) => changes.push(`${key.accountUid} ${state}`),
    });
    await errorOf(pool.get(clientOf('uid-1'), settingsFor(remote)).organization());
    expect(pool.throttledUntil(clientOf('uid-1'))).toBe(clock.now() + 60_000);
    expect(pool.throttledUntil(clientOf('uid-2'))).toBeUndefined();
    remote.answer = json(200, { id: 1 });
    expect(
      await remoteErrorOf(pool.get(clientOf('uid-1'), settingsFor(remote)).organization()),
    ).toMatchObject({
      class: 'throttled',
      retryAfterMs: 60_000,
    });
    await pool.get(clientOf('uid-2'), settingsFor(remote)).organization();
    expect(remote.received).toHaveLength(2);
    expect(changes).toEqual(['uid-1 throttled']);
  });

  test('a pause ends with its client, and a replaced client begins none for its successor', async () => {
    let finish: (() => void) | undefined;
    const { remote } = await bench.open((response, request) => {
      finish = () => text(429, '', { 'retry-after': '60' })(response, request);
    });
    const changes: string[] = [];
    const { pool } = openPool(remote, {
      onBudgetChange: (key, state) => changes.push(`${key.accountUid} ${state}`),
    });
    const call = remoteErrorOf(pool.get(clientOf('uid-1'), settingsFor(remote)).organization());
    await expect.poll(() => finish).toBeDefined();
    pool.get(clientOf('uid-1'), settingsFor(remote, { timeoutMs: 1_000 }));
    finish?.();
    expect((await call).class).toBe('throttled');
    expect(pool.throttledUntil(clientOf('uid-1'))).toBeUndefined();
    expect(changes).toEqual(['uid-1 open']);
  });

  it('leaves no timer of a pause when it is closed', async () => {
    const { remote } = await bench.open(text(429, '', { 'retry-after': '600' }));
    const { pool, clock } = openPool(remote);
    await errorOf(pool.get(clientOf('uid-1'), settingsFor(remote)).organization());
    expect(clock.pending).toBe(1);
    await pool.close();
    expect(clock.pending).toBe(0);
  });

  test('reports each request with its account, and calls the guard', async () => {
    const { remote } = await bench.open(text(200, ''));
    const seen: string[] = [];
    let guarded = 0;
    const { pool } = openPool(remote, {
      observe: (key, { operation, outcome }) => seen.push(`${key.accountUid} ${operation} ${outcome}`),
      guard: () => {
        guarded += 1;
      },
    });
    await pool.get(clientOf('uid-1'), settingsFor(remote)).deleteInstance(4711);
    expect(seen).toEqual(['uid-1 delete-instance ok']);
    expect(guarded).toBe(1);
  });

  test('lets only hosts that were named reach addresses that are not public', async () => {
    const { remote } = await bench.open(json(200, { id: 1 }));
    const { pool } = openPool(remote, { isAddressCheckExempt: () => false });
    const error = await remoteErrorOf(pool.get(clientOf('uid-1'), settingsFor(remote)).organization());
    expect(error.message).toContain('no public address');
    expect(remote.connections).toBe(0);
  });

  test('goes through the proxy that is named for a host and port, and straight where none is', async () => {
    const { remote } = await bench.open(json(200, shown(1)));
    const { remote: other } = await bench.open(json(200, shown(1)));
    const proxy = await createConnectProxy();
    const { pool } = openPool(remote, {
      isAddressCheckExempt: () => true,
      proxyFor: (hostname, port) =>
        bypassesProxy([{ host: 'localhost', isSuffix: false, port: other.port }], hostname, port)
          ? undefined
          : proxy.server,
    });
    await pool.get(clientOf('a'), settingsFor(remote)).readInstance(1);
    await pool.get(clientOf('b'), settingsFor(other)).readInstance(1);
    expect(proxy.asked.map(({ target }) => target)).toEqual([`localhost:${remote.port}`]);
    expect(other.received).toHaveLength(1);
    await proxy.close();
  });

  test('closes everything, also what was removed or replaced', async () => {
    const { remote } = await bench.open(json(200, { id: 1 }));
    const { pool, closed } = openPool(remote);
    pool.get(clientOf('uid-1'), settingsFor(remote));
    pool.get(clientOf('uid-1'), settingsFor(remote, { timeoutMs: 1 }));
    pool.get(clientOf('uid-2'), settingsFor(remote));
    pool.remove(clientOf('uid-2'));
    pool.remove(clientOf('unknown'));
    await pool.close();
    expect(closed).toHaveLength(3);
  });
});
