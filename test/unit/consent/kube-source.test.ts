import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { createKubeSource } from '../../../src/consent/kube-source.ts';
import { type FAILED_PRECONDITIONS, FailedPreconditionError } from '../../../src/consent/source.ts';
import { KubeError } from '../../../src/kube/client/errors.ts';
import { formatPath } from '../../../src/kube/client/paths.ts';
import type { KubeRest } from '../../../src/kube/client/rest.ts';
import type { AccountSettings, OpenConnectorsPool } from '../../../src/openconnectors/account-pool.ts';
import type { AuthorizeRequest, OpenConnectors } from '../../../src/openconnectors/port.ts';
import { CALLBACK, type ConnectorChange, connector } from '../../support/builders/connector.ts';
import { VALUES } from '../../support/builders/secrets.ts';
import { FakeSecrets } from '../../support/consent/fake-secrets.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const API = 'https://api.openconnectors.us2.ext.hana.ondemand.com';
const signal = new AbortController().signal;
const byPage = (change: ConnectorChange = {}) =>
  connector({ ...change, oauth: { authorizationCodeSecretRef: undefined, ...change.oauth } });

/** A source over objects in memory: the account `sap` and the Secrets of the builders' connector. */
function createSource(
  env: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
) {
  const secrets = new FakeSecrets();
  secrets.put('team-a', 'crm-oauth', { client_id: VALUES.clientId, client_secret: VALUES.clientSecret });
  secrets.put('team-a', 'sap-account', {
    userSecret: VALUES.userSecret,
    organizationSecret: VALUES.organizationSecret,
  });
  const objects = new Map<string, unknown>([
    [
      '/apis/openconnectors.dev/v1beta1/namespaces/team-a/openconnectorsaccounts/sap',
      {
        metadata: {
          name: 'sap',
          namespace: 'team-a',
          uid: 'account-uid',
          resourceVersion: '1',
          generation: 1,
        },
        spec: { baseUrl: API, credentialsSecretRef: { name: 'sap-account' } },
      },
    ],
    ['/apis/openconnectors.dev/v1beta1/namespaces/team-a/infusionsoftconnectors/crm', byPage()],
  ]);
  const asked: { settings: AccountSettings; request: AuthorizeRequest }[] = [];
  const open = new Set<string>();
  const pool: Pick<OpenConnectorsPool, 'get' | 'remove'> = {
    get(key, settings) {
      open.add(key.credential);
      const client: Pick<OpenConnectors, 'authorizeUrl'> = {
        async authorizeUrl(request) {
          asked.push({ settings, request });
          return 'https://signin.example.net/';
        },
      };
      return client as OpenConnectors;
    },
    remove: (key) => void open.delete(key.credential),
  };
  const rest: Pick<KubeRest, 'get'> = {
    async get(path) {
      const url = formatPath(path);
      if (!objects.has(url)) {
        throw new KubeError('not-found', `GET ${url}: NotFound`, { resource: path });
      }
      return objects.get(url);
    },
  };
  const source = createKubeSource({
    rest: rest as KubeRest,
    secrets,
    pool: pool as OpenConnectorsPool,
    random: seededRandom(1),
    config: loadConfig({ env, argv: [], hostname: 'h', random: seededRandom(1), readFile: () => undefined }),
    callbackUrl: CALLBACK,
    isServed: () => true,
    readMounted: (file) => files[file],
  });
  return { source, secrets, objects, asked, open };
}

async function precondition(pending: Promise<unknown>): Promise<string> {
  const error = await pending.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FailedPreconditionError);
  return error instanceof FailedPreconditionError ? error.precondition : '';
}

describe('the consent request', () => {
  test('is read from the cluster', async () => {
    const { source } = createSource();
    const { request, facts } = await source.consentFor(byPage(), signal);
    expect(request).toEqual({
      accountUid: 'account-uid',
      baseUrl: `${API}/elements/api-v2`,
      connector: 'infusionsoftcrm',
      server: 'dt123.infusionsoft.com',
      clientId: VALUES.clientId,
      callbackUrl: CALLBACK,
      scope: 'full',
    });
    expect(facts).toMatchObject({
      account: 'sap',
      apiHost: new URL(API).host,
      connectionSecret: 'crm-connection',
    });
  });

  test('has no server with infusionsoftrest', async () => {
    const { source } = createSource();
    const rest = byPage({ spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined } });
    expect((await source.consentFor(rest, signal)).request.server).toBeUndefined();
  });

  test('gets the authorize URL with the credentials of the account and closes the client', async () => {
    const { source, asked, open } = createSource();
    const { authorizeUrl } = await source.consentFor(byPage(), signal);
    await authorizeUrl('the-state', signal);
    expect(asked).toEqual([
      {
        settings: expect.objectContaining({
          baseUrl: `${API}/elements/api-v2`,
          credentials: { userSecret: VALUES.userSecret, organizationSecret: VALUES.organizationSecret },
        }),
        request: {
          element: 'infusionsoftcrm',
          apiKey: VALUES.clientId,
          apiSecret: VALUES.clientSecret,
          callbackUrl: CALLBACK,
          scope: 'full',
          state: 'the-state',
        },
      },
    ]);
    expect(open.size).toBe(0);
  });

  test('uses the default account in the namespaces that it serves', async () => {
    const env = {
      DEFAULT_ACCOUNT_URL: API,
      DEFAULT_ACCOUNT_SECRET_DIR: '/d',
      DEFAULT_ACCOUNT_NAMESPACES: 'team-a',
    };
    const files = { userSecret: `${VALUES.userSecret}\n`, organizationSecret: VALUES.organizationSecret };
    const byDefault = byPage({ spec: { accountRef: undefined } });
    const { source } = createSource(env, files);
    const consent = await source.consentFor(byDefault, signal);
    expect(consent.request.accountUid).toBe('default');
    expect(consent.facts.account).toBeUndefined();
    const elsewhere = byPage({ spec: { accountRef: undefined }, metadata: { namespace: 'team-b' } });
    expect(await precondition(source.consentFor(elsewhere, signal))).toBe('account');
    expect(await precondition(createSource(env).source.consentFor(byDefault, signal))).toBe('account');
    expect(await precondition(createSource().source.consentFor(byDefault, signal))).toBe('account');
  });
});

describe('a failed precondition', () => {
  test.each<[keyof typeof FAILED_PRECONDITIONS, string, ConnectorChange]>([
    ['suspended', 'a suspended connector', { spec: { suspend: true } }],
    ['suspended', 'a paused connector', { annotations: { paused: 'true' } }],
    ['observed', 'a connector that is only observed', { spec: { managementPolicy: 'Observe' } }],
    ['not-waiting', 'a Secret with a code', { oauth: { authorizationCodeSecretRef: { name: 'x' } } }],
    ['not-waiting', 'a Secret with a refresh token', { oauth: { refreshTokenSecretRef: { name: 'x' } } }],
    ['not-waiting', 'another callback URL', { oauth: { callbackUrl: 'https://other.example.com/' } }],
    ['spec', 'a server that is not allowed', { spec: { server: 'dt123.example.com' } }],
    ['spec', 'an invalid spec', { spec: { server: undefined } }],
    ['account', 'an account that does not exist', { spec: { accountRef: { name: 'none' } } }],
  ])('is %s: %s', async (expected, _what, change) => {
    const { source } = createSource();
    expect(await precondition(source.consentFor(byPage(change), signal))).toBe(expected);
  });

  test('is an account on a host that is not allowed, and nothing is sent there', async () => {
    const { source, asked } = createSource({ ALLOWED_HOSTS: 'api.example.com' });
    expect(await precondition(source.consentFor(byPage(), signal))).toBe('account');
    expect(asked).toEqual([]);
  });

  test('is a Secret without a required key', async () => {
    const { source, secrets } = createSource();
    secrets.put('team-a', 'crm-oauth', { client_id: VALUES.clientId });
    expect(await precondition(source.consentFor(byPage(), signal))).toBe('secrets');
    secrets.take('team-a', 'sap-account');
    expect(await precondition(source.consentFor(byPage(), signal))).toBe('account');
  });
});

describe('the live resource', () => {
  test('is absent when it was deleted or is being deleted', async () => {
    const { source, objects } = createSource();
    const target = { namespace: 'team-a', name: 'crm' };
    expect((await source.connector(target, signal))?.metadata.name).toBe('crm');
    const [, path = ''] = [...objects.keys()];
    objects.set(path, byPage({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }));
    expect(await source.connector(target, signal)).toBeUndefined();
    objects.delete(path);
    expect(await source.connector(target, signal)).toBeUndefined();
  });
});
