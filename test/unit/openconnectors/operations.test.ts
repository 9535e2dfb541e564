import { describe, expect, test } from 'vitest';
import type { OpenConnectors } from '../../../src/openconnectors/port.ts';
import {
  authorizeRequest,
  body,
  code,
  configuration,
  credentials,
  instanceToken,
  remoteErrorOf,
  secrets,
  shown,
  useBench,
} from './fixture.ts';
import { inTurn, json, text } from './remote.ts';

const bench = useBench();
const account = `User ${credentials.userSecret}, Organization ${credentials.organizationSecret}`;
const api = '/elements/api-v2';

/** What each operation sends, and makes of the usual answer. */
const table: readonly {
  readonly name: string;
  readonly call: (client: OpenConnectors) => Promise<unknown>;
  readonly answer: unknown;
  readonly method: string;
  readonly url: string;
  readonly sent?: unknown;
  readonly authorization?: string;
  readonly result: unknown;
  readonly operation: string;
}[] = [
  {
    name: 'organization',
    call: (client) => client.organization(),
    answer: { id: 123, name: 'acme', secret: 'x' },
    method: 'GET',
    url: `${api}/organizations/me`,
    result: { id: '123', name: 'acme' },
    operation: 'organization',
  },
  {
    name: 'authorize URL',
    call: (client) => client.authorizeUrl(authorizeRequest),
    answer: {
      oauthUrl: 'https://signin.infusionsoft.com/app/oauth/authorize?scope=full',
      element: 'infusionsoftcrm',
    },
    method: 'POST',
    url: `${api}/elements/infusionsoftcrm/oauth/url`,
    sent: {
      apiKey: configuration['oauth.api.key'],
      apiSecret: configuration['oauth.api.secret'],
      callbackUrl: configuration['oauth.callback.url'],
      scope: 'full',
      state: 'state-handle-1',
    },
    result: 'https://signin.infusionsoft.com/app/oauth/authorize?scope=full',
    operation: 'authorize-url',
  },
  {
    name: 'create with a code',
    call: (client) => client.createInstance(body),
    answer: shown(4711),
    method: 'POST',
    url: `${api}/instances`,
    sent: {
      element: { key: 'infusionsoftcrm' },
      name: 'crm',
      tags: body.tags,
      configuration,
      providerData: { code },
    },
    result: expect.objectContaining({ id: 4711, token: instanceToken }),
    operation: 'create-instance',
  },
  {
    name: 'create with a refresh token',
    call: (client) =>
      client.createInstance({ ...body, grant: { kind: 'refresh-token', refreshToken: 'refresh-1' } }),
    answer: shown(4711),
    method: 'POST',
    url: `${api}/instances`,
    sent: {
      element: { key: 'infusionsoftcrm' },
      name: 'crm',
      tags: body.tags,
      configuration: { ...configuration, 'oauth.user.refresh_token': 'refresh-1' },
      externalAuthentication: 'initial',
    },
    result: expect.objectContaining({ id: 4711 }),
    operation: 'create-instance',
  },
  {
    name: 'read',
    call: (client) => client.readInstance(4711),
    answer: shown(4711),
    method: 'GET',
    url: `${api}/instances/4711`,
    result: {
      id: 4711,
      name: 'crm',
      element: 'infusionsoftcrm',
      tags: ['team-sales', 'k8s-cluster-1'],
      disabled: false,
      createdAt: '2026-01-01T10:00:00Z',
      token: instanceToken,
      configuration: { 'oauth.api.key': '********', 'pagination.max': '100', 'filter.response.nulls': null },
    },
    operation: 'read-instance',
  },
  {
    name: 'patch',
    call: (client) =>
      client.patchInstance(4711, { tags: [], configuration: { 'filter.response.nulls': 'false' } }),
    answer: shown(4711),
    method: 'PATCH',
    url: `${api}/instances/4711`,
    sent: { tags: [], configuration: { 'filter.response.nulls': 'false' } },
    result: expect.objectContaining({ id: 4711 }),
    operation: 'patch-instance',
  },
  {
    name: 're-authorization',
    call: (client) => client.reauthorizeInstance(4711, body),
    answer: shown(4711),
    method: 'PUT',
    url: `${api}/instances/4711?reAuthenticate=true`,
    sent: {
      element: { key: 'infusionsoftcrm' },
      name: 'crm',
      tags: body.tags,
      configuration,
      providerData: { code },
    },
    result: expect.objectContaining({ id: 4711 }),
    operation: 'reauthorize-instance',
  },
  {
    name: 'enable',
    call: (client) => client.setInstanceEnabled(4711, true),
    answer: undefined,
    method: 'PUT',
    url: `${api}/instances/4711/enabled`,
    result: undefined,
    operation: 'enable-instance',
  },
  {
    name: 'disable',
    call: (client) => client.setInstanceEnabled(4711, false),
    answer: undefined,
    method: 'DELETE',
    url: `${api}/instances/4711/enabled`,
    result: undefined,
    operation: 'disable-instance',
  },
  {
    name: 'delete',
    call: (client) => client.deleteInstance(4711),
    answer: undefined,
    method: 'DELETE',
    url: `${api}/instances/4711`,
    result: undefined,
    operation: 'delete-instance',
  },
  {
    name: 'ping',
    call: (client) => client.pingInstance(instanceToken),
    answer: { dateTime: '2026-01-01T10:00:00Z', endpoint: 'crm' },
    method: 'GET',
    url: `${api}/hubs/crm/ping`,
    authorization: `${account}, Element ${instanceToken}`,
    result: 'answered',
    operation: 'ping-instance',
  },
];

describe('each operation', () => {
  test.each(table)('$name', async (entry) => {
    const { client, remote, observed } = await bench.open(
      entry.answer === undefined ? text(200, '') : json(200, entry.answer),
    );
    expect(await entry.call(client)).toEqual(entry.result);
    const [request] = remote.received;
    expect(remote.received).toHaveLength(1);
    expect(request).toMatchObject({ method: entry.method, url: entry.url });
    expect(request?.headers).toMatchObject({
      authorization: entry.authorization ?? account,
      accept: 'application/json',
    });
    expect(request?.body).toBe(entry.sent === undefined ? '' : JSON.stringify(entry.sent));
    expect(request?.headers['content-type']).toBe(entry.sent === undefined ? undefined : 'application/json');
    for (const secret of secrets) {
      expect(decodeURIComponent(request?.url ?? '')).not.toContain(secret);
    }
    expect(observed).toMatchObject([{ operation: entry.operation, outcome: 'ok', status: 200 }]);
  });

  test.each([
    ['read', (client: OpenConnectors) => client.readInstance(4711), 'unexpected'],
    ['patch', (client: OpenConnectors) => client.patchInstance(4711, {}), 'unexpected'],
    ['re-authorization', (client: OpenConnectors) => client.reauthorizeInstance(4711, body), 'ambiguous'],
  ])('takes no answer about another instance: %s', async (_name, call, expected) => {
    const { client } = await bench.open(json(200, shown(4712)));
    expect(await remoteErrorOf(call(client))).toMatchObject({ class: expected, status: 200 });
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 53])('asks for no id that cannot be one: %s', async (id) => {
    const { client, remote } = await bench.open(json(200, shown(4711)));
    expect(await remoteErrorOf(client.readInstance(id))).toMatchObject({ class: 'invalid' });
    expect(await remoteErrorOf(client.deleteInstance(id))).toMatchObject({ class: 'invalid' });
    expect(remote.received).toHaveLength(0);
  });

  test('rejects an HTML page as the response to a delete', async () => {
    const { client } = await bench.open(text(200, '<html>Please log in</html>'));
    expect(await remoteErrorOf(client.deleteInstance(4711))).toMatchObject({ class: 'unexpected' });
  });
});

describe('the authorize URL', () => {
  const answer = json(200, { oauthUrl: 'https://accounts.example.com/authorize?client_id=1', element: 'x' });

  test.each([404, 405])('is asked for by GET where POST is answered by %i', async (status) => {
    const { client, remote } = await bench.open(inTurn(text(status, ''), answer));
    expect(await client.authorizeUrl(authorizeRequest)).toBe(
      'https://accounts.example.com/authorize?client_id=1',
    );
    const [, second] = remote.received;
    expect(second?.method).toBe('GET');
    expect(second?.body).toBe('');
    const url = new URL(second?.url ?? '', remote.baseUrl);
    expect(url.pathname).toBe(`${api}/elements/infusionsoftcrm/oauth/url`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      apiKey: configuration['oauth.api.key'],
      apiSecret: configuration['oauth.api.secret'],
      callbackUrl: configuration['oauth.callback.url'],
      scope: 'full',
      state: 'state-handle-1',
    });
  });

  test.each([400, 401, 403, 429, 500, 502, 302])('is not asked for by GET after %i', async (status) => {
    const { client, remote } = await bench.open(inTurn(text(status, ''), answer));
    await remoteErrorOf(client.authorizeUrl(authorizeRequest));
    expect(remote.received).toHaveLength(1);
  });

  test.each([
    ['http', 'http://accounts.example.com/authorize'],
    ['a script', 'javascript:alert(1)'],
    ['no URL', 'authorize'],
    ['a URL with user information', 'https://accounts.example.com@evil.example/authorize'],
    [
      'a URL with the client secret',
      `https://a.example/?s=${encodeURIComponent(authorizeRequest.apiSecret)}`,
    ],
  ])('is refused as %s', async (_name, oauthUrl) => {
    const { client } = await bench.open(json(200, { oauthUrl }));
    const error = await remoteErrorOf(client.authorizeUrl(authorizeRequest));
    expect(error.class).toBe('unexpected');
    expect(error.message).not.toContain('example');
  });
});

describe('a ping', () => {
  const missing = json(404, { requestId: '1', message: 'No such resource' });
  const gateway = text(404, '<html>');

  test.each([
    ['there is none, but contacts', inTurn(missing, json(200, [])), 'answered'],
    ['there is none, as the gateway says, but contacts', inTurn(gateway, json(200, [{ id: 1 }])), 'answered'],
    [
      'there is none, and no contact',
      inTurn(missing, json(404, { requestId: '1', message: 'No contacts found' })),
      'answered',
    ],
    ['there is neither', inTurn(missing, missing), 'unsupported'],
    ['neither may be asked', inTurn(text(405, ''), text(405, '')), 'unsupported'],
  ])('when %s', async (_name, answer, expected) => {
    const { client, remote } = await bench.open(answer);
    expect(await client.pingInstance(instanceToken)).toBe(expected);
    expect(remote.received.map((request) => request.url)).toEqual([
      `${api}/hubs/crm/ping`,
      `${api}/hubs/crm/contacts?pageSize=1`,
    ]);
    expect(remote.received[1]?.headers.authorization).toBe(`${account}, Element ${instanceToken}`);
  });

  test.each([
    ['401', inTurn(json(401, { message: 'no' })), 'unauthorized', 1],
    ['403', inTurn(json(403, { message: 'no' })), 'forbidden', 1],
    ['502', inTurn(text(502, '')), 'unavailable', 1],
    ['a page with 200', inTurn(text(200, '<html>')), 'unexpected', 1],
    ['401 for contacts', inTurn(missing, json(401, { message: 'no' })), 'unauthorized', 2],
    ['a gateway twice', inTurn(gateway, gateway), 'unexpected', 2],
  ])('fails by %s', async (_name, answer, expected, requests) => {
    const { client, remote } = await bench.open(answer);
    expect(await remoteErrorOf(client.pingInstance(instanceToken))).toMatchObject({ class: expected });
    expect(remote.received).toHaveLength(requests);
  });
});
