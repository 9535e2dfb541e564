import { describe, expect, test } from 'vitest';
import { callbackUrl, createBody, crmConfiguration, type Running, running } from './client.ts';

async function created(run: Running): Promise<{ id: number; token: string; path: string }> {
  const { json } = await run.call('POST', '/instances', { body: createBody(run.simulator) });
  const { id, token } = json as { id: number; token: string };
  return { id, token, path: `/instances/${id}` };
}

const only = (run: Running) => run.simulator.instances()[0];

describe('PATCH', () => {
  test('merges the configuration key by key and replaces the tags (churros sfdc; Instance APIs page)', async () => {
    await using run = await running();
    const { path } = await created(run);
    const before = only(run)?.configuration;
    const body = { configuration: { 'pagination.max': 50 }, tags: ['x'] };
    expect((await run.call('PATCH', path, { body })).status).toBe(200);
    expect(only(run)).toMatchObject({
      name: 'crm',
      tags: ['x'],
      configuration: { ...before, 'pagination.max': '50' },
    });
  });

  test('sanitizes the name (churros), and keeps id and token', async () => {
    await using run = await running();
    const { path, id, token } = await created(run);
    const seen = await run.call('PATCH', path, { body: { name: '<i>new</i>' } });
    expect(seen.json).toMatchObject({ id, token, name: 'new', tags: ['team-sales'] });
    expect(seen.json).not.toHaveProperty('providerData');
  });

  test('of the encrypted key takes effect at the provider', async () => {
    await using run = await running();
    const { path, token } = await created(run);
    run.simulator.registerAccount({ server: 'dt123.infusionsoft.com', encryptedKey: 'renewed' });
    expect((await run.call('GET', '/ping', { element: token })).status).toBe(401);
    await run.call('PATCH', path, { body: { configuration: { 'infusionsoft.private.key': 'renewed' } } });
    expect((await run.call('GET', '/ping', { element: token })).status).toBe(200);
  });

  test('of the server moves the base URL', async () => {
    await using run = await running();
    const { path } = await created(run);
    await run.call('PATCH', path, {
      body: { configuration: { 'infusionsoft.server': 'https://xy9.infusionsoft.com' } },
    });
    expect(only(run)?.configuration['base.url']).toBe('https://xy9.infusionsoft.com/api/xmlrpc');
  });

  test('does not move an instance to another element', async () => {
    await using run = await running();
    const { path } = await created(run);
    const body = { element: { key: 'infusionsoftrest' } };
    expect((await run.call('PATCH', path, { body })).status).toBe(400);
  });

  test('with a code reauthorizes (churros provision)', async () => {
    await using run = await running();
    const { path, id } = await created(run);
    run.simulator.revokeGrant(id);
    expect(only(run)?.works).toBe(false);
    const body = { providerData: { code: run.simulator.issueCode({ callbackUrl }) } };
    expect((await run.call('PATCH', path, { body })).status).toBe(200);
    expect(only(run)).toMatchObject({ id, works: true });
  });
});

describe('`********` sent back', () => {
  test('is stored and breaks the instance, for PATCH, PUT and a single property', async () => {
    await using run = await running();
    const body = { configuration: { 'oauth.api.secret': '********' } };
    const patched = await created(run);
    await run.call('PATCH', patched.path, { body });
    const put = await created(run);
    await run.call('PUT', put.path, {
      body: { configuration: { ...crmConfiguration(run.simulator), ...body.configuration } },
    });
    const single = await created(run);
    const list = (await run.call('GET', `${single.path}/configuration`)).json as {
      id: number;
      key: string;
    }[];
    const property = list.find(({ key }) => key === 'oauth.api.secret');
    await run.call('PATCH', `${single.path}/configuration/${property?.id}`, {
      body: { propertyValue: '********' },
    });
    for (const { token } of [patched, put, single]) {
      expect((await run.call('GET', '/ping', { element: token })).status).toBe(401);
    }
    expect(run.simulator.instances().map(({ works }) => works)).toEqual([false, false, false]);
  });

  test('is ignored by knob', async () => {
    await using run = await running({ knobs: { maskedValueSentBack: 'ignored' } });
    const { path } = await created(run);
    await run.call('PATCH', path, { body: { configuration: { 'oauth.api.secret': '********' } } });
    expect(only(run)?.works).toBe(true);
  });
});

describe('PUT', () => {
  test('empties the tags with tags: [] (churros), and takes a partial body (Instance APIs page)', async () => {
    await using run = await running();
    const { path } = await created(run);
    const before = only(run)?.configuration;
    expect((await run.call('PUT', path, { body: { name: 'new', tags: [] } })).status).toBe(200);
    expect(only(run)).toMatchObject({ name: 'new', tags: [], configuration: before });
  });

  test('replaces the configuration of clients, not that of the platform; or merges by knob', async () => {
    await using run = await running();
    const { path } = await created(run);
    const rest = crmConfiguration(run.simulator);
    await run.call('PATCH', path, { body: { configuration: { 'pagination.max': '7' } } });
    const token = only(run)?.configuration['oauth.user.token'];
    await run.call('PUT', path, { body: { configuration: rest } });
    expect(only(run)?.configuration).toMatchObject({ 'pagination.max': '100', 'oauth.user.token': token });
    const { 'infusionsoft.private.key': _, ...withoutKey } = rest;
    run.simulator.knobs.putConfiguration = 'merged';
    await run.call('PUT', path, { body: { configuration: withoutKey } });
    expect(only(run)?.works).toBe(true);
    run.simulator.knobs.putConfiguration = 'replaced';
    await run.call('PUT', path, { body: { configuration: withoutKey } });
    expect(only(run)?.works).toBe(false);
  });

  test('with a code keeps id and token (churros provision, zendesk); ?reAuthenticate=true is accepted', async () => {
    await using run = await running();
    const { path, id, token } = await created(run);
    run.simulator.failTokenRefresh(id);
    const body = createBody(run.simulator);
    const seen = await run.call('PUT', `${path}?reAuthenticate=true`, { body });
    expect(seen).toMatchObject({ status: 200, json: { id, token, valid: true } });
    expect(seen.json).not.toHaveProperty('providerData');
    expect(run.simulator.instances()).toHaveLength(1);
  });

  test('with a code leaves a disabled instance disabled, or enables it by knob (SAP help, automatic disabling)', async () => {
    await using run = await running();
    const { path, id } = await created(run);
    run.simulator.failTokenRefresh(id);
    await run.call('PUT', path, { body: createBody(run.simulator) });
    expect(only(run)).toMatchObject({ disabled: true, refreshLocked: false });
    run.simulator.knobs.reauthorizationEnables = true;
    await run.call('PUT', path, { body: createBody(run.simulator) });
    expect(only(run)).toMatchObject({ disabled: false, works: true });
  });

  test('with a code gives a new token by knob; the old one is invalid', async () => {
    await using run = await running({ knobs: { tokenRotatesOnReauthorization: true } });
    const { path, token: old } = await created(run);
    const seen = await run.call('PUT', path, { body: createBody(run.simulator) });
    const { token } = seen.json as { token: string };
    expect(token).not.toBe(old);
    expect((await run.call('GET', '/ping', { element: old })).status).toBe(401);
    expect((await run.call('GET', '/ping', { element: token })).status).toBe(200);
  });

  test('with a bad code changes nothing', async () => {
    await using run = await running();
    const { path } = await created(run);
    const before = only(run);
    const configuration = { ...crmConfiguration(run.simulator), 'pagination.max': '1' };
    const change = { name: 'new', tags: [], configuration, providerData: { code: 'bad' } };
    const body = createBody(run.simulator, change);
    expect((await run.call('PUT', path, { body })).status).toBe(400);
    expect(only(run)).toEqual(before);
  });

  test('a new client id needs a new code: the old grant belongs to the old client', async () => {
    await using run = await running();
    const { path } = await created(run);
    const { clientId, clientSecret } = run.simulator.registerApp();
    const configuration = { 'oauth.api.key': clientId, 'oauth.api.secret': clientSecret };
    await run.call('PATCH', path, { body: { configuration } });
    expect(only(run)?.works).toBe(false);
    const code = run.simulator.issueCode({ callbackUrl, clientId });
    await run.call('PUT', path, {
      body: createBody(run.simulator, {
        providerData: { code },
        configuration: { ...crmConfiguration(run.simulator), ...configuration },
      }),
    });
    expect(only(run)?.works).toBe(true);
  });
});

describe('DELETE', () => {
  test('answers 200 without a body; then the id is 404 in JSON and the token 401 (Instance APIs page; churros)', async () => {
    await using run = await running();
    const { path, token } = await created(run);
    expect(await run.call('DELETE', path)).toMatchObject({ status: 200, text: '' });
    for (const method of ['GET', 'DELETE', 'PATCH'] as const) {
      const seen = await run.call(method, path, method === 'PATCH' ? { body: {} } : {});
      expect(seen).toMatchObject({ status: 404, json: { requestId: expect.any(String) } });
    }
    expect((await run.call('GET', '/hubs/crm/ping', { element: token })).status).toBe(401);
    expect((await run.call('DELETE', '/instances/1', { element: token })).status).toBe(401);
  });
});

describe('every operation exists also by token, and below the element (Swagger of the Instances API)', () => {
  test('by token', async () => {
    await using run = await running();
    const { token: element } = await created(run);
    await run.call('PATCH', '/instances', { element, body: { tags: ['by-token'] } });
    await run.call('DELETE', '/instances/enabled', { element });
    expect(only(run)).toMatchObject({ tags: ['by-token'], disabled: true });
    expect((await run.call('GET', '/instances/configuration', { element })).status).toBe(200);
    expect((await run.call('DELETE', '/instances', { element })).status).toBe(200);
    expect(run.simulator.instances()).toEqual([]);
    expect((await run.call('DELETE', '/instances')).status).toBe(401);
  });

  test('below the element, which has to match', async () => {
    await using run = await running();
    const { id } = await created(run);
    expect((await run.call('GET', `/elements/191/instances/${id}`)).status).toBe(200);
    expect((await run.call('GET', `/elements/infusionsoftrest/instances/${id}`)).status).toBe(404);
    expect(
      (await run.call('PUT', `/elements/infusionsoftcrm/instances/${id}`, { body: { tags: [] } })).status,
    ).toBe(200);
  });
});

describe('switches', () => {
  test('PUT and DELETE /enabled answer 200 without a body, or with the instance by knob', async () => {
    await using run = await running();
    const { path } = await created(run);
    expect(await run.call('DELETE', `${path}/enabled`)).toMatchObject({ status: 200, text: '' });
    expect((await run.call('GET', path)).json).toMatchObject({ disabled: true });
    run.simulator.knobs.enabledAnswersInstance = true;
    expect(await run.call('PUT', `${path}/enabled`)).toMatchObject({
      status: 200,
      json: { disabled: false },
    });
  });

  test('enabling does not bring back a grant that was lost (SAP help, automatic disabling)', async () => {
    await using run = await running();
    const { path, id, token } = await created(run);
    run.simulator.failTokenRefresh(id);
    expect((await run.call('GET', '/ping', { element: token })).status).toBe(403);
    await run.call('PUT', `${path}/enabled`);
    expect((await run.call('GET', '/ping', { element: token })).status).toBe(401);
  });

  test('trace-logging, for 30 minutes unless said otherwise (Swagger)', async () => {
    await using run = await running();
    const { path } = await created(run);
    await run.call('PUT', `${path}/trace-logging`, { body: { duration: 5 } });
    expect((await run.call('GET', path)).json).toMatchObject({ traceLoggingEnabled: true });
    await run.call('DELETE', `${path}/trace-logging`);
    expect((await run.call('GET', path)).json).toMatchObject({ traceLoggingEnabled: false });
    await run.call('PUT', `${path}/trace-logging`);
    expect((await run.call('GET', path)).json).toMatchObject({ traceLoggingEnabled: true });
  });
});

describe('single properties', () => {
  test('have numeric ids that differ from instance to instance (Swagger; churros)', async () => {
    await using run = await running();
    const [one, two] = [await created(run), await created(run)];
    const idOf = async (path: string) => {
      const list = (await run.call('GET', `${path}/configuration`)).json as { id: number; key: string }[];
      return list.find(({ key }) => key === 'pagination.max')?.id;
    };
    expect(await idOf(one.path)).toEqual(expect.any(Number));
    expect(await idOf(one.path)).not.toBe(await idOf(two.path));
  });

  test('are read and patched by id; masked as everywhere', async () => {
    await using run = await running();
    const { path } = await created(run);
    const list = (await run.call('GET', `${path}/configuration`)).json as { id: number; key: string }[];
    const at = (wanted: string) => `${path}/configuration/${list.find(({ key }) => key === wanted)?.id}`;
    expect((await run.call('GET', at('oauth.api.key'))).json).toEqual({
      id: expect.any(Number),
      key: 'oauth.api.key',
      name: expect.any(String),
      description: expect.any(String),
      propertyValue: '********',
      required: true,
      type: expect.any(String),
      active: true,
      hideFromConsole: false,
    });
    const seen = await run.call('PATCH', at('pagination.max'), { body: { propertyValue: 20 } });
    expect(seen.json).toMatchObject({ propertyValue: '20' });
    expect(only(run)?.configuration['pagination.max']).toBe('20');
    expect((await run.call('GET', `${path}/configuration/1`)).status).toBe(404);
    expect((await run.call('PUT', at('pagination.max'), { body: {} })).status).toBe(405);
  });
});

describe('changes by another client', () => {
  test('instances are added, edited and deleted', async () => {
    await using run = await running();
    const { id } = run.simulator.addInstance({ name: 'foreign', disabled: true });
    run.simulator.editInstance(id, {
      tags: ['x'],
      configuration: { 'pagination.max': '1' },
      disabled: false,
    });
    expect((await run.call('GET', `/instances/${id}`)).json).toMatchObject({
      name: 'foreign',
      tags: ['x'],
      disabled: false,
      configuration: { 'pagination.max': '1' },
    });
    run.simulator.deleteInstance(id);
    expect((await run.call('GET', `/instances/${id}`)).status).toBe(404);
    expect(() => run.simulator.deleteInstance(id)).toThrow(String(id));
  });
});
