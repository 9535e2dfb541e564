import fc, { type Arbitrary } from 'fast-check';

/** Texts that have broken somebody's validation before. */
const NASTY_TEXTS = [
  '',
  ' ',
  'a\n',
  '\nhttps://a.example',
  'A',
  '..',
  '-a',
  'ä',
  '😀'.repeat(40),
  'k8s-x',
  'K8S-x',
  '<b>x</b>',
  'https://dt123.infusionsoft.com',
  'dt123.infusionsoft.com:443',
  '127.0.0.1',
  'https://127.0.0.1/x',
  'https://0x7f.1',
  'https://[::1]/',
  'https://user@a.example',
  'https://a.example?x#y',
  'http://a.example',
  '10m',
  '59s',
  '59.9999999999s',
  '1.5m',
  '169h',
  '168h',
  '720h1ms',
  '720h',
  '9999999999999h',
  '10',
  'x'.repeat(33),
  'x'.repeat(65),
  'x'.repeat(129),
  'x'.repeat(254),
  'x'.repeat(2049),
] as const;

/** Any JSON value that is probably wrong where it is put. */
export const nasty: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...NASTY_TEXTS),
  fc.constantFrom<unknown>(
    0,
    -1,
    1.5,
    2 ** 53,
    true,
    null,
    {},
    [],
    ['a', 'a'],
    { name: 'a', key: '' },
    { a: 1 },
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

/** Mostly `good`, now and then not. */
function mostly<T>(good: Arbitrary<T>): Arbitrary<unknown> {
  return fc.oneof({ weight: 100, arbitrary: good }, { weight: 1, arbitrary: nasty });
}

const secretName = fc.constantFrom('crm-key', 'a', 'a.b-c', 'x'.repeat(253));
const secretKey = fc.constantFrom('code', 'client_id', 'A.b-C_d', 'x'.repeat(253));

function record(fields: Record<string, Arbitrary<unknown>>, requiredKeys: string[] = []): Arbitrary<unknown> {
  return fc.record(fields, { requiredKeys });
}

function ref(...keys: string[]): Arbitrary<unknown> {
  const fields = Object.fromEntries(keys.map((key) => [key, mostly(secretKey)]));
  return record({ name: mostly(secretName), ...fields }, ['name']);
}

const configuration = fc.dictionary(
  fc.oneof(
    {
      weight: 9,
      arbitrary: fc.constantFrom(
        'filter.response.nulls',
        'pagination.max',
        'event.objects',
        'x',
        'Security.level',
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'oauth.scope',
        'Base.URL',
        'my_token',
        'infusionsoft.server',
        '',
        ' x',
        'auth.type',
      ),
    },
  ),
  mostly(fc.string({ unit: 'binary', maxLength: 8 })),
  { maxKeys: 3 },
);

const instance = record({
  name: mostly(fc.constantFrom('crm', 'Sales CRM 1', 'a', 'x'.repeat(128))),
  tags: mostly(
    fc.uniqueArray(fc.constantFrom('team-sales', 'A.b_c', 'k8s', 'x'.repeat(64)), { maxLength: 3 }),
  ),
  configuration: mostly(configuration),
  enabled: mostly(fc.boolean()),
  importId: mostly(fc.constantFrom(1, 4711, Number.MAX_SAFE_INTEGER)),
});

const oauth = record(
  {
    clientSecretRef: mostly(ref('clientIdKey', 'clientSecretKey')),
    callbackUrl: mostly(
      fc.constantFrom('https://connect.example.com/oauth/callback', 'https://a:8443', 'https://a.b/?x=%20y'),
    ),
    scope: mostly(fc.constantFrom('full', 'a b')),
    authorizationCodeSecretRef: mostly(ref('key')),
  },
  ['clientSecretRef'],
);

const oauthWithToken = record(
  {
    clientSecretRef: ref(),
    refreshTokenSecretRef: mostly(ref('key')),
    authorizationCodeSecretRef: ref('key'),
  },
  ['clientSecretRef', 'refreshTokenSecretRef'],
);

const metadataKey = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom('reloader.stakater.com/match', 'team', 'a.b/C_d') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'app.kubernetes.io/name',
      'x.k8s.io/y',
      'mykubernetes.io/y',
      'argocd.argoproj.io/instance',
      'kustomize.toolkit.fluxcd.io/prune',
      'a.openconnectors.dev/x',
      'servicebinding.io/x',
      'A.b/c',
      '/x',
      'a/',
      'a/b/c',
      '',
      '-a',
      'x'.repeat(64),
      `${'x'.repeat(120)}/${'y'.repeat(20)}`,
    ),
  },
);

const connectionSecretTemplate = record({
  metadata: mostly(
    record({
      labels: mostly(
        fc.dictionary(metadataKey, mostly(fc.constantFrom('', 'true', 'x'.repeat(63))), {
          maxKeys: 2,
        }),
      ),
      annotations: mostly(
        fc.dictionary(metadataKey, mostly(fc.constantFrom('', 'true', 'a b', 'ä'.repeat(1024))), {
          maxKeys: 2,
        }),
      ),
    }),
  ),
  keys: mostly(
    fc.dictionary(
      fc.oneof(
        { weight: 40, arbitrary: fc.constantFrom('OPEN_CONNECTORS_TOKEN', 'a.b-c', 'x'.repeat(253)) },
        { weight: 1, arbitrary: fc.constantFrom('host', '.', '..', 'a b', '', 'x'.repeat(254)) },
      ),
      mostly(fc.constantFrom('element-token', 'uri')),
      { maxKeys: 2 },
    ),
  ),
});

const events = record(
  {
    callbackUrl: mostly(fc.constantFrom('https://events.example.com/x', 'https://a:8443')),
    signatureKeySecretRef: mostly(ref('key')),
    pollInterval: mostly(fc.constantFrom('15m', '1h', '1h30m', '9999m')),
    resources: mostly(fc.constantFrom(['contacts'], ['orders', 'tasks'])),
  },
  ['callbackUrl', 'resources'],
);

const common = {
  accountRef: mostly(ref()),
  oauth: mostly(fc.oneof({ weight: 3, arbitrary: oauth }, { weight: 1, arbitrary: oauthWithToken })),
  instance: mostly(instance),
  connectionSecretRef: mostly(ref()),
  replacement: mostly(
    record({
      switch: mostly(fc.constantFrom('Manual', 'Automatic')),
      retainFor: mostly(fc.constantFrom('0s', '24h', '1h30m', '720h', '0.5h', '2592000000ms')),
    }),
  ),
  connectionSecretTemplate: fc.oneof(
    { weight: 9, arbitrary: mostly(connectionSecretTemplate) },
    { weight: 1, arbitrary: fc.constant({ keys: { USER_SECRET: 'user-secret' } }) },
  ),
  includeAccountCredentials: mostly(fc.boolean()),
  deletionPolicy: mostly(fc.constantFrom('Delete', 'Orphan')),
  driftPolicy: mostly(fc.constantFrom('Correct', 'Report')),
  ignoreDrift: mostly(fc.constantFrom(['name'], ['name', 'configuration.pagination.max'])),
  missingPolicy: mostly(fc.constantFrom('Recreate', 'Report')),
  suspend: mostly(fc.boolean()),
};

const server = mostly(fc.constantFrom('dt123.infusionsoft.com', 'a-1.b.c'));

/** Specs of an InfusionsoftConnector: many right ones, and wrong ones of every kind. */
export const connectorSpec: Arbitrary<unknown> = fc.oneof(
  record(
    {
      ...common,
      connector: mostly(fc.constant('infusionsoftcrm')),
      server,
      encryptedKeySecretRef: mostly(ref('key')),
    },
    ['oauth', 'server', 'encryptedKeySecretRef'],
  ),
  record({ ...common, server, connector: mostly(fc.constant('infusionsoftrest')) }, ['oauth', 'connector']),
  record({ ...common, events: mostly(events), connector: mostly(fc.constant('infusionsoftrest')) }, [
    'oauth',
    'connector',
    'events',
  ]),
  record({
    ...common,
    server,
    encryptedKeySecretRef: ref('key'),
    connector: mostly(fc.constant('infusionsoftrest')),
  }),
  nasty,
);

/** Specs of an OpenConnectorsAccount. */
export const accountSpec: Arbitrary<unknown> = fc.oneof(
  {
    weight: 4,
    arbitrary: record(
      {
        baseUrl: mostly(
          fc.constantFrom(
            'https://api.openconnectors.us2.ext.hana.ondemand.com',
            'https://localhost:8443/elements/api-v2',
            'https://a.example/',
          ),
        ),
        credentialsSecretRef: mostly(ref('userSecretKey', 'organizationSecretKey')),
        limits: mostly(
          record({
            requestsPerSecond: mostly(fc.integer({ min: 1, max: 1000 })),
            burst: mostly(fc.integer({ min: 0, max: 1001 })),
            concurrency: mostly(fc.integer({ min: 1, max: 256 })),
          }),
        ),
        timeoutSeconds: mostly(fc.integer({ min: 1, max: 300 })),
        inventoryInterval: mostly(fc.constantFrom('1m', '10m', '60s', '1h30m', '0.5h', '24h', '60000ms')),
      },
      ['baseUrl', 'credentialsSecretRef'],
    ),
  },
  { weight: 1, arbitrary: nasty },
);
