import type { Config } from '../config/config.ts';
import { settings } from '../config/settings.ts';
import { VERSION } from '../config/version.ts';
import { type Listener, listen, type RequestHandler } from '../http/listener.ts';
import type { OperatorHealth } from '../kube/operator-options.ts';
import type { Clock } from '../runtime/clock.ts';
import { BLOCK_WINDOW_MS, liveness, livenessLimits, readiness } from './health/checks.ts';
import { watchEventLoop } from './health/event-loop.ts';
import { probeHandler } from './health/probes.ts';
import type { Instruments } from './instruments.ts';
import type { Logger } from './log.ts';
import { metricsHandler } from './metrics/handler.ts';
import { exposeOperator } from './metrics/operator-metrics.ts';
import { exposeResources, type OperatorResources } from './metrics/resource-metrics.ts';

/** Dependencies of `createEndpoints`. */
export interface EndpointOptions {
  readonly config: Pick<
    Config,
    'bindAddress' | 'metricsPort' | 'healthPort' | 'metricsPerResource' | 'createDeadlineMs'
  >;
  readonly instruments: Pick<Instruments, 'metrics' | 'pauses'>;
  readonly operator: {
    healthy(): OperatorHealth;
    resources(): OperatorResources;
  };
  /** Name of the Lease; `undefined` without leader election. */
  readonly leaseName: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The ports in use. */
export interface Ports {
  readonly metrics: number;
  readonly health: number;
}

/** The endpoints `/metrics` on one port, and `/healthz` and `/readyz` on another. */
export interface Endpoints {
  readonly handleMetrics: RequestHandler;
  readonly handleProbe: RequestHandler;
  /** Listens on both ports. Throws `ListenError` and then listens on neither. */
  open(): Promise<Ports>;
  close(): Promise<void>;
}

/** Creates the endpoints of one operator without listening. */
export function createEndpoints(options: EndpointOptions): Endpoints {
  const { config, operator, clock, logger } = options;
  const loop = watchEventLoop(clock, BLOCK_WINDOW_MS);
  const limits = livenessLimits(config.createDeadlineMs);
  const handleProbe = probeHandler({
    liveness: () => liveness(operator.healthy(), loop.longestBlockMs(), limits),
    readiness: () => readiness(operator.healthy()),
  });
  const handleMetrics = metricsHandler(exposed(options));
  const listeners: Listener[] = [];
  let isClosed = false;

  async function openOne(name: 'metricsPort' | 'healthPort', handle: RequestHandler) {
    const { env } = settings[name];
    const listener = await listen({
      name: env,
      address: config.bindAddress,
      port: config[name],
      handle,
      onError: (error) => logger.error({ error }, 'Failed to answer a request'),
    });
    listeners.push(listener);
    logger.info({ setting: env, port: listener.port }, 'Listening');
    return listener.port;
  }

  async function close(): Promise<void> {
    isClosed = true;
    loop.stop();
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
  }

  return {
    handleMetrics,
    handleProbe,
    close,
    async open() {
      try {
        const health = await openOne('healthPort', handleProbe);
        const metrics = await openOne('metricsPort', handleMetrics);
        loop.start();
        if (isClosed) {
          // `close` was called while the ports were opened.
          await close();
        }
        return { health, metrics };
      } catch (error) {
        await close();
        throw error;
      }
    },
  };
}

function exposed({ config, instruments, operator, leaseName, clock }: EndpointOptions) {
  const { metrics, pauses } = instruments;
  metrics.measureProcess();
  exposeOperator(metrics, { health: () => operator.healthy(), leaseName, version: VERSION });
  exposeResources(metrics, {
    resources: () => (operator.healthy().leading ? operator.resources() : undefined),
    pauses,
    clock,
    perResource: config.metricsPerResource,
  });
  return metrics;
}
