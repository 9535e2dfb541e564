import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { type Tracer, trace } from '@opentelemetry/api';
import type { DestinationStream } from 'pino';
import type { ReadMounted } from './account/default-account.ts';
import { ACCOUNT_RESOURCE, CONNECTOR_RESOURCE, GROUP } from './api/group.ts';
import { allowedHost } from './api/validation/allowlist.ts';
import type { Config } from './config/config.ts';
import { leaseNameOf } from './config/lease-name.ts';
import { bypassesProxy } from './config/proxy.ts';
import { VERSION } from './config/version.ts';
import type { ActionObserver } from './connector/reconcile.ts';
import type { ConsentServer } from './consent/http/server.ts';
import { createConsentService, type ListenConsent } from './consent/service.ts';
import { createKubeClient } from './kube/client/kube-client.ts';
import { wellKnown } from './kube/client/paths.ts';
import { createLeadership, type LeaderElectionOptions } from './kube/leader/create-leadership.ts';
import { createOpenConnectorsPool, type OpenConnectorsPoolOptions } from './openconnectors/account-pool.ts';
import { ControllerManager } from './operator/controller-manager.ts';
import { Controllers } from './operator/controllers.ts';
import type { Clock } from './runtime/clock.ts';
import type { Random } from './runtime/random.ts';
import { createScrubber, type Redactor } from './secrets/redaction.ts';
import { createEndpoints, type Endpoints, type Ports } from './telemetry/endpoints.ts';
import { createInstruments } from './telemetry/instruments.ts';
import { createLogger, type Logger, operatorLogger } from './telemetry/log.ts';
import type { OperatorResources } from './telemetry/metrics/resource-metrics.ts';
import { SERVICE_NAME } from './telemetry/tracing/start-tracing.ts';

/** Field manager, user agent and `reportingController` of Events. */
const COMPONENT = `${GROUP}/operator`;

/** Time for requests to the consent pages before the operator itself stops: an aborted callback loses its code. */
const CONSENT_STOP_MS = 2_000;

/** What an operator is composed from: its configuration and its environment. */
export interface Composition {
  readonly config: Config;
  readonly kubeConfig: KubeConfig;
  readonly clock: Clock;
  readonly random: Random;
  /** Where log lines go; standard output unless set. */
  readonly logTo?: DestinationStream | undefined;
  readonly onStoppedLeading?: (() => void) | undefined;
  readonly onAction?: ActionObserver | undefined;
  /** The process's tracer unless set. */
  readonly tracer?: Tracer | undefined;
  /** Connections to Open Connectors; sockets unless set. */
  readonly createTransport?: OpenConnectorsPoolOptions['createTransport'] | undefined;
  /** Probes and metrics; two ports unless set. */
  readonly endpoints?: Pick<Endpoints, 'open' | 'close'> | undefined;
  /** Serves the consent pages; a port unless set. */
  readonly listenConsent?: ListenConsent | undefined;
}

/** A composed operator. */
export interface ComposedOperator {
  readonly logger: Logger;
  /** Serves probes and metrics, then starts the operator and the consent pages. Throws `ListenError`. */
  start(): Promise<Ports>;
  /** Stops consent pages, operator, connections and servers, in this order. `graceMs` is the time for running handlers. */
  stop(graceMs: number): Promise<void>;
}

/** Composes the operator; nothing is started and nothing is called yet. */
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
  const log = operatorLogger(logger.child({ controller: 'operator' }));
  const client = createKubeClient({
    kubeConfig,
    clock,
    userAgent: COMPONENT,
    observe: instruments.kube.observeCall,
    observeRetry: instruments.kube.observeRetry,
  });
  const leadership = createLeadership({
    rest: client.rest,
    clock,
    random,
    logger: log,
    election: leaseName === undefined ? undefined : electionOf(config, namespace, leaseName, random),
  });
  const pool = createOpenConnectorsPool({
    clock,
    random,
    guard: () => leadership.assertHeld(),
    ...instruments.pool,
    onBudgetChange: (key, state) => {
      instruments.pool.onBudgetChange(key, state);
      controllers.accountPaused(key.accountUid);
    },
    isAddressCheckExempt: (host, port) =>
      allowedHost(`https://${host}:${port}`, config.allowedHosts)?.addressCheckExempt ?? false,
    createTransport: parts.createTransport,
    proxyFor: (host, port) => (bypassesProxy(config.noProxy, host, port) ? undefined : config.httpsProxy),
    ...(config.caFile !== undefined && { extraCaPem: readFileSync(config.caFile, 'utf8') }),
  });
  const readMounted: ReadMounted = (file) => readMountedFile(config.defaultAccountSecretDir, file);
  const shared = { config, pool, scrubber, clock, random, readMounted };
  const controllers = new Controllers({
    ...shared,
    namespace,
    replicaRest: client.rest,
    leadership,
    log,
    onAction: parts.onAction,
  });
  const operator = new ControllerManager({
    logger: log,
    client,
    leadership,
    clock,
    random,
    workers: config.workers,
    component: COMPONENT,
    instance: config.podName,
    queue: instruments.kube.queue,
    observeReconcile: instruments.observeReconcile,
    onStoppedLeading: parts.onStoppedLeading,
    controllers: controllers.list,
    namespaces: config.watchNamespaces,
    labelSelector: config.watchLabelSelector,
    prepare: () => controllers.prepare(),
    onLeading: (manager) => controllers.start(manager),
  });
  const startConsent = createConsentService({
    ...shared,
    log: logger.child({ controller: 'consent' }),
    observe: instruments.observeConsent,
    listen: parts.listenConsent,
  });
  const endpoints =
    parts.endpoints ??
    createEndpoints({
      config,
      instruments,
      operator: { healthy: () => operator.healthy(), resources: () => resourcesOf(operator, controllers) },
      leaseName,
      clock,
      logger,
    });
  let consent: Promise<ConsentServer> | undefined;
  return {
    logger,
    async start() {
      const ports = await endpoints.open();
      await operator.start();
      if (!operator.healthy().stopping) {
        // Every replica serves the consent pages, whether or not it leads.
        consent = startConsent?.({
          rest: client.rest,
          clusterId: controllers.clusterId,
          secret: (namespace, name) => operator.store(wellKnown.secrets).get(namespace, name),
          connector: (namespace, name) => operator.store(CONNECTOR_RESOURCE).get(namespace, name),
        });
        await consent;
      }
      return ports;
    },
    async stop(graceMs) {
      const server = await consent?.catch(() => undefined);
      await server?.stop(CONSENT_STOP_MS);
      await operator.stop(graceMs);
      await pool.close();
      await endpoints.close();
    },
  };
}

/** The Lease that replicas with the same selection share. */
function electionOf(config: Config, namespace: string, name: string, random: Random): LeaderElectionOptions {
  return {
    namespace,
    name,
    identity: `${config.podName}_${random.bytes(4).toString('hex')}`,
    timing: {
      leaseDurationMs: config.leaseDurationMs,
      renewDeadlineMs: config.leaseRenewDeadlineMs,
      retryPeriodMs: config.leaseRetryPeriodMs,
    },
  };
}

/** The cached resources, for metrics; none before the caches are synced. */
function resourcesOf(operator: ControllerManager, controllers: Controllers): OperatorResources {
  const { synced } = operator.healthy();
  return {
    connectors: synced ? operator.store(CONNECTOR_RESOURCE).list() : [],
    accounts: synced ? operator.store(ACCOUNT_RESOURCE).list() : [],
    defaultAccount: controllers.defaultAccountStatus,
  };
}

/** Never released: the proxy's credentials are used as long as the process runs. */
function keepProxySecret({ httpsProxy }: Config, scrubber: Redactor): void {
  const credentials = httpsProxy?.credentials;
  if (credentials !== undefined) {
    scrubber.hold(credentials.password);
    scrubber.hold(`${credentials.user}:${credentials.password}`);
  }
}

/** Host and port of the kubeconfig: client-go's metrics have both in the label, also a default port. */
function hostOf(kubeConfig: KubeConfig): string {
  const server = kubeConfig.getCurrentCluster()?.server ?? '';
  return /^[a-z]+:\/\/([^/]+)/i.exec(server)?.[1] ?? '';
}

function contextNamespace(kubeConfig: KubeConfig): string | undefined {
  return kubeConfig.getContextObject(kubeConfig.getCurrentContext())?.namespace;
}

function readMountedFile(folder: string | undefined, file: string): string | undefined {
  if (folder === undefined) {
    return undefined;
  }
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch {
    return undefined; // Reported as a missing Secret.
  }
}
