import { describe, expect, test } from 'vitest';
import { callbackUrl, createBody, crmConfiguration, running } from './client.ts';

describe('create', () => {
  test('answers 200, not 201, with the documented fields (Swagger of the Instances API; churros schema)', async () => {
    await using run = await running();
    const seen = await run.call('POST', '/instances', { body: createBody(run.simulator) });
    expect(seen.status).toBe(200);
    expect(seen.json).toEqual({
      id: expect.any(Number),
      name: 'crm',
      createdDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      updatedDate: expect.any(String),
      token: expect.stringMatching(/^.{44}$/),
      element: expect.objectContaining({
        id: 191,
        key: 'infusionsoftcrm',
        hub: 'crm',
        beta: true,
        typeOauth: false,
        authentication: { type: 'oauth2' },
      }),
      elementId: 191,
      tags: ['team-sales'],
      provisionInteractions: [],
      valid: true,
      disabled: false,
      maxCacheSize: 0,
      cacheTimeToLive: 0,
      configuration: expect.any(Object),
      eventsEnabled: false,
      traceLoggingEnabled: false,
      cachingEnabled: false,
      externalAuthentication: 'none',
      user: {
        id: expect.any(Number),
        emailAddress: expect.any(String),
        firstName: expect.any(String),
        lastName: expect.any(String),
      },
    });
    expect(run.simulator.instances()).toMatchObject([{ works: true }]);
  });

  test('ids are beyond 32 bits (the Swagger says number, int64)', async () => {
    await using run = await running();
    expect(run.simulator.addInstance().id).toBeGreaterThan(2 ** 31);
  });

  test('below the element, without element in the body', async () => {
    await using run = await running();
    const { element: _, ...body } = createBody(run.simulator);
    for (const connector of ['191', 'infusionsoftcrm']) {
      const fresh = { ...body, providerData: { code: run.simulator.issueCode({ callbackUrl }) } };
      const seen = await run.call('POST', `/elements/${connector}/instances`, { body: fresh });
      expect(seen).toMatchObject({ status: 200, json: { element: { key: 'infusionsoftcrm' } } });
    }
  });

  test('infusionsoftrest needs neither server nor encrypted key', async () => {
    await using run = await running();
    const { app } = run.simulator;
    const configuration = {
      'oauth.api.key': app.clientId,
      'oauth.api.secret': app.clientSecret,
      'oauth.callback.url': callbackUrl,
    };
    const body = createBody(run.simulator, { element: { key: 'infusionsoftrest' }, configuration });
    expect((await run.call('POST', '/instances', { body })).status).toBe(200);
  });

  test('masks client id and client secret with eight asterisks, in every answer (churros, sfdc and box)', async () => {
    await using run = await running();
    const created = await run.call('POST', '/instances', { body: createBody(run.simulator) });
    const { id } = created.json as { id: number };
    const read = await run.call('GET', `/instances/${id}`);
    for (const { json } of [created, read]) {
      expect(json).toMatchObject({
        configuration: {
          'oauth.api.key': '********',
          'oauth.api.secret': '********',
          'infusionsoft.private.key': 'the-encrypted-key',
        },
      });
    }
    run.simulator.knobs.maskedKeys = 'all-secrets';
    expect((await run.call('GET', `/instances/${id}`)).json).toMatchObject({
      configuration: { 'infusionsoft.private.key': '********', 'oauth.user.token': '********' },
    });
  });

  test('values come back as text, defaults filled in (Infusionsoft Online Sales create page)', async () => {
    await using run = await running();
    const configuration = {
      ...crmConfiguration(run.simulator),
      'filter.response.nulls': false,
      'pagination.max': 50,
    };
    const seen = await run.call('POST', '/instances', { body: createBody(run.simulator, { configuration }) });
    expect(seen.json).toMatchObject({
      configuration: {
        'filter.response.nulls': 'false',
        'pagination.max': '50',
        'oauth.user.refresh_interval': '28800',
        'oauth.user.refresh_time': expect.stringMatching(/^\d{13}$/),
        'event.notification.callback.url': null,
        'base.url': 'https://dt123.infusionsoft.com/api/xmlrpc',
      },
    });
  });

  test('removes HTML tags from the name (churros)', async () => {
    await using run = await running();
    const body = createBody(run.simulator, { name: '<a href="https://example.com">x</a><<b>i>' });
    expect((await run.call('POST', '/instances', { body })).json).toMatchObject({ name: 'x' });
  });

  test('tags with the name when no tags are sent (churros: tags[0] is the name)', async () => {
    await using run = await running();
    const { tags: _, ...body } = createBody(run.simulator, { name: '<b>crm</b>' });
    expect((await run.call('POST', '/instances', { body })).json).toMatchObject({ tags: ['crm'] });
  });

  test('allows the same name twice (churros makes several of one name)', async () => {
    await using run = await running();
    await run.call('POST', '/instances', { body: createBody(run.simulator) });
    await run.call('POST', '/instances', { body: createBody(run.simulator) });
    expect(run.simulator.instances().map(({ name }) => name)).toEqual(['crm', 'crm']);
  });

  test('knobs: providerData echoed, configuration left out', async () => {
    await using run = await running({
      knobs: { createEchoesProviderData: true, createShowsConfiguration: false },
    });
    const body = createBody(run.simulator);
    const seen = await run.call('POST', '/instances', { body });
    expect(seen.json).toMatchObject({ providerData: body.providerData, configuration: {} });
  });
});

describe('create is refused', () => {
  test('without a code, in these words (cloud-elements/churros issue 658)', async () => {
    await using run = await running();
    for (const providerData of [undefined, {}, { code: '' }]) {
      const seen = await run.call('POST', '/instances', {
        body: createBody(run.simulator, { providerData }),
      });
      expect(seen).toMatchObject({
        status: 400,
        json: { message: 'You must provide an OAuth code in order to create an instance of this element' },
      });
    }
  });

  test('without required configuration, naming the keys (Infusionsoft Online Sales create page)', async () => {
    await using run = await running();
    const configuration = { 'oauth.api.key': 'id', 'oauth.callback.url': callbackUrl };
    const body = createBody(run.simulator, { configuration });
    const { status, json } = await run.call('POST', '/instances', { body });
    expect(status).toBe(400);
    const { message } = json as { message: string };
    expect(message).toContain('oauth.api.secret, infusionsoft.server, infusionsoft.private.key');
    run.simulator.knobs.serverAndKeyRequired = false;
    const second = await run.call('POST', '/instances', { body });
    expect((second.json as { message: string }).message).not.toContain('infusionsoft.');
  });

  // churros, basics.js: a bad code gives a status above 399, 4xx or 5xx, or a broken instance.
  test.each(['400', '401', '502'] as const)('for a bad code with status %s', async (badGrant) => {
    await using run = await running({ knobs: { badGrant } });
    const seen = await run.call('POST', '/instances', {
      body: createBody(run.simulator, { providerData: { code: 'bad' } }),
    });
    expect(seen.status).toBe(Number(badGrant));
    expect(run.simulator.instances()).toEqual([]);
  });

  test('not for a bad code, by knob: 200 and an instance that does not work', async () => {
    await using run = await running({ knobs: { badGrant: 'dead-instance' } });
    const seen = await run.call('POST', '/instances', {
      body: createBody(run.simulator, { providerData: { code: 'bad' } }),
    });
    expect(seen).toMatchObject({ status: 200, json: { valid: false } });
    const { token } = seen.json as { token: string };
    expect((await run.call('GET', '/ping', { element: token })).status).toBe(401);
  });

  test('for an unknown element, no element, no name, no JSON, wrong types', async () => {
    await using run = await running();
    const status = async (body: unknown) => (await run.call('POST', '/instances', { body })).status;
    expect(await status(createBody(run.simulator, { element: { key: 'nothing' } }))).toBe(404);
    expect(await status(createBody(run.simulator, { element: undefined }))).toBe(400);
    expect(await status(createBody(run.simulator, { name: '<b></b>' }))).toBe(400);
    expect(await status(createBody(run.simulator, { tags: 'text' }))).toBe(400);
    expect(await status('{')).toBe(400);
    expect(run.simulator.instances()).toEqual([]);
  });

  test('while the provider is unavailable; the code stays valid', async () => {
    await using run = await running({ knobs: { providerAvailable: false } });
    const body = createBody(run.simulator);
    expect((await run.call('POST', '/instances', { body })).status).toBe(502);
    run.simulator.knobs.providerAvailable = true;
    expect((await run.call('POST', '/instances', { body })).status).toBe(200);
  });

  test('for a wrong Encrypted Key by knob only; otherwise hub calls fail', async () => {
    await using run = await running();
    run.simulator.registerAccount({ server: 'https://dt123.infusionsoft.com', encryptedKey: 'another' });
    const created = await run.call('POST', '/instances', { body: createBody(run.simulator) });
    expect(created.status).toBe(200);
    const { token } = created.json as { token: string };
    expect((await run.call('GET', '/ping', { element: token })).status).toBe(401);
    run.simulator.knobs.encryptedKeyCheckedOnCreate = true;
    expect((await run.call('POST', '/instances', { body: createBody(run.simulator) })).status).toBe(401);
  });
});

describe('create from a refresh token, `externalAuthentication: initial` (Cloud Elements page on it)', () => {
  const initialBody = (run: Awaited<ReturnType<typeof running>>, refreshToken: string) => {
    const { providerData: _, ...body } = createBody(run.simulator);
    const { 'oauth.callback.url': __, ...configuration } = body.configuration;
    return {
      ...body,
      externalAuthentication: 'initial',
      configuration: { ...configuration, 'oauth.user.refresh_token': refreshToken },
    };
  };

  test('needs neither code nor callback URL; the first hub call takes a new pair', async () => {
    await using run = await running();
    const refreshToken = run.simulator.issueRefreshToken();
    const created = await run.call('POST', '/instances', { body: initialBody(run, refreshToken) });
    expect(created).toMatchObject({ status: 200, json: { externalAuthentication: 'initial', valid: true } });
    const { token } = created.json as { token: string };
    expect((await run.call('GET', '/ping', { element: token })).status).toBe(200);
    const [instance] = run.simulator.instances();
    // Keap issues a new refresh token with each refresh, so the sent one is invalid.
    expect(instance?.configuration['oauth.user.refresh_token']).not.toBe(refreshToken);
    const second = await run.call('POST', '/instances', { body: initialBody(run, refreshToken) });
    expect(second.json).toMatchObject({ valid: false });
  });

  test('a bad token fails the first call, or the create by knob', async () => {
    await using run = await running();
    const created = await run.call('POST', '/instances', { body: initialBody(run, 'bad') });
    const { token } = created.json as { token: string };
    expect((await run.call('GET', '/ping', { element: token })).status).toBe(401);
    run.simulator.knobs.refreshTokenChecked = 'create';
    expect((await run.call('POST', '/instances', { body: initialBody(run, 'bad') })).status).toBe(400);
  });

  test('is refused without the token, or by knob', async () => {
    await using run = await running();
    const missing = await run.call('POST', '/instances', { body: initialBody(run, '') });
    expect(missing).toMatchObject({
      status: 400,
      json: { message: expect.stringContaining('oauth.user.refresh_token') },
    });
    run.simulator.knobs.externalAuthentication = 'refused';
    const body = initialBody(run, run.simulator.issueRefreshToken());
    expect((await run.call('POST', '/instances', { body })).status).toBe(400);
  });
});
