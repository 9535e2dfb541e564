import { describe, expect, it } from 'vitest';
import { callbackUrl, createBody, type Running, running } from './client.ts';

const reauthorize = (run: Running, id: number, code: string) =>
  run.call('PUT', `/instances/${id}`, { body: { name: 'crm', providerData: { code } } });

const connected = (run: Running) =>
  run.simulator.addInstance({ configuration: { 'oauth.callback.url': callbackUrl } });

describe('429 of the platform and 429 of the provider', () => {
  const requests = {
    createInstance: (run: Running) => run.call('POST', '/instances', { body: createBody(run.simulator) }),
    replaceInstance: (run: Running) =>
      reauthorize(run, connected(run).id, run.simulator.issueCode({ callbackUrl })),
    ping: (run: Running) => run.call('GET', '/hubs/crm/ping', { element: run.simulator.addInstance().token }),
  } as const;

  for (const [operation, send] of Object.entries(requests)) {
    it.each([{}, { retryAfterSeconds: 30 }])(
      `refuses ${operation} in the platform's name (%o)`,
      async (header) => {
        await using run = await running();
        run.simulator.faults.inject({ match: { operation }, fault: { kind: 'throttle', ...header } });
        const seen = await send(run);
        expect(seen.status).toBe(429);
        expect(seen.json).toEqual({ requestId: expect.any(String), message: expect.any(String) });
        expect(seen.headers['elements-request-id']).toBe((seen.json as { requestId: string }).requestId);
        expect(seen.headers['retry-after']).toBe('retryAfterSeconds' in header ? '30' : undefined);
        expect((await send(run)).status).toBe(200);
      },
    );

    it(`forwards the provider's refusal of ${operation}`, async () => {
      await using run = await running();
      run.simulator.faults.inject({
        match: { operation },
        fault: { kind: 'throttle', origin: 'provider', retryAfterSeconds: 600 },
      });
      const seen = await send(run);
      expect(seen).toMatchObject({
        status: 429,
        json: { requestId: expect.any(String), providerMessage: expect.stringContaining('Quota Exceeded') },
      });
      expect(seen.headers['retry-after']).toBe('600');
    });
  }

  it.each([
    [undefined, 200],
    [true, 400],
  ])('spends the code only where the fault says so (%s)', async (spendsCode, status) => {
    await using run = await running();
    const { id } = connected(run);
    const code = run.simulator.issueCode({ callbackUrl });
    run.simulator.faults.inject({
      match: { operation: 'replaceInstance' },
      fault: { kind: 'throttle', origin: 'provider', ...(spendsCode === undefined ? {} : { spendsCode }) },
    });
    expect((await reauthorize(run, id, code)).status).toBe(429);
    expect((await reauthorize(run, id, code)).status).toBe(status);
  });
});

describe('errors of gateway and provider', () => {
  it('returns 404 as an API gateway does, on every route', async () => {
    await using run = await running();
    const { id } = run.simulator.addInstance();
    run.simulator.faults.inject({ times: 3, fault: { kind: 'gateway-json' } });
    for (const [method, path] of [
      ['GET', `/instances/${id}`],
      ['GET', '/instances'],
      ['DELETE', `/instances/${id}`],
    ] as const) {
      const seen = await run.call(method, path);
      expect([seen.status, seen.text]).toEqual([404, '{"message":"Not Found"}']);
      expect(seen.headers['content-type']).toContain('application/json');
      expect(seen.headers['elements-request-id']).toBeUndefined();
    }
    expect((await run.call('GET', `/instances/${id}`)).status).toBe(200);
  });

  it('forwards an error of the provider with its text', async () => {
    await using run = await running();
    const { token } = run.simulator.addInstance();
    run.simulator.faults.inject({
      match: { operation: 'ping' },
      fault: { kind: 'status', status: 410, message: 'Request failed', providerMessage: 'Gone' },
    });
    expect(await run.call('GET', '/hubs/crm/ping', { element: token })).toMatchObject({
      status: 410,
      json: { message: 'Request failed', providerMessage: 'Gone' },
    });
  });

  it('returns 404 for further pages of a list only', async () => {
    await using run = await running({ knobs: { pageCap: 1 } });
    run.simulator.addInstance();
    run.simulator.addInstance();
    const fault = run.simulator.faults.inject({
      match: { operation: 'listInstances', nextPage: true },
      fault: { kind: 'status', status: 404, message: 'No instances found' },
    });
    const first = await run.call('GET', '/instances');
    expect((await run.call('GET', '/instances')).status).toBe(200);
    expect(fault.hits()).toBe(0);
    const token = encodeURIComponent(String(first.headers['elements-next-page-token']));
    const second = await run.call('GET', `/instances?nextPage=${token}`);
    expect(second).toMatchObject({ status: 404, json: { message: 'No instances found' } });
    run.simulator.faults.inject({ match: { nextPage: false }, fault: { kind: 'status', status: 500 } });
    expect((await run.call('GET', `/instances?nextPage=${token}`)).status).toBe(200);
    expect((await run.call('GET', '/instances')).status).toBe(500);
  });
});
