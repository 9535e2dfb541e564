import { describe, expect, test } from 'vitest';
import { ConfigError, type ConfigSources, loadConfig, systemSources } from '../../../src/config/config.ts';
import { parseSettings } from '../../../src/config/parse.ts';

function sources(overrides: Partial<ConfigSources> = {}): ConfigSources {
  return {
    env: {},
    argv: [],
    hostname: 'host',
    random: { fraction: () => 0, bytes: (length) => Buffer.alloc(length, 0xab) },
    readFile: () => undefined,
    ...overrides,
  };
}

function problemsOf(overrides: Partial<ConfigSources>): readonly string[] {
  try {
    loadConfig(sources(overrides));
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

describe('wrong settings', () => {
  test.each([
    ['WORKERS', 'many', 'WORKERS (--workers): is not a whole number; expected a whole number from 1 to 1000'],
    ['WORKERS', '0', 'WORKERS (--workers): is out of range; expected a whole number from 1 to 1000'],
    ['LEADER_ELECT', 'yes', 'LEADER_ELECT (--leader-elect): is neither; expected true or false'],
    [
      'LOG_LEVEL',
      'loud',
      'LOG_LEVEL (--log-level): is none of the choices; expected one of debug, info, warn, error',
    ],
    [
      'CREATE_DEADLINE',
      '90',
      'CREATE_DEADLINE (--create-deadline): is not a duration; expected a duration such as 90s or 1h30m, at least 1s',
    ],
    [
      'CREATE_DEADLINE',
      '10ms',
      'CREATE_DEADLINE (--create-deadline): is too short; expected a duration such as 90s or 1h30m, at least 1s',
    ],
    ['EXTERNAL_URL', 'http://connect.example.com', expect.stringContaining('is not https')],
    ['EXTERNAL_URL', 'https://me:pass@connect.example.com', expect.stringContaining('carries a user')],
    ['EXTERNAL_URL', 'https://connect.example.com/?a=b', expect.stringContaining('carries a query')],
    ['EXTERNAL_URL', 'https://10.0.0.1/', expect.stringContaining('does not name its host')],
    ['EXTERNAL_URL', 'https://0x7f.1/', expect.stringContaining('does not name its host')],
    ['EXTERNAL_URL', 'https://[::1]/', expect.stringContaining('does not name its host')],
    ['EXTERNAL_URL', 'connect', expect.stringContaining('is not a URL')],
    ['WATCH_LABEL_SELECTOR', 'a in (b', expect.stringContaining('is not a label selector')],
    ['ALLOWED_HOSTS', 'a.example.com,https://b', expect.stringContaining('entry 2 is not a host name')],
    ['ALLOWED_HOSTS', '127.0.0.1:8443', expect.stringContaining('entry 1 is not a host name')],
    ['ALLOWED_SERVERS', 'a.example.com:443', expect.stringContaining('entry 1 carries a port')],
    ['CLUSTER_ID', 'Prod', expect.stringContaining('has a wrong form')],
    ['CLUSTER_ID', 'a'.repeat(53), expect.stringContaining('has a wrong form')],
    ['CA_FILE', '/etc/ca.pem', expect.stringContaining('cannot be read')],
    ['CA_FILE', 'ca.pem', expect.stringContaining('is not absolute')],
    ['LEASE_DURATION', '12500ms', expect.stringContaining('is not whole seconds')],
    ['LEASE_DURATION', '10s', expect.stringContaining('LEASE_RENEW_DEADLINE')],
    ['LEASE_RETRY_PERIOD', '9s', expect.stringContaining('less than LEASE_RENEW_DEADLINE')],
    ['WATCH_NAMESPACES', 'a,b', expect.stringContaining('CLUSTER_ID (--cluster-id): is missing')],
    ['WATCH_NAMESPACES', 'a,B!', expect.stringContaining('entry 2 has a wrong form')],
    ['DEFAULT_ACCOUNT_NAMESPACES', 'a,B!', expect.stringContaining('entry 2 has a wrong form')],
    ['DEFAULT_ACCOUNT_NAMESPACES', 'a,*', expect.stringContaining('entry 2 has a wrong form')],
    ['BIND_ADDRESS', 'localhost', expect.stringContaining('expected an IP address')],
    ['HEALTH_PORT', '8080', expect.stringContaining('another port than METRICS_PORT')],
    [
      'DEFAULT_ACCOUNT_NAMESPACES',
      '*',
      expect.stringContaining('DEFAULT_ACCOUNT_URL (--default-account-url): is missing'),
    ],
  ])('%s=%s is one line that says what is expected', (name, value, expected) => {
    expect(problemsOf({ env: { [name]: value } })).toEqual([expected]);
  });

  test('every wrong setting gets its line, in one error', () => {
    const problems = problemsOf({
      env: { WORKERS: 'x', LOG_FORMAT: 'xml' },
      argv: ['--lease-duration=soon', '--wrokers=3', 'stray'],
    });
    expect(problems.map((line) => line.split(':')[0])).toEqual([
      '--wrokers',
      'argument 3',
      'WORKERS (--workers)',
      'LEASE_DURATION (--lease-duration)',
      'LOG_FORMAT (--log-format)',
    ]);
  });

  test('a value is never repeated, as a secret may have been pasted there', () => {
    const canary = 'S3cretCanary!';
    const names = [
      'WORKERS',
      'EXTERNAL_URL',
      'CLUSTER_ID',
      'ALLOWED_HOSTS',
      'WATCH_NAMESPACES',
      'LOG_LEVEL',
      'CA_FILE',
    ];
    const problems = problemsOf({
      env: Object.fromEntries(names.map((name) => [name, canary])),
      argv: [canary],
    });
    expect(problems).toHaveLength(names.length + 1);
    expect(problems.join('\n')).not.toContain(canary);
  });

  test('the default account is refused on a host that is not allowed, and without its companions', () => {
    expect(problemsOf({ env: { DEFAULT_ACCOUNT_URL: 'https://evil.example.com' } })).toEqual([
      expect.stringContaining('names a host that is not allowed'),
      expect.stringContaining('DEFAULT_ACCOUNT_SECRET_DIR (--default-account-secret-dir): is missing'),
      expect.stringContaining('DEFAULT_ACCOUNT_NAMESPACES (--default-account-namespaces): is missing'),
    ]);
  });

  test('a setting that is wrong in itself is not also reported as missing', () => {
    expect(problemsOf({ env: { WATCH_NAMESPACES: 'a', CLUSTER_ID: 'NO' } })).toEqual([
      expect.stringContaining('CLUSTER_ID (--cluster-id): has a wrong form'),
    ]);
  });

  test('two names of one setting that differ are refused', () => {
    const env = { WATCH_NAMESPACES: 'a', WATCH_NAMESPACE: 'b', CLUSTER_ID: 'c' };
    expect(problemsOf({ env })).toEqual([expect.stringContaining('differs from WATCH_NAMESPACE')]);
  });

  test('a flag without its value is refused, and does not swallow the next flag', () => {
    expect(problemsOf({ argv: ['--workers'] })).toEqual([expect.stringContaining('--workers: has no value')]);
    expect(problemsOf({ argv: ['--workers', '--log-level=debug'] })).toEqual([
      expect.stringContaining('WORKERS (--workers): is not a whole number'),
    ]);
  });
});

describe('defaults', () => {
  test('an empty environment gives a configuration that serves all namespaces', () => {
    expect(loadConfig(sources())).toMatchObject({
      podNamespace: undefined,
      podName: 'host-abababab',
      clusterId: undefined,
      watchNamespaces: [],
      workers: 10,
      leaderElect: true,
      leaseDurationMs: 15_000,
      leaseRenewDeadlineMs: 10_000,
      leaseRetryPeriodMs: 2_000,
      allowedHosts: [{ host: 'api.openconnectors.*.ext.hana.ondemand.com', port: undefined }],
      allowedServers: ['*.infusionsoft.com'],
      extraConfigurationKeys: [],
      defaultAccountNamespaces: [],
      externalUrl: undefined,
      createDeadlineMs: 120_000,
      searchGraceMs: 30_000,
      inventoryIntervalMs: 600_000,
      shutdownGraceMs: 25_000,
      metricsPort: 8080,
      healthPort: 8081,
      consentPort: 8082,
      logLevel: 'info',
      logFormat: 'json',
    });
  });

  test('every default is accepted by its own type', () => {
    expect(parseSettings({}, []).problems).toEqual([]);
  });

  test('in a pod the namespace is the one that Kubernetes mounted', () => {
    const readFile = (path: string) =>
      path === '/var/run/secrets/kubernetes.io/serviceaccount/namespace' ? 'operators\n' : undefined;
    expect(loadConfig(sources({ readFile })).podNamespace).toBe('operators');
    expect(loadConfig(sources({ readFile, env: { POD_NAMESPACE: 'mine' } })).podNamespace).toBe('mine');
  });
});

describe('reading', () => {
  test('a flag beats the environment, the last of a repeated flag counts, an empty variable does not', () => {
    const env = { WORKERS: '5', LOG_LEVEL: '', WATCH_NAMESPACE: 'a, b ,a', CLUSTER_ID: 'c1' };
    const config = loadConfig(sources({ env, argv: ['--workers', '6', '--workers=7'] }));
    expect(config).toMatchObject({ workers: 7, logLevel: 'info', watchNamespaces: ['a', 'b'] });
  });

  test.each([
    [['--leader-elect'], true],
    [['--leader-elect=false'], false],
    [['--leader-elect', '--workers=3'], true],
  ])('%j elects a leader: %s', (argv, expected) => {
    expect(loadConfig(sources({ argv, env: { LEADER_ELECT: 'false' } })).leaderElect).toBe(expected);
  });

  test('a default account with all it needs', () => {
    const env = {
      DEFAULT_ACCOUNT_URL: 'https://localhost:8443/elements/api-v2/',
      DEFAULT_ACCOUNT_SECRET_DIR: '/etc/account',
      DEFAULT_ACCOUNT_NAMESPACES: '*',
      ALLOWED_HOSTS: 'api.openconnectors.*.ext.hana.ondemand.com, localhost:8443',
      EXTERNAL_URL: 'https://connect.example.com/ifc/',
    };
    expect(loadConfig(sources({ env }))).toMatchObject({
      defaultAccountUrl: 'https://localhost:8443/elements/api-v2',
      defaultAccountNamespaces: '*',
      allowedHosts: [{ port: undefined }, { host: 'localhost', port: 8443 }],
      externalUrl: 'https://connect.example.com/ifc',
    });
  });

  test('a bundle of certificates is parsed', () => {
    const readFile = () => '-----BEGIN CERTIFICATE-----\nMII...';
    expect(loadConfig(sources({ env: { CA_FILE: '/ca.pem' }, readFile })).caFile).toBe('/ca.pem');
    expect(problemsOf({ env: { CA_FILE: '/ca.pem' }, readFile: () => '' })).toEqual([
      expect.stringContaining('a file without certificates'),
    ]);
  });

  test('the result is frozen through and through', () => {
    const config = loadConfig(sources());
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.allowedHosts[0])).toBe(true);
  });

  test('the system itself is a source, and a file that is not there is no failure', () => {
    const system = systemSources();
    expect(system.hostname).not.toBe('');
    expect(system.readFile('/no/such/file')).toBeUndefined();
  });
});
