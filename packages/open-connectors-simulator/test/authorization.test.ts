import { describe, expect, test } from 'vitest';
import { parseAuthorization } from '../src/authorization.ts';
import { createBody, running } from './client.ts';

const text = 'Invalid Organization or User secret, or invalid Element token provided.';

describe('the Authorization header', () => {
  // The order is free: a sample of the Cloud Elements page on external authentication begins with Organization.
  test.each([
    ['User u+/=, Organization o', { user: 'u+/=', organization: 'o' }],
    ['Organization o, User u+/=', { user: 'u+/=', organization: 'o' }],
    ['Organization o,User u,Element e==', { user: 'u', organization: 'o', element: 'e==' }],
    ['User u, Element e', { user: 'u', element: 'e' }],
    ['Bearer b', {}],
    [undefined, {}],
  ])('%s', (header, parts) => {
    expect(parseAuthorization(header)).toEqual(parts);
  });
});

describe('authentication', () => {
  test('secrets have the documented shapes: 44 characters of base64, and 32 hex digits', async () => {
    await using run = await running();
    const { userSecret, organizationSecret } = run.simulator.credentials;
    expect(userSecret).toMatch(/^(?=.*\+)(?=.*\/)[A-Za-z0-9+/]{43}=$/);
    expect(organizationSecret).toMatch(/^[0-9a-f]{32}$/);
    expect(run.simulator.addInstance().token).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  });

  // Text of the same engine in UiPath Integration Service; status of the Cloud Elements error page.
  test.each([
    ['no header', ''],
    ['a wrong user', 'User nobody, Organization 0123'],
    ['nothing that the parser knows', 'Bearer abc'],
  ])('401 with the known text: %s', async (_, authorization) => {
    await using run = await running();
    const seen = await run.call('GET', '/organizations/me', { authorization });
    expect(seen.status).toBe(401);
    expect(seen.json).toEqual({ requestId: expect.stringMatching(/^[0-9a-f]{24}$/), message: text });
  });

  test('401 without the organization on a platform call, but not on a hub call', async () => {
    // Hub calls are documented as `User …, Element …` (Cloud Elements developer portal, authentication).
    await using run = await running();
    const authorization = `User ${run.simulator.credentials.userSecret}`;
    const { token } = run.simulator.addInstance();
    expect((await run.call('GET', '/instances', { authorization })).status).toBe(401);
    expect((await run.call('GET', '/hubs/crm/ping', { authorization, element: token })).status).toBe(200);
  });

  test('401 with the secret of another organization', async () => {
    await using run = await running();
    const other = run.simulator.addOrganization();
    const authorization = `User ${run.simulator.credentials.userSecret}, Organization ${other.organizationSecret}`;
    expect((await run.call('GET', '/organizations/me', { authorization })).status).toBe(401);
  });

  test('401 with an unknown token, also where none is required', async () => {
    await using run = await running();
    expect((await run.call('GET', '/organizations/me', { element: 'gone' })).status).toBe(401);
  });

  test('each response has the request id in body and header (churros, headers)', async () => {
    await using run = await running();
    const seen = await run.call('GET', '/instances/1');
    expect(seen.json).toMatchObject({ requestId: seen.headers['elements-request-id'] });
  });
});

describe('several customers', () => {
  test('organizations do not see each other', async () => {
    await using run = await running({ organizations: [{ name: 'Other' }] });
    const [, other] = run.simulator.organizations();
    const own = run.simulator.addInstance();
    const foreign = run.simulator.addInstance({ userId: other?.userId ?? 0 });
    const authorization = `User ${other?.userSecret}, Organization ${other?.organizationSecret}`;
    const seen = await run.call('GET', '/instances', { authorization });
    expect(seen.json).toMatchObject([{ id: foreign.id }]);
    expect((await run.call('GET', `/instances/${own.id}`, { authorization })).status).toBe(404);
    expect((await run.call('GET', '/ping', { authorization, element: own.token })).status).toBe(401);
  });

  test('accounts of one organization do not see each other', async () => {
    await using run = await running();
    const { organizationId, organizationSecret } = run.simulator.credentials;
    const other = run.simulator.addUser({ organizationId, accountId: 'new' });
    const { id } = run.simulator.addInstance();
    const authorization = `User ${other.userSecret}, Organization ${organizationSecret}`;
    expect((await run.call('GET', `/instances/${id}`, { authorization })).status).toBe(404);
  });

  test('403 when a default user creates or deletes (SAP help, manage roles)', async () => {
    await using run = await running();
    const { organizationId, organizationSecret } = run.simulator.credentials;
    const user = run.simulator.addUser({ organizationId, role: 'default-user' });
    const authorization = `User ${user.userSecret}, Organization ${organizationSecret}`;
    const { id } = run.simulator.addInstance();
    const body = createBody(run.simulator);
    expect((await run.call('POST', '/instances', { authorization, body })).status).toBe(403);
    expect((await run.call('DELETE', `/instances/${id}`, { authorization })).status).toBe(403);
    expect((await run.call('GET', `/instances/${id}`, { authorization })).status).toBe(200);
  });
});

describe('reset of the user secret (SAP help, manage security settings)', () => {
  test('by request: the old secret is invalid immediately', async () => {
    await using run = await running();
    const { userSecret: old, organizationSecret } = run.simulator.credentials;
    expect((await run.call('POST', '/authentication/user-secret-reset')).status).toBe(200);
    expect(run.simulator.credentials.userSecret).not.toBe(old);
    const authorization = `User ${old}, Organization ${organizationSecret}`;
    expect((await run.call('GET', '/organizations/me', { authorization })).status).toBe(401);
    expect((await run.call('GET', '/organizations/me')).status).toBe(200);
  });

  test('by another client', async () => {
    await using run = await running();
    const old = run.simulator.credentials.userSecret;
    const { userSecret } = run.simulator.rotateUserSecret();
    expect(userSecret).not.toBe(old);
    expect(run.simulator.credentials.userSecret).toBe(userSecret);
  });
});
