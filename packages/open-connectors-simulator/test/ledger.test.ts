import { describe, expect, test } from 'vitest';
import { fingerprint } from '../src/fingerprint.ts';
import { callbackUrl, createBody, running } from './client.ts';
import { manualClock } from './clock.ts';

describe('the ledger', () => {
  test('has each request with time, operation, fingerprints of secrets and outcome', async () => {
    const clock = manualClock();
    await using run = await running({ clock });
    const { userSecret, organizationSecret } = run.simulator.credentials;
    const { token } = run.simulator.addInstance();
    await run.call('GET', '/instances?tags[]=none&hydrate=true', { element: token });
    expect(run.simulator.ledger.entries()).toEqual([
      {
        number: 1,
        at: clock.now(),
        area: 'api',
        method: 'GET',
        path: '/instances',
        operation: 'listInstances',
        query: { 'tags[]': ['none'], hydrate: ['true'] },
        secrets: {
          user: fingerprint(userSecret),
          organization: fingerprint(organizationSecret),
          element: fingerprint(token),
        },
        codeFingerprint: undefined,
        refreshTokenFingerprint: undefined,
        status: 404,
        outcome: 'refused',
        committed: false,
        fault: undefined,
        abortedByClient: false,
      },
    ]);
  });

  test('has no secret value from any part of a request', async () => {
    await using run = await running();
    const { simulator, call } = run;
    const secret = 'a-client-secret-of-another-user';
    const query = new URLSearchParams({ apiKey: 'k', apiSecret: secret, callbackUrl, state: secret });
    await call('GET', `/elements/191/oauth/url?${query}`);
    const body = createBody(simulator);
    const created = await call('POST', '/instances', { body });
    const { token } = created.json as { token: string };
    await call('GET', '/ping', { element: token });
    const refreshToken = simulator.issueRefreshToken();
    const configuration = { ...body.configuration, 'oauth.user.refresh_token': refreshToken };
    await call('POST', '/instances', { body: { ...body, externalAuthentication: 'initial', configuration } });
    const { oauthUrl } = (await call('POST', '/elements/191/oauth/url', {
      body: { apiKey: simulator.app.clientId, apiSecret: secret, callbackUrl, state: secret },
    }).then(({ json }) => json)) as { oauthUrl: string };
    const code = new URL(await simulator.consent(oauthUrl, { approve: true })).searchParams.get('code') ?? '';
    const written = JSON.stringify(simulator.ledger.entries());
    const secrets = [
      secret,
      token,
      code,
      body.providerData.code,
      refreshToken,
      simulator.app.clientSecret,
      body.configuration['infusionsoft.private.key'] ?? '',
      simulator.credentials.userSecret,
      simulator.credentials.organizationSecret,
    ];
    for (const value of secrets) {
      expect(value).not.toBe('');
      expect(written).not.toContain(value);
      expect(written).not.toContain(encodeURIComponent(value));
    }
  });

  test('finds codes sent twice, also when a fault dropped the first request', async () => {
    await using run = await running();
    const { ledger, faults } = run.simulator;
    const body = createBody(run.simulator);
    faults.inject({ fault: { kind: 'reset' } });
    await expect(run.call('POST', '/instances', { body })).rejects.toThrow();
    expect(ledger.codesSentTwice()).toEqual([]);
    await run.call('POST', '/instances', { body });
    await run.call('POST', '/instances', { body: createBody(run.simulator) });
    const [repetition, ...others] = ledger.codesSentTwice();
    expect(others).toEqual([]);
    expect(repetition?.fingerprint).toBe(fingerprint(body.providerData.code));
    expect(repetition?.entries.map(({ outcome }) => outcome)).toEqual(['faulted', 'committed']);
  });

  test('finds refresh tokens sent twice as a grant, not those in a body that a client read before', async () => {
    await using run = await running();
    const { providerData: _, ...body } = createBody(run.simulator);
    const configuration = {
      ...body.configuration,
      'oauth.user.refresh_token': run.simulator.issueRefreshToken(),
    };
    await run.call('POST', '/instances', {
      body: { ...body, externalAuthentication: 'initial', configuration },
    });
    const [instance] = run.simulator.instances();
    await run.call('PUT', `/instances/${instance?.id}`, { body: { configuration } });
    expect(run.simulator.ledger.refreshTokensSentTwice()).toEqual([]);
    await run.call('POST', '/instances', {
      body: { ...body, externalAuthentication: 'initial', configuration },
    });
    expect(run.simulator.ledger.refreshTokensSentTwice()).toHaveLength(1);
  });

  test('finds current instances by tag, counts, filters and resets', async () => {
    await using run = await running();
    const { ledger } = run.simulator;
    const { id } = run.simulator.addInstance({ tags: ['t'] });
    run.simulator.addInstance({ tags: ['other'] });
    const [live] = ledger.liveInstancesByTag('t');
    expect(live).toMatchObject({ id, tags: ['t'], connector: 'infusionsoftcrm' });
    expect(live).not.toHaveProperty('token');
    await run.call('GET', `/instances/${id}`);
    await run.call('DELETE', `/instances/${id}`);
    expect([
      ledger.count(),
      ledger.count('deleteInstance'),
      ledger.count(({ status }) => status === 200),
    ]).toEqual([2, 1, 2]);
    expect(ledger.liveInstancesByTag('t')).toEqual([]);
    ledger.reset();
    expect(ledger.entries()).toEqual([]);
  });

  test('has requests to unknown paths', async () => {
    await using run = await running();
    await run.call('GET', '/nothing');
    expect(run.simulator.ledger.entries('unknown')).toMatchObject([{ path: '/nothing', status: 404 }]);
  });
});
