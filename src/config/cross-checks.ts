import { findHostPattern } from '../runtime/host-pattern.ts';
import { type ParsedSettings, problemLine } from './parse.ts';
import { type SettingName, settings } from './settings.ts';

/** The rules between settings. */
interface CrossCheck {
  /** The setting that has to be changed. */
  readonly at: SettingName;
  /** The settings that the rule reads. The rule is skipped if one of them is invalid. */
  readonly with: readonly SettingName[];
  readonly wrong: string;
  readonly expected: string;
  readonly fails: (values: ParsedSettings) => boolean;
}

/** client-go's jitter: a retry may come this many times later than its period says. */
const RETRY_JITTER = 1.2;

const checks: readonly CrossCheck[] = [
  {
    at: 'clusterId',
    with: ['watchNamespaces'],
    wrong: 'is missing',
    expected: 'with WATCH_NAMESPACES, as such an operator may not read the uid of kube-system',
    fails: ({ watchNamespaces, clusterId }) => watchNamespaces.length > 0 && clusterId === undefined,
  },
  {
    at: 'leaseDurationMs',
    with: [],
    wrong: 'is not whole seconds',
    expected: 'whole seconds, as a Lease holds them',
    fails: ({ leaseDurationMs }) => leaseDurationMs % 1000 !== 0,
  },
  {
    at: 'leaseRenewDeadlineMs',
    with: ['leaseDurationMs'],
    wrong: 'is too long',
    expected: 'less than LEASE_DURATION',
    fails: ({ leaseDurationMs, leaseRenewDeadlineMs }) => leaseRenewDeadlineMs >= leaseDurationMs,
  },
  {
    at: 'leaseRetryPeriodMs',
    with: ['leaseRenewDeadlineMs'],
    wrong: 'is too long',
    expected: `less than LEASE_RENEW_DEADLINE divided by ${RETRY_JITTER}`,
    fails: ({ leaseRenewDeadlineMs, leaseRetryPeriodMs }) =>
      leaseRetryPeriodMs * RETRY_JITTER >= leaseRenewDeadlineMs,
  },
  {
    at: 'defaultAccountUrl',
    with: ['allowedHosts'],
    wrong: 'names a host that is not allowed',
    expected: 'a host of ALLOWED_HOSTS',
    fails: ({ defaultAccountUrl, allowedHosts }) => {
      if (defaultAccountUrl === undefined) {
        return false;
      }
      const { hostname, port } = new URL(defaultAccountUrl);
      return findHostPattern(allowedHosts, hostname, port === '' ? undefined : Number(port)) === undefined;
    },
  },
  {
    at: 'defaultAccountUrl',
    with: ['defaultAccountSecretDir', 'defaultAccountNamespaces'],
    wrong: 'is missing',
    expected: 'with the other settings of the default account',
    fails: ({ defaultAccountUrl, defaultAccountSecretDir, defaultAccountNamespaces }) =>
      defaultAccountUrl === undefined &&
      (defaultAccountSecretDir !== undefined || defaultAccountNamespaces.length > 0),
  },
  {
    at: 'defaultAccountSecretDir',
    with: ['defaultAccountUrl'],
    wrong: 'is missing',
    expected: 'with DEFAULT_ACCOUNT_URL',
    fails: ({ defaultAccountUrl, defaultAccountSecretDir }) =>
      defaultAccountUrl !== undefined && defaultAccountSecretDir === undefined,
  },
  {
    at: 'defaultAccountNamespaces',
    with: ['defaultAccountUrl'],
    wrong: 'is missing',
    expected: 'with DEFAULT_ACCOUNT_URL, * for all namespaces',
    fails: ({ defaultAccountUrl, defaultAccountNamespaces }) =>
      defaultAccountUrl !== undefined && defaultAccountNamespaces.length === 0,
  },
  {
    at: 'healthPort',
    with: ['metricsPort'],
    wrong: 'is taken',
    expected: 'another port than METRICS_PORT',
    fails: ({ healthPort, metricsPort }) => healthPort !== 0 && healthPort === metricsPort,
  },
  {
    at: 'consentPort',
    with: ['metricsPort', 'healthPort'],
    wrong: 'is taken',
    expected: 'another port than METRICS_PORT and HEALTH_PORT',
    fails: ({ consentPort, metricsPort, healthPort }) =>
      consentPort !== 0 && (consentPort === metricsPort || consentPort === healthPort),
  },
];

/** One line for each violated rule. Settings in `wrong` are absent from `values`. */
export function crossCheck(values: Partial<ParsedSettings>, wrong: ReadonlySet<string>): readonly string[] {
  return checks
    .filter((check) => ![check.at, ...check.with].some((name) => wrong.has(name)))
    .filter((check) => check.fails(values as ParsedSettings))
    .map((check) => problemLine(settings[check.at], check.wrong, check.expected));
}
