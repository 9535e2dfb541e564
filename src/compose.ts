import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { type Tracer, trace } from '@opentelemetry/api';
import type { DestinationStream } from 'pino';
import type { ReadMounted } from './account/default-account.ts';
import { GROUP } from './api/group.ts';
import { allowedHost } from './api/validation/allowlist.ts';
import type { Config } from './config/config.ts';
import { leaseNameOf } from './config/lease-name.ts';
import { bypassesProxy } from './config/proxy.ts';
import { VERSION } from './config/version.ts';
import type { ActionObserver } from './connector/reconcile.ts';
import { createConsentService } from './consent/service.ts';
import { createOpenConnectorsPool } from './openconnectors/account-pool.ts';
import { ConnectorOperator } from './operator/operator.ts';
import type { Clock } from './runtime/clock.ts';
import type { Random } from './runtime/random.ts';
import { createScrubber, type Redactor } from './secrets/redaction.ts';
import { createEndpoints, type Ports } from './telemetry/endpoints.ts';
import { createInstruments } from './telemetry/instruments.ts';
import { createLogger, type Logger, operatorLogger } from './telemetry/log.ts';
import { SERVICE_NAME } from './telemetry/tracing/start-tracing.ts';

/** What an operator is composed from: its configuration, and everything that is not a function of it. */
export interface Composition {
  readonly config: Config;
  readonly kubeConfig: KubeConfig;
  readonly clock: Clock;
  readonly random: Random;
  /** Where log lines go; standard output unless set. */
  readonly logTo?: DestinationStream | undefined;
  readonly onStoppedLeading?: (() => void) | undefined;
  readonly onAction?: ActionObserver | undefined;
  /** The process' own unless set. */
  readonly tracer?: Tracer | undefined;
}

/** An operator that is ready to be started, and how to end it in order. */
export interface ComposedOperator {
  readonly logger: Logger;
  readonly operator: ConnectorOperator;
  /** Serves probes and metrics, then starts the operator. Throws `ListenError`. */
  start(): Promise<Ports>;
  /** Ends the operator, then its connections and servers. `graceMs` is what calls under way get. */
  stop(graceMs: number): Promise<void>;
}

/** Puts the operator together; nothing is started and nothing is called yet. */
export function compose(parts: Composition): ComposedOperator {
  const { config, kubeConfig, clock, random } = parts;
  const scrubber = createScrubber();
  keepProxySecret(config, scrubber);
  const logger = createLogger({
    level: config.logLevel,
    format: config.logFormat,
    clock,
    scrubber,
    ...(parts.logTo && { destination: parts.logTo }),
  });
  const namespace = config.podNamespace ?? contextNamespace(kubeConfig) ?? 'default';
  const instruments = createInstruments({
    logger,
    scrubber,
    clock,
    random,
    tracer: parts.tracer ?? trace.getTracer(SERVICE_NAME, VERSION),
    workers: config.workers,
    kubeHost: hostOf(kubeConfig),
  });
  const leaseName = config.leaderElect ? leaseNameOf(config) : undefined;
  // The pool asks the operator for its leadership, and the operator works with the pool.
  const leading = { assert: (): void => undefined, paused: (_accountUid: string): void => undefined };
  const pool = createOpenConnectorsPool({
    clock,
    random,
    guard: () => leading.assert(),
    ...instruments.pool,
    onBudgetChange: (key, state) => {
      instruments.pool.onBudgetChange(key, state);
      leading.paused(key.slice(0, key.indexOf('/')));
    },
    isAddressCheckExempt: (host, port) =>
      allowedHost(`https://${host}:${port}`, config.allowedHosts)?.addressCheckExempt ?? false,
    proxyFor: (host, port) => (bypassesProxy(config.noProxy, host, port) ? undefined : config.httpsProxy),
    ...(config.caFile !== undefined && { extraCaPem: readFileSync(config.caFile, 'utf8') }),
  });
  const readFile: ReadMounted = (file) => readMounted(config.defaultAccountSecretDir, file);
  const operator = new ConnectorOperator({
    logger: operatorLogger(logger.child({ controller: 'operator' })),
    kubeConfig,
    clock,
    random,
    workers: config.workers,
    component: `${GROUP}/operator`,
    instance: config.podName,
    leaderElection:
      leaseName === undefined
        ? undefined
        : {
            namespace,
            name: leaseName,
            identity: `${config.podName}_${random.bytes(4).toString('hex')}`,
            timing: {
              leaseDurationMs: config.leaseDurationMs,
              renewDeadlineMs: config.leaseRenewDeadlineMs,
              retryPeriodMs: config.leaseRetryPeriodMs,
            },
          },
    ...instruments.kube,
    observeReconcile: instruments.observeReconcile,
    onStoppedLeading: parts.onStoppedLeading,
    config,
    namespace,
    pool,
    scrubber,
    readMounted: readFile,
    startConsent: createConsentService({
      config,
      pool,
      scrubber,
      clock,
      random,
      log: logger.child({ controller: 'consent' }),
      readMounted: readFile,
      observe: instruments.observeConsent,
    }),
    onAction: parts.onAction,
  });
  leading.assert = () => operator.assertLeading();
  leading.paused = (uid) => operator.accountPaused(uid);
  const endpoints = createEndpoints({ config, instruments, operator, leaseName, clock, logger });
  return {
    logger,
    operator,
    async start() {
      const ports = await endpoints.open();
      await operator.start();
      return ports;
    },
    async stop(graceMs) {
      await operator.stop(graceMs);
      await pool.close();
      await endpoints.close();
    },
  };
}

/** Held without release: the proxy's credentials stay in use as long as the process. */
function keepProxySecret({ httpsProxy }: Config, scrubber: Redactor): void {
  const credentials = httpsProxy?.credentials;
  if (credentials !== undefined) {
    scrubber.hold(credentials.password);
    scrubber.hold(`${credentials.user}:${credentials.password}`);
  }
}

/** Host and port as the kubeconfig has them: the port is part of the label in client-go's metrics, also a default one. */
function hostOf(kubeConfig: KubeConfig): string {
  const server = kubeConfig.getCurrentCluster()?.server ?? '';
  return /^[a-z]+:\/\/([^/]+)/i.exec(server)?.[1] ?? '';
}

function contextNamespace(kubeConfig: KubeConfig): string | undefined {
  return kubeConfig.getContextObject(kubeConfig.getCurrentContext())?.namespace;
}

function readMounted(folder: string | undefined, file: string): string | undefined {
  if (folder === undefined) {
    return undefined;
  }
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch {
    return undefined; // Shown as a missing Secret, with what to do.
  }
}
