import { describe, expect, test, vi } from 'vitest';
import type { Fault } from '../src/faults.ts';
import { createBody, type Running, running } from './client.ts';
import { heldClock, manualClock } from './clock.ts';

const create = (run: Running, signal?: AbortSignal) =>
  run.call('POST', '/instances', {
    body: createBody(run.simulator),
    ...(signal === undefined ? {} : { signal }),
  });

const last = (run: Running) => run.simulator.ledger.entries('createInstance').at(-1);

describe('429', () => {
  test.each([
    ['without Retry-After', {}, undefined],
    ['in seconds', { retryAfterSeconds: 7 }, '7'],
    ['as an HTTP date', { retryAfterSeconds: 60, retryAfterForm: 'date' }, 'Thu, 01 Jan 2026 00:01:00 GMT'],
  ] as const)('%s (RFC 9110 10.2.3)', async (_, form, header) => {
    await using run = await running({ clock: manualClock() });
    run.simulator.faults.inject({ fault: { kind: 'throttle', ...form } });
    const seen = await create(run);
    expect(seen).toMatchObject({ status: 429, json: { requestId: expect.any(String) } });
    expect(seen.headers['retry-after']).toBe(header);
    expect(run.simulator.instances()).toEqual([]);
  });
});

describe('before or after the commit', () => {
  const faults: readonly Fault[] = [
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503 },
    { kind: 'gateway-page' },
    { kind: 'gateway-page', status: 502 },
    { kind: 'garbage' },
    { kind: 'redirect' },
  ];
  test.each(
    faults.flatMap((fault) => [
      { ...fault, when: 'before' as const },
      { ...fault, when: 'after' as const },
    ]),
  )('%o', async (fault) => {
    await using run = await running();
    run.simulator.faults.inject({ fault });
    const seen = await create(run);
    expect(run.simulator.instances()).toHaveLength(fault.when === 'after' ? 1 : 0);
    expect(last(run)).toMatchObject({
      outcome: 'faulted',
      fault: fault.kind,
      committed: fault.when === 'after',
      status: seen.status,
    });
    expect((await create(run)).status).toBe(200);
  });

  test.each(['before', 'after'] as const)('reset %s', async (when) => {
    await using run = await running();
    run.simulator.faults.inject({ fault: { kind: 'reset', when } });
    await expect(create(run)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(run.simulator.instances()).toHaveLength(when === 'after' ? 1 : 0);
    expect(last(run)).toMatchObject({ committed: when === 'after', abortedByClient: false });
    expect(last(run)?.status).toBeUndefined();
  });
});

describe('unusable bodies', () => {
  test('a gateway answers 404 with a page, not with the JSON of the platform', async () => {
    await using run = await running();
    run.simulator.faults.inject({ fault: { kind: 'gateway-page' } });
    const seen = await run.call('GET', '/instances/1');
    expect(seen.status).toBe(404);
    expect(seen.headers['content-type']).toContain('text/html');
    expect(seen.json).toBeUndefined();
  });

  test('garbage has the content type of JSON', async () => {
    await using run = await running();
    run.simulator.faults.inject({ fault: { kind: 'garbage' } });
    const seen = await run.call('GET', '/instances');
    expect([seen.status, seen.json]).toEqual([200, undefined]);
    expect(seen.headers['content-type']).toContain('application/json');
  });

  test('half a response, then a reset', async () => {
    await using run = await running();
    run.simulator.faults.inject({ fault: { kind: 'half' } });
    await expect(create(run)).rejects.toThrow();
    expect(run.simulator.instances()).toHaveLength(1);
  });

  test('a redirect to another URL, and an oversized response', async () => {
    await using run = await running();
    run.simulator.faults.inject({ fault: { kind: 'redirect', location: 'https://elsewhere.example.com/' } });
    expect(await create(run)).toMatchObject({
      status: 302,
      headers: { location: 'https://elsewhere.example.com/' },
    });
    run.simulator.faults.inject({ fault: { kind: 'oversized', bytes: 100_000 } });
    expect((await run.call('GET', '/instances')).text.length).toBeGreaterThan(100_000);
  });
});

describe('time', () => {
  test('a slow response commits although the client disconnected', async () => {
    const clock = heldClock();
    await using run = await running({ clock });
    run.simulator.faults.inject({ fault: { kind: 'slow', delayMs: 90_000 } });
    const client = new AbortController();
    const answer = create(run, client.signal);
    await vi.waitFor(() => expect(clock.pending).toEqual([90_000]));
    client.abort();
    await expect(answer).rejects.toThrow();
    await vi.waitFor(() => expect(last(run)?.abortedByClient).toBe(true));
    expect(run.simulator.instances()).toEqual([]);
    clock.fire();
    await vi.waitFor(() => expect(run.simulator.instances()).toHaveLength(1));
    expect(last(run)).toMatchObject({ outcome: 'faulted', committed: true, abortedByClient: true });
    expect(last(run)?.status).toBeUndefined();
  });

  test('slow after the commit: commits immediately and responds later', async () => {
    const clock = heldClock();
    await using run = await running({ clock });
    run.simulator.faults.inject({ fault: { kind: 'slow', delayMs: 5, when: 'after' } });
    const answer = create(run);
    await vi.waitFor(() => expect(run.simulator.instances()).toHaveLength(1));
    clock.fire();
    expect((await answer).status).toBe(200);
  });

  test('late-commit waits until the client disconnects', async () => {
    await using run = await running();
    run.simulator.faults.inject({ fault: { kind: 'late-commit' } });
    const client = new AbortController();
    const answer = create(run, client.signal);
    await vi.waitFor(() => expect(last(run)?.fault).toBe('late-commit'));
    expect(run.simulator.instances()).toEqual([]);
    client.abort();
    await expect(answer).rejects.toThrow();
    await vi.waitFor(() => expect(run.simulator.instances()).toHaveLength(1));
  });

  test.each(['before', 'after'] as const)(
    'hang %s the commit: nothing comes until the client gives up',
    async (when) => {
      await using run = await running();
      run.simulator.faults.inject({ fault: { kind: 'hang', when } });
      const client = new AbortController();
      const answer = create(run, client.signal);
      await vi.waitFor(() => expect(last(run)?.outcome).toBe('faulted'));
      client.abort();
      await expect(answer).rejects.toThrow();
      await vi.waitFor(() => expect(last(run)?.abortedByClient).toBe(true));
      expect(run.simulator.instances()).toHaveLength(when === 'after' ? 1 : 0);
    },
  );

  test('knobs: every response takes latencyMs, and a create or reauthorization provisioningMs more', async () => {
    const clock = heldClock();
    await using run = await running({ clock, knobs: { latencyMs: 50, provisioningMs: 19_000 } });
    const answer = create(run);
    await vi.waitFor(() => expect(clock.pending).toEqual([50]));
    clock.fire();
    await vi.waitFor(() => expect(clock.pending).toEqual([19_000]));
    clock.fire();
    const { id } = (await answer).json as { id: number };
    const read = run.call('GET', `/instances/${id}`);
    await vi.waitFor(() => expect(clock.pending).toEqual([50]));
    clock.fire();
    expect((await read).status).toBe(200);
  });

  test('a stop drops pending commits', async () => {
    const clock = heldClock();
    const run = await running({ clock });
    run.simulator.faults.inject({ fault: { kind: 'slow', delayMs: 1000 } });
    const answer = expect(create(run)).rejects.toThrow();
    await vi.waitFor(() => expect(clock.pending).toHaveLength(1));
    await run[Symbol.asyncDispose]();
    await answer;
    expect(clock.pending).toEqual([]);
    expect(run.simulator.instances()).toEqual([]);
  });
});

describe('the requests to which a fault applies', () => {
  const statusOf = async (run: Running, path: string) => (await run.call('GET', path)).status;
  const broken: Fault = { kind: 'status', status: 500 };

  test('are selected by method, path and operation, up to a count', async () => {
    await using run = await running();
    const { id } = run.simulator.addInstance();
    const byPath = run.simulator.faults.inject({
      match: { path: `/instances/${id}` },
      times: 2,
      fault: broken,
    });
    run.simulator.faults.inject({ match: { path: /^\/acc/ }, fault: broken });
    run.simulator.faults.inject({ match: { operation: 'listUsers', method: 'get' }, fault: broken });
    run.simulator.faults.inject({ match: { method: 'POST' }, fault: broken });
    expect(await statusOf(run, '/organizations/me')).toBe(200);
    expect(await statusOf(run, `/instances/${id}`)).toBe(500);
    expect(byPath.hits()).toBe(1);
    expect(await statusOf(run, `/instances/${id}`)).toBe(500);
    expect(await statusOf(run, `/instances/${id}`)).toBe(200);
    expect(byPath.hits()).toBe(2);
    expect(await statusOf(run, '/accounts')).toBe(500);
    expect(await statusOf(run, '/users')).toBe(500);
  });

  test('are selected by nth', async () => {
    await using run = await running();
    run.simulator.faults.inject({ match: { nth: 2 }, fault: broken });
    const seen = [];
    for (let count = 0; count < 3; count++) {
      seen.push(await statusOf(run, '/organizations/me'));
    }
    expect(seen).toEqual([200, 500, 200]);
  });

  test('get one fault each; the next fault applies to the next request', async () => {
    await using run = await running();
    run.simulator.faults.inject({ fault: { kind: 'status', status: 500 } });
    run.simulator.faults.inject({ fault: { kind: 'status', status: 503 } });
    const seen = [];
    for (let count = 0; count < 3; count++) {
      seen.push(await statusOf(run, '/organizations/me'));
    }
    expect(seen).toEqual([500, 503, 200]);
  });

  test('get no removed or cleared fault; pages of the provider match by path only', async () => {
    await using run = await running();
    const { baseUrl } = run.simulator;
    run.simulator.faults.inject({ times: 9, fault: broken }).remove();
    expect(await statusOf(run, '/organizations/me')).toBe(200);
    run.simulator.faults.inject({ times: 9, fault: broken });
    expect((await run.open('POST', `${baseUrl}/provider/token`)).status).toBe(401);
    run.simulator.faults.inject({ match: { path: '/provider/token' }, times: 9, fault: broken });
    expect((await run.open('POST', `${baseUrl}/provider/token`)).status).toBe(500);
    run.simulator.faults.clear();
    expect(await statusOf(run, '/organizations/me')).toBe(200);
  });
});

describe('random faults', () => {
  const statuses = async (seed: number): Promise<readonly number[]> => {
    await using run = await running();
    run.simulator.faults.random({
      seed,
      mix: [
        { rate: 0.2, fault: { kind: 'status', status: 500 } },
        { rate: 0.2, fault: { kind: 'throttle' } },
      ],
    });
    const seen: number[] = [];
    for (let count = 0; count < 100; count++) {
      seen.push((await run.call('GET', '/organizations/me')).status);
    }
    return seen;
  };

  test('are the same for the same seed, differ for another one, and follow the rates', async () => {
    const [first, again, other] = [await statuses(1), await statuses(1), await statuses(2)];
    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
    for (const status of [500, 429]) {
      const share = first.filter((one) => one === status).length;
      expect(share).toBeGreaterThan(8);
      expect(share).toBeLessThan(35);
    }
  });

  test('refuse rates with a sum above one; undefined removes them', async () => {
    await using run = await running();
    const always = { rate: 1, fault: { kind: 'status', status: 500 } } as const;
    expect(() => run.simulator.faults.random({ seed: 1, mix: [always, always] })).toThrow(RangeError);
    run.simulator.faults.random({ seed: 1, mix: [always] });
    expect((await run.call('GET', '/accounts')).status).toBe(500);
    run.simulator.faults.random(undefined);
    expect((await run.call('GET', '/accounts')).status).toBe(200);
  });
});
