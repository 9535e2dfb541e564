import { describe, expect, test } from 'vitest';
import { createBody, running } from './client.ts';

describe('organization, accounts, users', () => {
  test('organizations/me shows the organization and its secret (churros); by knob without the secret', async () => {
    await using run = await running({ organizations: [{ name: 'Other' }] });
    const { organizationId: id, organizationSecret: secret } = run.simulator.credentials;
    const seen = await run.call('GET', '/organizations/me');
    expect(seen.json).toEqual({ id, name: 'Example', createdDate: expect.any(String), secret });
    run.simulator.knobs.organizationShowsSecret = false;
    expect((await run.call('GET', '/organizations/me')).json).not.toHaveProperty('secret');
  });

  test('accounts and users are those of the organization', async () => {
    await using run = await running({ organizations: [{}] });
    const { accountId, userId } = run.simulator.credentials;
    expect((await run.call('GET', '/accounts')).json).toMatchObject([
      { id: accountId, defaultAccount: true },
    ]);
    const users = (await run.call('GET', '/users')).json as { emailAddress: string }[];
    expect(users).toMatchObject([{ id: userId }]);
    const email = encodeURIComponent(users[0]?.emailAddress ?? '');
    expect((await run.call('GET', `/users/${email}`)).json).toMatchObject({ id: userId });
    const [, other] = run.simulator.organizations();
    expect((await run.call('GET', `/users/${other?.userId}`)).status).toBe(404);
  });
});

describe('elements', () => {
  test('are addressed by key or id (Cloud Elements developer portal: infusionsoftcrm is 191)', async () => {
    await using run = await running();
    for (const element of ['191', 'infusionsoftcrm']) {
      const seen = await run.call('GET', `/elements/${element}`, { authorization: '' });
      expect(seen).toMatchObject({ status: 200, json: { id: 191, key: 'infusionsoftcrm', hub: 'crm' } });
    }
    const all = (await run.call('GET', '/elements')).json as { key: string }[];
    expect(all.map(({ key }) => key)).toEqual(['infusionsoftcrm', 'infusionsoftrest']);
    expect((await run.call('GET', '/elements/7')).status).toBe(404);
  });

  test('show their configuration as a list (churros) or wrapped (generated SDK)', async () => {
    await using run = await running();
    const required = (properties: unknown) =>
      (properties as { key: string; required: boolean }[])
        .filter((one) => one.required)
        .map(({ key }) => key);
    const oauth = ['oauth.api.key', 'oauth.api.secret', 'oauth.callback.url'];
    const list = await run.call('GET', '/elements/infusionsoftcrm/configuration');
    expect(required(list.json)).toEqual([...oauth, 'infusionsoft.server', 'infusionsoft.private.key']);
    run.simulator.knobs.elementConfigurationShape = 'wrapped';
    const wrapped = await run.call('GET', '/elements/infusionsoftrest/configuration');
    expect(required((wrapped.json as { configuration: unknown }).configuration)).toEqual(oauth);
  });
});

describe('the transport', () => {
  test('errors are JSON with request id: 404, 405, 406, 415', async () => {
    await using run = await running();
    const body = createBody(run.simulator);
    const cases = [
      [404, await run.call('GET', '/nothing')],
      [404, await run.call('GET', '/instances/abc')],
      [405, await run.call('POST', '/organizations/me')],
      [406, await run.call('GET', '/instances', { headers: { accept: 'text/html' } })],
      [415, await run.call('POST', '/instances', { body, headers: { 'content-type': 'text/plain' } })],
    ] as const;
    for (const [status, seen] of cases) {
      expect(seen).toMatchObject({
        status,
        json: { requestId: expect.stringMatching(/^[0-9a-f]{24}$/), message: expect.any(String) },
      });
    }
  });

  test('429 for more than 8 MB (SAP help, technical restrictions)', async () => {
    await using run = await running();
    const body = createBody(run.simulator, { padding: 'x'.repeat(8 * 1024 * 1024) });
    expect((await run.call('POST', '/instances', { body })).status).toBe(429);
  });

  test('404 outside of the prefix', async () => {
    await using run = await running();
    const { userSecret, organizationSecret } = run.simulator.credentials;
    const headers = { authorization: `User ${userSecret}, Organization ${organizationSecret}` };
    const seen = await run.open('GET', `${run.simulator.baseUrl}/organizations/me`, { headers });
    expect(seen.status).toBe(404);
  });

  test('a rate limit of each organization by knob, with Retry-After', async () => {
    let now = 0;
    const clock = { now: () => now, monotonic: () => now, schedule: () => () => undefined };
    await using run = await running({ clock, knobs: { requestsPerSecond: 2 } });
    const status = async () => (await run.call('GET', '/organizations/me')).status;
    expect([await status(), await status(), await status()]).toEqual([200, 200, 429]);
    expect((await run.call('GET', '/organizations/me')).headers['retry-after']).toBe('1');
    now = 1000;
    expect(await status()).toBe(200);
  });
});
