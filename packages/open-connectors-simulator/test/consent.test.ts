import { describe, expect, test } from 'vitest';
import { callbackUrl, createBody, running } from './client.ts';
import { manualClock } from './clock.ts';

describe('the authorize URL', () => {
  const ask = { apiKey: 'id', apiSecret: 'secret', callbackUrl };

  test.each(['infusionsoftcrm', '191'])(
    'by POST for %s: two fields, no secret in the URL',
    async (element) => {
      // Cloud Elements authenticate page; the POST form is in the generated platform SDK (ce-sdkifier).
      await using run = await running();
      const seen = await run.call('POST', `/elements/${element}/oauth/url`, {
        body: { ...ask, state: 'a&b' },
      });
      expect(seen.status).toBe(200);
      const { oauthUrl, ...rest } = seen.json as { oauthUrl: string };
      expect(rest).toEqual({ element: 'infusionsoftcrm' });
      const url = new URL(oauthUrl);
      expect(Object.fromEntries(url.searchParams)).toEqual({
        scope: 'full',
        response_type: 'code',
        redirect_uri: callbackUrl,
        state: 'a&b',
        client_id: 'id',
      });
      expect(oauthUrl).not.toContain('secret');
    },
  );

  test('by GET, without credentials; state is the key of the element unless it is given', async () => {
    // Element APIs page: no Authorization header needed.
    await using run = await running();
    const query = new URLSearchParams(ask);
    const seen = await run.call('GET', `/elements/infusionsoftrest/oauth/url?${query}`, {
      authorization: '',
    });
    expect(seen.status).toBe(200);
    expect(new URL((seen.json as { oauthUrl: string }).oauthUrl).searchParams.get('state')).toBe(
      'infusionsoftrest',
    );
  });

  test('knob oauthUrlByPost off: 405, and GET goes on', async () => {
    await using run = await running({ knobs: { oauthUrlByPost: false } });
    expect((await run.call('POST', '/elements/191/oauth/url', { body: ask })).status).toBe(405);
    expect((await run.call('GET', `/elements/191/oauth/url?${new URLSearchParams(ask)}`)).status).toBe(200);
  });

  test('knob elementsNeedAuthorization: 401 without credentials', async () => {
    await using run = await running({ knobs: { elementsNeedAuthorization: true } });
    const options = { body: ask, authorization: '' };
    expect((await run.call('POST', '/elements/191/oauth/url', options)).status).toBe(401);
    expect((await run.call('GET', '/elements', { authorization: '' })).status).toBe(401);
    expect((await run.call('GET', '/elements')).status).toBe(200);
  });

  test('404 for an unknown element, 400 that names what is missing', async () => {
    await using run = await running();
    expect((await run.call('POST', '/elements/nothing/oauth/url', { body: ask })).status).toBe(404);
    const seen = await run.call('POST', '/elements/191/oauth/url', { body: { apiKey: 'id', callbackUrl } });
    expect(seen).toMatchObject({ status: 400, json: { message: expect.stringContaining('apiSecret') } });
  });
});

const authorizeUrl = (baseUrl: string, parameters: Record<string, string>): string =>
  `${baseUrl}/provider/app/oauth/authorize?${new URLSearchParams({ scope: 'full', response_type: 'code', redirect_uri: callbackUrl, ...parameters })}`;

describe('the page of the provider', () => {
  test('is a form with Allow and Deny, with escaped text and without external resources', async () => {
    await using run = await running();
    const state = '"><script>alert(1)</script>';
    const url = authorizeUrl(run.simulator.baseUrl, { client_id: run.simulator.app.clientId, state });
    const page = await run.open('GET', url);
    expect(page.status).toBe(200);
    expect(page.text).not.toContain('<script>');
    expect(page.text).toContain('&quot;&gt;&lt;script&gt;');
    expect(page.text).toContain('value="allow"');
    expect(page.text).toContain('value="deny"');
    const hidden = [...page.text.matchAll(/<input type="hidden" name="(\w+)" value="[^"]+">/g)];
    expect(hidden.map(([, name]) => name)).toEqual([
      'client_id',
      'redirect_uri',
      'response_type',
      'scope',
      'state',
    ]);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('redirects by 302 with code and state as a browser sends the form', async () => {
    await using run = await running();
    const { baseUrl, app } = run.simulator;
    const body = new URLSearchParams({
      client_id: app.clientId,
      redirect_uri: `${callbackUrl}?x=1`,
      response_type: 'code',
      scope: 'full',
      state: 's&t',
      decision: 'allow',
    }).toString();
    const seen = await run.open('POST', `${baseUrl}/provider/app/oauth/authorize`, {
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(seen.status).toBe(302);
    const location = new URL(String(seen.headers['location']));
    expect(location.origin + location.pathname).toBe(callbackUrl);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      x: '1',
      code: expect.any(String),
      state: 's&t',
    });
  });

  test('consent() returns the redirect of the browser, with code or error (Cloud Elements authenticate page: `error` instead of `code`)', async () => {
    await using run = await running();
    const url = authorizeUrl(run.simulator.baseUrl, { client_id: run.simulator.app.clientId, state: 's' });
    const allowed = new URL(await run.simulator.consent(url, { approve: true })).searchParams;
    const denied = new URL(await run.simulator.consent(url, { approve: false })).searchParams;
    expect([allowed.has('code'), allowed.get('state')]).toEqual([true, 's']);
    expect([denied.get('error'), denied.has('code'), denied.get('state')]).toEqual([
      'access_denied',
      false,
      's',
    ]);
  });

  // RFC 6749 4.1.2.1: no redirect to a callback URL that is not proven to belong to the client.
  test.each([
    ['an unknown client', { client_id: 'nobody' }],
    [
      'a callback URL that is not https (Keap, Getting started with OAuth2)',
      { redirect_uri: 'http://connect.example.com/' },
    ],
    ['no callback URL', { redirect_uri: '' }],
  ])('400 and no redirect for %s', async (_, parameters) => {
    await using run = await running();
    const { clientId } = run.simulator.app;
    const seen = await run.open(
      'GET',
      authorizeUrl(run.simulator.baseUrl, { client_id: clientId, ...parameters }),
    );
    expect(seen.status).toBe(400);
    expect(seen.headers['location']).toBeUndefined();
  });

  test('400 for a callback URL that the application has not registered', async () => {
    await using run = await running();
    const { clientId } = run.simulator.registerApp({ callbackUrls: ['https://other.example.com/'] });
    const seen = await run.open('GET', authorizeUrl(run.simulator.baseUrl, { client_id: clientId }));
    expect(seen.status).toBe(400);
    await expect(
      run.simulator.consent(authorizeUrl(run.simulator.baseUrl, { client_id: clientId }), { approve: true }),
    ).rejects.toThrow('400');
  });

  test('scope and response_type have one legal value (Keap, Getting started with OAuth2)', async () => {
    await using run = await running();
    const { baseUrl, app } = run.simulator;
    const client_id = app.clientId;
    for (const wrong of [{ scope: 'some' }, { response_type: 'token' }]) {
      const seen = await run.open('GET', authorizeUrl(baseUrl, { client_id, ...wrong }));
      expect(new URL(String(seen.headers['location'])).searchParams.has('error')).toBe(true);
    }
  });
});

describe('a code works', () => {
  test('once', async () => {
    await using run = await running();
    const body = createBody(run.simulator);
    expect((await run.call('POST', '/instances', { body })).status).toBe(200);
    const again = await run.call('POST', '/instances', { body });
    expect(again.status).toBe(400);
    expect(again.json).toMatchObject({ providerMessage: expect.stringContaining('invalid_grant') });
    expect(run.simulator.instances()).toHaveLength(1);
  });

  test('a reuse revokes the first grant where the knob says so (RFC 6749 4.1.2)', async () => {
    await using run = await running({ knobs: { codeReuseRevokes: true } });
    const body = createBody(run.simulator);
    await run.call('POST', '/instances', { body });
    await run.call('POST', '/instances', { body });
    expect(run.simulator.instances()).toMatchObject([{ works: false }]);
  });

  test('for a limited time', async () => {
    const clock = manualClock();
    await using run = await running({ clock, knobs: { codeTtlMs: 60_000 } });
    const body = createBody(run.simulator);
    clock.advance(60_001);
    expect((await run.call('POST', '/instances', { body })).status).toBe(400);
    clock.advance(-1);
    expect((await run.call('POST', '/instances', { body })).status).toBe(200);
  });

  test('for its client and its callback URL alone', async () => {
    await using run = await running();
    const other = run.simulator.registerApp();
    const forOtherClient = run.simulator.issueCode({ callbackUrl, clientId: other.clientId });
    const forOtherCallback = run.simulator.issueCode({ callbackUrl: 'https://other.example.com/' });
    for (const code of [forOtherClient, forOtherCallback, 'made-up']) {
      const body = createBody(run.simulator, { providerData: { code } });
      expect((await run.call('POST', '/instances', { body })).status).toBe(400);
    }
  });

  test('with the right client secret alone; a wrong one does not use it up', async () => {
    await using run = await running();
    const body = createBody(run.simulator);
    const wrong = { ...body, configuration: { ...body.configuration, 'oauth.api.secret': 'wrong' } };
    const refused = await run.call('POST', '/instances', { body: wrong });
    expect(refused.json).toMatchObject({ providerMessage: expect.stringContaining('invalid_client') });
    expect((await run.call('POST', '/instances', { body })).status).toBe(200);
  });
});

describe('the token endpoint (Keap, Getting started with OAuth2)', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  test('exchanges a code, and gives a new refresh token with each refresh', async () => {
    await using run = await running();
    const { baseUrl, app } = run.simulator;
    const client = { client_id: app.clientId, client_secret: app.clientSecret };
    const post = (fields: Record<string, string>, headers = {}) =>
      run.open('POST', `${baseUrl}/provider/token`, {
        body: new URLSearchParams(fields).toString(),
        headers: { ...form, ...headers },
      });
    const code = run.simulator.issueCode({ callbackUrl });
    const first = await post({
      ...client,
      grant_type: 'authorization_code',
      code,
      redirect_uri: callbackUrl,
    });
    expect(first.json).toMatchObject({ access_token: expect.any(String), expires_in: 86_400 });
    const { refresh_token } = first.json as { refresh_token: string };
    const basic = Buffer.from(`${app.clientId}:${app.clientSecret}`).toString('base64');
    const refresh = () =>
      post({ grant_type: 'refresh_token', refresh_token }, { authorization: `Basic ${basic}` });
    const second = await refresh();
    expect(second.json).toMatchObject({ refresh_token: expect.not.stringContaining(refresh_token) });
    // Keap community thread 82597.
    expect(await refresh()).toMatchObject({
      status: 400,
      json: { error: 'invalid_request', error_description: 'Invalid Refresh Token' },
    });
  });
});
