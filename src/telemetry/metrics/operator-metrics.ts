import type { OperatorHealth } from '../../kube/operator-options.ts';
import type { ReflectorState } from '../../kube/watch/reflector.ts';
import type { Metrics } from './metrics.ts';

/** Inputs of the metrics about the operator at each scrape. */
export interface OperatorMetricsOptions {
  readonly health: () => OperatorHealth;
  /** Name of the Lease; `undefined` without leader election. */
  readonly leaseName: string | undefined;
  readonly version: string;
}

const watchStates: Readonly<Record<ReflectorState['name'], true>> = {
  idle: true,
  listing: true,
  connecting: true,
  watching: true,
  waiting: true,
  stopped: true,
};

/** Collects the state of watches, leadership and build at each scrape. */
export function exposeOperator(metrics: Metrics, options: OperatorMetricsOptions): void {
  metrics.set(
    'openconnectors_build_info',
    { version: options.version, node_version: process.versions.node },
    1,
  );
  metrics.onScrape(() => {
    const health = options.health();
    if (options.leaseName !== undefined) {
      metrics.set('leader_election_master_status', { name: options.leaseName }, health.leading ? 1 : 0);
    }
    const watches = health.watches;
    metrics.replace(
      'openconnectors_watch_state',
      watches.flatMap(({ id, namespace, state }) =>
        Object.keys(watchStates).map((name) => ({
          labels: { resource: id, namespace, state: name },
          value: name === state ? 1 : 0,
        })),
      ),
    );
    metrics.replace(
      'openconnectors_watch_last_contact_seconds',
      watches.flatMap(({ id, namespace, lastContactMs }) =>
        lastContactMs === undefined
          ? []
          : [{ labels: { resource: id, namespace }, value: lastContactMs / 1000 }],
      ),
    );
  });
}
