import { describe, expect, test } from 'vitest';
import { running } from './client.ts';
import { manualClock } from './clock.ts';

const hour = 3_600_000;

describe('hub calls', () => {
  test('the name of the hub has no effect (churros)', async () => {
    await using run = await running();
    const { token: element, id } = run.simulator.addInstance();
    for (const path of ['/ping', '/hubs/crm/ping', '/hubs/anything/ping']) {
      const seen = await run.call('GET', path, { element });
      expect(seen).toMatchObject({
        status: 200,
        json: { dateTime: expect.any(String), endpoint: 'infusionsoftcrm' },
        headers: { 'elements-element-instance-id': String(id) },
      });
    }
    for (const path of ['/hubs/crm/contacts?pageSize=1', '/hubs/x/accounts', '/accounts', '/objects']) {
      expect(await run.call('GET', path, { element })).toMatchObject({
        status: 200,
        json: expect.any(Array),
      });
    }
  });

  test('401 without a token', async () => {
    await using run = await running();
    expect((await run.call('GET', '/hubs/crm/ping')).status).toBe(401);
  });

  test('403 for a disabled instance, except for its objects (churros)', async () => {
    await using run = await running();
    const { token: element } = run.simulator.addInstance({ disabled: true });
    expect((await run.call('GET', '/ping', { element })).status).toBe(403);
    expect((await run.call('GET', '/hubs/crm/contacts?pageSize=1', { element })).status).toBe(403);
    expect((await run.call('GET', '/hubs/crm/objects', { element })).status).toBe(200);
  });

  test('knob pingSupported off: 404 in JSON for ping, not for contacts', async () => {
    await using run = await running({ knobs: { pingSupported: false } });
    const { token: element } = run.simulator.addInstance();
    expect(await run.call('GET', '/hubs/crm/ping', { element })).toMatchObject({
      status: 404,
      json: { message: expect.any(String) },
    });
    expect((await run.call('GET', '/hubs/crm/contacts?pageSize=1', { element })).status).toBe(200);
  });

  test('502 while the provider is unavailable', async () => {
    await using run = await running({ knobs: { providerAvailable: false } });
    const { token: element } = run.simulator.addInstance();
    expect((await run.call('GET', '/ping', { element })).status).toBe(502);
  });
});

describe('the platform refreshes the tokens of the provider', () => {
  test('after oauth.user.refresh_interval, and stores the new pair', async () => {
    const clock = manualClock();
    await using run = await running({ clock });
    const { token: element, configuration: before } = run.simulator.addInstance();
    clock.advance(8 * hour - 1);
    await run.call('GET', '/ping', { element });
    expect(run.simulator.instances()[0]?.configuration).toEqual(before);
    clock.advance(1);
    expect((await run.call('GET', '/ping', { element })).status).toBe(200);
    const after = run.simulator.instances()[0]?.configuration;
    expect(after?.['oauth.user.refresh_token']).not.toBe(before['oauth.user.refresh_token']);
    expect(after?.['oauth.user.refresh_time']).toBe(String(clock.now()));
  });

  test('until the refresh token expires after 45 days (Keap staff)', async () => {
    const clock = manualClock();
    await using run = await running({ clock });
    const { token: element } = run.simulator.addInstance();
    clock.advance(45 * 24 * hour + 1);
    expect((await run.call('GET', '/ping', { element })).status).toBe(401);
  });

  test('five failures disable the instance and lock the refresh (SAP help, automatic disabling)', async () => {
    await using run = await running();
    const { token: element, id } = run.simulator.addInstance();
    run.simulator.revokeGrant(id);
    for (let attempt = 1; attempt <= 5; attempt++) {
      expect((await run.call('GET', '/ping', { element })).status).toBe(401);
    }
    expect((await run.call('GET', '/ping', { element })).status).toBe(403);
    expect(run.simulator.instances()).toMatchObject([{ disabled: true, refreshLocked: true, works: false }]);
  });

  test('only failures in a row count', async () => {
    const clock = manualClock();
    await using run = await running({ clock });
    const { token: element, id } = run.simulator.addInstance();
    const ping = async () => (await run.call('GET', '/ping', { element })).status;
    const setSecret = (secret: string) =>
      run.simulator.editInstance(id, { configuration: { 'oauth.api.secret': secret } });
    for (let round = 0; round < 2; round++) {
      clock.advance(8 * hour);
      setSecret('wrong');
      expect([await ping(), await ping(), await ping()]).toEqual([401, 401, 401]);
      setSecret(run.simulator.app.clientSecret);
      expect(await ping()).toBe(200);
    }
  });

  test('knobs: how often the platform tries, and how long tokens live', async () => {
    const clock = manualClock();
    const knobs = { refreshAttempts: 2, accessTokenTtlMs: hour, refreshTokenTtlMs: 2 * hour };
    await using run = await running({ clock, knobs });
    const { token: element, configuration: before } = run.simulator.addInstance();
    const ping = async () => (await run.call('GET', '/ping', { element })).status;
    clock.advance(hour + 1);
    expect(await ping()).toBe(200);
    expect(run.simulator.instances()[0]?.configuration['oauth.user.token']).not.toBe(
      before['oauth.user.token'],
    );
    clock.advance(2 * hour + 1);
    expect([await ping(), await ping(), await ping()]).toEqual([401, 401, 403]);
  });

  test('failTokenRefresh disables immediately', async () => {
    await using run = await running();
    const { id } = run.simulator.addInstance();
    run.simulator.failTokenRefresh(id);
    expect((await run.call('GET', `/instances/${id}`)).json).toMatchObject({ disabled: true, valid: false });
  });

  test('a wrong client secret fails the next call, or by knob the next refresh', async () => {
    const clock = manualClock();
    await using run = await running({ clock });
    const { token: element, id } = run.simulator.addInstance();
    run.simulator.editInstance(id, { configuration: { 'oauth.api.secret': 'wrong' } });
    expect((await run.call('GET', '/ping', { element })).status).toBe(401);
    run.simulator.knobs.credentialsUsedOnEveryCall = false;
    expect((await run.call('GET', '/ping', { element })).status).toBe(200);
    clock.advance(8 * hour);
    expect((await run.call('GET', '/ping', { element })).status).toBe(401);
  });
});
