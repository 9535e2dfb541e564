import { VirtualClock } from 'test-kit/virtual-clock.ts';
import { describe, expect, test } from 'vitest';
import { startApiServer } from '../src/index.ts';
import { Client } from './support/client.ts';
import { servers } from './support/server.ts';

const start = servers();
const secrets = '/api/v1/namespaces/default/secrets';
const secret = (name: string): object => ({ metadata: { name } });

describe('faults', () => {
  test('respond: responds without processing, up to a count', async () => {
    const { server, client } = await start();
    const fault = server.faults.inject(
      { verb: 'create', resource: 'secrets' },
      { kind: 'respond', status: 429, headers: { 'Retry-After': '7' } },
      { times: 2 },
    );
    const first = await client.post(secrets, secret('a'));
    expect(first).toMatchObject({
      status: 429,
      body: { kind: 'Status', reason: 'TooManyRequests', code: 429 },
    });
    expect(first.headers.get('retry-after')).toBe('7');
    expect((await client.get(`${secrets}/a`)).status).toBe(404);
    expect((await client.post(secrets, secret('a'))).status).toBe(429);
    expect((await client.post(secrets, secret('a'))).status).toBe(201);
    expect(fault.hits).toBe(2);
  });

  test('skip excludes the first requests, remove ends the fault', async () => {
    const { server, client } = await start();
    const fault = server.faults.inject(
      { resource: ['secrets', 'configmaps'] },
      { kind: 'respond', status: 503 },
      { skip: 1 },
    );
    expect((await client.get(secrets)).status).toBe(200);
    expect((await client.get(secrets)).status).toBe(503);
    fault.remove();
    expect((await client.get(secrets)).status).toBe(200);
  });

  test('reset: resets the connection without processing', async () => {
    const { server, client } = await start();
    server.faults.inject({ verb: 'create' }, { kind: 'reset' }, { times: 1 });
    await expect(client.post(secrets, secret('a'))).rejects.toThrow();
    expect((await client.get(`${secrets}/a`)).status).toBe(404);
  });

  test('commit-then-reset: processes the request and resets the connection', async () => {
    const { server, client } = await start();
    server.faults.inject({ verb: 'create' }, { kind: 'commit-then-reset' }, { times: 1 });
    await expect(client.post(secrets, secret('a'))).rejects.toThrow();
    expect((await client.get(`${secrets}/a`)).status).toBe(200);
    expect(server.ledger.filter({ verb: 'create' })).toMatchObject([{ status: 0 }]);
  });

  test('delay: responds after the clock advanced', async () => {
    const clock = new VirtualClock();
    const { server, client } = await start({ clock });
    server.faults.inject({ verb: 'list' }, { kind: 'delay', ms: 5_000 }, { times: 1 });
    let answered = false;
    const reply = client.get(secrets).then((answer) => {
      answered = true;
      return answer;
    });
    await expect.poll(() => clock.pending).toBe(1);
    await clock.advance(4_999);
    expect(answered).toBe(false);
    await clock.advance(1);
    expect((await reply).status).toBe(200);
  });

  test('hang: no response until the server stops', async () => {
    const server = await startApiServer();
    const client = new Client(server);
    server.faults.inject({ verb: 'list' }, { kind: 'hang' });
    const reply = client.get(secrets);
    await expect.poll(() => server.ledger.count({ verb: 'list' })).toBe(1);
    await Promise.all([expect(reply).rejects.toThrow(), server.stop()]);
    await client.close();
  });

  test('silent-watch: opens a watch without events', async () => {
    const { server, client } = await start();
    server.faults.inject({ verb: 'watch' }, { kind: 'silent-watch' }, { times: 1 });
    await client.post(secrets, secret('a'));
    const silent = await client.watch(`${secrets}?watch=1`);
    expect(silent.status).toBe(200);
    const next = silent.next();
    expect(server.faults.openWatches({ resource: 'secrets' })).toBe(1);
    server.faults.dropWatches({ resource: 'secrets' }, 'end');
    await expect(next).rejects.toThrow('the watch ended');
    const loud = await client.watch(`${secrets}?watch=1`);
    expect((await loud.next()).type).toBe('ADDED');
    loud.close();
  });

  test('open watches can be reset, ended, or failed with an ERROR event', async () => {
    const { server, client } = await start();
    const open = () => client.watch(`${secrets}?watch=1`);
    const broken = await open();
    expect(server.faults.dropWatches({ resource: 'secrets' })).toBe(1);
    expect(server.faults.openWatches()).toBe(0);
    await expect(broken.rest()).rejects.toThrow();
    const ended = await open();
    server.faults.dropWatches({}, 'end');
    expect(await ended.rest()).toEqual([]);
    const failed = await open();
    server.faults.failWatches({ kind: 'Status', code: 500 });
    expect(await failed.rest()).toEqual([{ type: 'ERROR', object: { kind: 'Status', code: 500 } }]);
    expect(server.faults.openWatches()).toBe(0);
  });

  test('open watches get any line, and stay open', async () => {
    const { server, client } = await start();
    const watch = await client.watch(`${secrets}?watch=1`);
    expect(server.faults.sendLine({ type: 'SURPRISE', object: {} }, { resource: 'secrets' })).toBe(1);
    expect(server.faults.sendLine({ type: 'SURPRISE' }, { resource: 'configmaps' })).toBe(0);
    expect(await watch.next()).toEqual({ type: 'SURPRISE', object: {} });
    await client.post(secrets, secret('a'));
    expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } });
    server.faults.sendLine('{"type":');
    await expect(watch.next()).rejects.toThrow(SyntaxError);
  });

  test('apply to one client by its user agent', async () => {
    const { server, client } = await start();
    server.faults.inject({ userAgent: 'protocol-tests' }, { kind: 'respond', status: 503 });
    expect((await client.get(secrets)).status).toBe(503);
    const other = { headers: { 'user-agent': 'another' } };
    expect((await client.get(secrets, other)).status).toBe(200);
  });
});

describe('ledger', () => {
  test('has operation, user and result of each request', async () => {
    const { server, client } = await start();
    await client.post(secrets, secret('a'));
    await client.mergePatch(`${secrets}/a?fieldManager=me`, { metadata: { labels: { a: '1' } } });
    await client.get(`${secrets}/b`);
    await client.get('/apis');
    expect(server.ledger.entries).toMatchObject([
      { verb: 'create', resource: 'secrets', namespace: 'default', name: '', status: 201, user: 'admin' },
      {
        verb: 'patch',
        method: 'PATCH',
        path: `${secrets}/a`,
        query: { fieldManager: 'me' },
        name: 'a',
        contentType: 'application/merge-patch+json',
        userAgent: 'protocol-tests',
        status: 200,
      },
      { verb: 'get', name: 'b', status: 404 },
      { verb: 'get', resource: '', path: '/apis', status: 200 },
    ]);
    expect(server.ledger.count({ verb: ['get', 'patch'], resource: 'secrets' })).toBe(2);
    expect(server.ledger.writes()).toHaveLength(2);
    server.ledger.reset();
    expect(server.ledger).toHaveLength(0);
  });

  test('distinguishes watches from lists, and subresources from objects', async () => {
    const { server, client } = await start();
    const watch = await client.watch(`${secrets}?watch=1`);
    watch.close();
    await client.get(secrets);
    await client.get('/api/v1/namespaces/default/status');
    await client.delete(secrets);
    expect(
      server.ledger.entries.map(({ verb, resource, subresource }) => [verb, resource, subresource]),
    ).toEqual([
      ['watch', 'secrets', ''],
      ['list', 'secrets', ''],
      ['get', 'namespaces', 'status'],
      ['deletecollection', 'secrets', ''],
    ]);
  });

  test('has no secret values', async () => {
    const { server, client } = await start();
    await client.post(secrets, { ...secret('a'), stringData: { password: 'hunter-two' } });
    const written = JSON.stringify(server.ledger.entries);
    expect(written).not.toContain('hunter-two');
    expect(written).not.toContain(server.token);
  });
});

describe('users', () => {
  const reader = { name: 'reader', groups: ['readers'] };

  test('have separate tokens', async () => {
    const { server } = await start({ users: { 'reader-token': reader } });
    const client = new Client({ ...server, token: 'reader-token' });
    await client.get(secrets);
    expect(server.ledger.entries).toMatchObject([{ user: 'reader', status: 200 }]);
    await client.close();
  });

  test('can be denied by the authorize option', async () => {
    const { ApiError } = await import('../src/index.ts');
    const { server, client } = await start({
      authorize: (user, request) => {
        if (request.verb === 'delete') {
          throw new ApiError(403, 'Forbidden', `${user.name} may not ${request.verb}`);
        }
      },
    });
    await client.post(secrets, secret('a'));
    expect(await client.delete(`${secrets}/a`)).toMatchObject({ status: 403, body: { reason: 'Forbidden' } });
    expect(server.ledger.count({ status: 403 })).toBe(1);
  });

  test('need a token except for health and version', async () => {
    const { client } = await start();
    const nobody = { headers: { authorization: '' } };
    expect((await client.get('/api', nobody)).status).toBe(401);
    expect((await client.get('/healthz', nobody)).status).toBe(200);
    expect((await client.get('/version', nobody)).status).toBe(200);
  });
});

test('stop ends open watches and frees the port', async () => {
  const server = await startApiServer();
  const client = new Client(server);
  const watch = await client.watch(`${secrets}?watch=1`);
  const ended = watch.rest().then(
    () => 'ended',
    () => 'broken',
  );
  await server.stop();
  expect(await ended).toMatch(/ended|broken/);
  const again = await startApiServer({ port: Number(new URL(server.url).port) });
  await again.stop();
  await client.close();
});
