import { createCrdValidator } from 'kube-apiserver-emulator/crd/validator.ts';
import { describe, expect, it, test } from 'vitest';
import { accountCrd, connectorCrd } from '../../../scripts/generate/crds.ts';
import { validateAccount, validateConnector } from '../../../src/api/validation/validate.ts';

const connectors = createCrdValidator(connectorCrd());
const accounts = createCrdValidator(accountCrd());

const crm = {
  connector: 'infusionsoftcrm',
  server: 'dt123.infusionsoft.com',
  encryptedKeySecretRef: { name: 'crm-key' },
  oauth: { clientSecretRef: { name: 'crm-oauth' } },
};
const rest = { connector: 'infusionsoftrest', oauth: crm.oauth };
const events = { callbackUrl: 'https://events.example.com/x', resources: ['contacts'] };
const account = {
  baseUrl: 'https://api.openconnectors.us2.ext.hana.ondemand.com',
  credentialsSecretRef: { name: 'sap-account' },
};
const withInstance = (instance: object): object => ({ ...crm, instance });
const withTemplate = (connectionSecretTemplate: object): object => ({ ...crm, connectionSecretTemplate });
const withOAuth = (oauth: object): object => ({ ...crm, oauth: { ...crm.oauth, ...oauth } });

describe('an InfusionsoftConnector', () => {
  test.each<[string, object]>([
    ['infusionsoftcrm with server and key', crm],
    ['infusionsoftrest without server and key', rest],
    ['a server that stays while the connector moves', { ...rest, server: crm.server }],
    ['a refresh token', withOAuth({ refreshTokenSecretRef: { name: 'crm-token' } })],
    ['ignored drift', { ...crm, ignoreDrift: ['name', 'configuration.pagination.max'] }],
    [
      'a template of the connection Secret',
      {
        ...crm,
        connectionSecretTemplate: {
          metadata: {
            labels: { team: 'sales' },
            annotations: { 'reloader.stakater.com/match': 'true' },
          },
          keys: { OPEN_CONNECTORS_TOKEN: 'element-token' },
        },
      },
    ],
    ['events', { ...rest, events }],
    ['events at an interval of hours', { ...rest, events: { ...events, pollInterval: '1h30m' } }],
    ['harmless configuration', withInstance({ configuration: { 'filter.response.nulls': 'false' } })],
    ['a tag that only looks like ours', withInstance({ tags: ['k8s', 'my-k8s-tag'] })],
  ])('is accepted with %s', (_what, spec) => {
    expect(validateConnector({ spec })).toEqual([]);
    expect(connectors.validate({ spec }).errors).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['no connector', { ...rest, connector: undefined }, 'spec.connector'],
    ['no server', { ...crm, server: undefined }, 'spec.server'],
    ['no encrypted key', { ...crm, encryptedKeySecretRef: undefined }, 'spec.encryptedKeySecretRef'],
    [
      'an encrypted key with infusionsoftrest',
      { ...crm, connector: 'infusionsoftrest' },
      'spec.encryptedKeySecretRef',
    ],
    ['a URL as server', { ...crm, server: 'https://dt123.infusionsoft.com' }, 'spec.server'],
    ['a port in server', { ...crm, server: 'dt123.infusionsoft.com:443' }, 'spec.server'],
    ['an address as server', { ...crm, server: '10.0.0.1' }, 'spec.server'],
    ['a hexadecimal address as server', { ...crm, server: '0x7f.0x1' }, 'spec.server'],
    ['a callback without TLS', withOAuth({ callbackUrl: 'http://a.example/cb' }), 'spec.oauth.callbackUrl'],
    [
      'a callback with a fragment',
      withOAuth({ callbackUrl: 'https://a.example/#x' }),
      'spec.oauth.callbackUrl',
    ],
    ['a callback with a user', withOAuth({ callbackUrl: 'https://u@a.example/' }), 'spec.oauth.callbackUrl'],
    [
      'both authorization Secrets',
      withOAuth({ refreshTokenSecretRef: { name: 'a' }, authorizationCodeSecretRef: { name: 'b' } }),
      'spec.oauth',
    ],
    ...[
      'app.kubernetes.io/part-of',
      'mykubernetes.io/x',
      'kapp.k8s.io/x',
      'argocd.argoproj.io/instance',
      'kustomize.toolkit.fluxcd.io/prune',
      'openconnectors.dev/connector',
      'a.openconnectors.dev/connector',
      'servicebinding.io/x',
    ].flatMap((key): [string, object, string][] =>
      (['labels', 'annotations'] as const).map((field) => [
        `${field} of others in the template (${key})`,
        withTemplate({ metadata: { [field]: { [key]: 'x' } } }),
        `spec.connectionSecretTemplate.metadata.${field}`,
      ]),
    ),
    [
      'an invalid label in the template',
      withTemplate({ metadata: { labels: { 'a b': 'x' } } }),
      'spec.connectionSecretTemplate.metadata.labels',
    ],
    [
      'a standard key in the template',
      withTemplate({ keys: { uri: 'element-token' } }),
      'spec.connectionSecretTemplate.keys',
    ],
    [
      'a key of no Secret in the template',
      withTemplate({ keys: { '..': 'uri' } }),
      'spec.connectionSecretTemplate.keys',
    ],
    [
      'credentials of the account that the Secret does not have',
      withTemplate({ keys: { USER_SECRET: 'user-secret' } }),
      'spec.connectionSecretTemplate.keys',
    ],
    ['events with infusionsoftcrm', { ...crm, events }, 'spec.events'],
    [
      'event keys beside events',
      { ...rest, events, instance: { configuration: { 'event.objects': 'x' } } },
      'spec.instance.configuration',
    ],
    [
      'an interval in seconds',
      { ...rest, events: { ...events, pollInterval: '90s' } },
      'spec.events.pollInterval',
    ],
    ['an interval of 0', { ...rest, events: { ...events, pollInterval: '0m' } }, 'spec.events.pollInterval'],
    [
      'a callback of events without TLS',
      { ...rest, events: { ...events, callbackUrl: 'http://events.example.com' } },
      'spec.events.callbackUrl',
    ],
    [
      'a resource that cannot be polled',
      { ...rest, events: { ...events, resources: ['emails'] } },
      'spec.events.resources[0]',
    ],
    ['HTML in the name', withInstance({ name: '<a>x</a>' }), 'spec.instance.name'],
    ['two spaces in a row in the name', withInstance({ name: 'a  b' }), 'spec.instance.name'],
    ['a space at the end of the name', withInstance({ name: 'a ' }), 'spec.instance.name'],
    ["the operator's tags", withInstance({ tags: ['a', 'K8s-uid-1'] }), 'spec.instance.tags[1]'],
    ['a tag twice', withInstance({ tags: ['a', 'a'] }), 'spec.instance.tags[1]'],
    [
      'OAuth settings',
      withInstance({ configuration: { 'oauth.api.secret': 'x' } }),
      'spec.instance.configuration',
    ],
    ['a URL', withInstance({ configuration: { 'base.url': 'x' } }), 'spec.instance.configuration'],
    [
      'a callback key',
      withInstance({ configuration: { 'Event.Callback': 'x' } }),
      'spec.instance.configuration',
    ],
    [
      'a bad Secret name',
      { ...crm, encryptedKeySecretRef: { name: '../x' } },
      'spec.encryptedKeySecretRef.name',
    ],
    ['no Secret name', { ...crm, encryptedKeySecretRef: {} }, 'spec.encryptedKeySecretRef.name'],
    ['a field that cannot be ignored', { ...crm, ignoreDrift: ['tags'] }, 'spec.ignoreDrift[0]'],
    ['an ignored field twice', { ...crm, ignoreDrift: ['name', 'name'] }, 'spec.ignoreDrift[1]'],
    ['another connector', { ...crm, connector: 'salesforce' }, 'spec.connector'],
    ['no OAuth client', { ...crm, oauth: {} }, 'spec.oauth.clientSecretRef'],
    ['an id beyond exact numbers', withInstance({ importId: 2 ** 53 }), 'spec.instance.importId'],
  ])('is refused with %s, at that field', (_what, given, path) => {
    const spec: unknown = JSON.parse(JSON.stringify(given));

    expect(validateConnector({ spec }).map((it) => it.path)).toContain(path);
    expect(connectors.validate({ spec }).errors.map((it) => it.path)).toContain(path);
  });

  test('keeps its importId: no change, no removal, not even of the parent', () => {
    const old = { spec: withInstance({ importId: 4711 }) };
    for (const spec of [withInstance({ importId: 4712 }), withInstance({ name: 'x' }), crm]) {
      expect(validateConnector({ spec }, { old })).toEqual([
        {
          path: 'spec.instance.importId',
          message: expect.stringContaining(
            'is immutable: create the resource again to adopt another instance',
          ),
        },
      ]);
      expect(connectors.validate({ spec }, old).errors.map((it) => it.path)).toEqual([
        'spec.instance.importId',
      ]);
    }

    expect(connectors.validate({ spec: withInstance({ importId: 4711, name: 'x' }) }, old).errors).toEqual(
      [],
    );
    expect(connectors.validate({ spec: withInstance({ importId: 4711 }) }, { spec: crm }).errors).toEqual([]);
  });

  test('has only listed configuration keys, and those that a setting adds', () => {
    const object = {
      spec: withInstance({ configuration: { 'pagination.max': '100', 'document.tagging': 'true' } }),
    };

    expect(validateConnector(object)).toEqual([
      {
        path: 'spec.instance.configuration[document.tagging]',
        message: expect.stringContaining('EXTRA_CONFIGURATION_KEYS'),
      },
    ]);
    expect(validateConnector(object, { extraConfigurationKeys: ['document.tagging'] })).toEqual([]);
  });

  test('no setting allows a key that carries a credential', () => {
    const object = { spec: withInstance({ configuration: { 'oauth.api.secret': 'x' } }) };

    expect(validateConnector(object, { extraConfigurationKeys: ['oauth.api.secret'] })).toHaveLength(1);
  });

  test('is rejected for unknown fields, each with its path', () => {
    const spec = { ...withOAuth({ clientSecret: 'x' }), instnace: {} };

    expect(validateConnector({ spec })).toEqual([
      {
        path: 'spec.oauth.clientSecret',
        message: expect.stringContaining('is an unknown field: remove it or correct its name'),
      },
      {
        path: 'spec.instnace',
        message: expect.stringContaining('is an unknown field: remove it or correct its name'),
      },
    ]);
    expect(connectors.unknownFields({ spec })).toEqual(['spec.oauth.clientSecret', 'spec.instnace']);
  });

  test.each([undefined, null, 1, 'x', [], {}])('with %s as spec is refused and nothing thrown', (spec) => {
    expect(validateConnector({ spec })).not.toEqual([]);
  });

  test('a name of any length in the wrong place makes no message long', () => {
    const name = 'x'.repeat(100_000);
    const violations = [
      ...validateConnector({ spec: { ...crm, [name]: 1 } }),
      ...validateConnector({ spec: withInstance({ configuration: { [name]: 'x' } }) }),
      ...validateConnector({ spec: withInstance({ configuration: { [name]: 1 } }) }),
    ];

    expect(violations.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...violations.map(({ path, message }) => path.length + message.length))).toBeLessThan(
      1000,
    );
  });

  test('no message repeats what was written: it could be a secret in the wrong place', () => {
    const value = 'hunter2-hunter2';
    const wrong = { ...crm, server: `${value}:`, connector: value, suspend: value };
    const texts = [
      ...validateConnector({ spec: wrong }),
      ...validateConnector({ spec: { ...crm, server: `${value}:` } }),
      ...validateAccount({ spec: { ...account, inventoryInterval: value } }),
    ].map(({ message }) => message);

    expect(texts).toHaveLength(4);
    expect(texts.join()).not.toContain(value);
  });
});

describe('the retention of a replaced instance', () => {
  it.each(['0s', '1h30m', '24h', '720h', '0.5h', '60000ms'])('accepts %s', (retainFor) => {
    const spec = { ...crm, replacement: { retainFor } };
    expect(validateConnector({ spec })).toEqual([]);
    expect(connectors.validate({ spec }).errors).toEqual([]);
  });

  it.each(['720h1ms', '-1h', '30d', 'forever', '', '10'])('refuses %j', (retainFor) => {
    const spec = { ...crm, replacement: { retainFor } };
    const paths = ['spec.replacement.retainFor'];
    expect(validateConnector({ spec }).map(({ path }) => path)).toEqual(paths);
    expect(connectors.validate({ spec }).errors.map(({ path }) => path)).toEqual(paths);
  });
});

describe('an OpenConnectorsAccount', () => {
  test.each([
    'https://api.openconnectors.us2.ext.hana.ondemand.com',
    'https://localhost:8443/elements/api-v2',
    'https://a.example/',
  ])('is accepted at %s', (baseUrl) => {
    expect(validateAccount({ spec: { ...account, baseUrl } })).toEqual([]);
    expect(accounts.validate({ spec: { ...account, baseUrl } }).errors).toEqual([]);
  });

  test.each([
    'http://a.example',
    'https://user:pass@a.example',
    'https://127.0.0.1',
    'https://2130706433',
    'https://0x7f000001',
    'https://[::1]',
    'https://a.example?x=y',
    'https://a.example#x',
    'https://a.example:99999999',
    'https://a.example/..%2f',
    'https://a.example\\@b.example',
    'HTTPS://a.example',
    ' https://a.example',
    'https://a.example\n',
  ])('is refused at %j', (baseUrl) => {
    const spec = { ...account, baseUrl };

    expect(validateAccount({ spec }).map(({ path }) => path)).toEqual(['spec.baseUrl']);
    expect(accounts.validate({ spec }).errors.map(({ path }) => path)).toEqual(['spec.baseUrl']);
  });

  it.each(['60s', '1m', '10m', '0.5h', '1h30m', '24h', '60000ms'])(
    'accepts %s as the interval between listings',
    (inventoryInterval) => {
      const spec = { ...account, inventoryInterval };
      expect(validateAccount({ spec })).toEqual([]);
      expect(accounts.validate({ spec }).errors).toEqual([]);
    },
  );

  it.each(['59s', '24h1ms', '168h', 'daily', '-10m', '', '10'])(
    'refuses %j as the interval between listings',
    (inventoryInterval) => {
      const spec = { ...account, inventoryInterval };
      expect(validateAccount({ spec }).map(({ path }) => path)).toEqual(['spec.inventoryInterval']);
      expect(accounts.validate({ spec }).errors.map(({ path }) => path)).toEqual(['spec.inventoryInterval']);
    },
  );

  test('keeps its address', () => {
    const spec = { ...account, baseUrl: 'https://b.example' };

    expect(validateAccount({ spec }, { old: { spec: account } }).map(({ path }) => path)).toEqual([
      'spec.baseUrl',
    ]);
    expect(accounts.validate({ spec }, { spec: account }).errors.map(({ path }) => path)).toEqual([
      'spec.baseUrl',
    ]);
    expect(accounts.validate({ spec: account }, { spec: account }).errors).toEqual([]);
  });
});
