import { createSimulation, type Simulation } from 'open-connectors-simulator/simulation.ts';
import { VirtualClock } from 'test-kit/virtual-clock.ts';
import { derivedRandom } from '../../soak/seeds.ts';
import { type Namespace, useNamespace } from '../../support/workbench/cluster.ts';
import type { Api, Fates, WireCall } from '../wire/fate.ts';
import { externalServer, kubernetesServer } from '../wire/servers.ts';
import type { Wire, WireObserver } from '../wire/wire.ts';
import { type Cluster, createCluster, type Definitions, TEAM } from './cluster.ts';
import type { OperatorProcess } from './operator-process.ts';
import { type Replicas, startReplicas } from './replicas.ts';
import { createTrace, type Trace } from './trace.ts';

/** Everything of one run: a clock, two servers, a wire between them and the operator's processes. */
export interface Environment {
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly trace: Trace;
  readonly cluster: Cluster;
  readonly simulation: Simulation;
  readonly team: Namespace;
  /** With `externalUrl` each replica serves the consent pages. */
  startOperator(replicas: number, externalUrl?: string): Replicas;
  /** One operator for each label selector. */
  startShards(selectors: readonly string[]): Replicas;
  /** Stops everything; the environment cannot be used again. */
  stop(): void;
}

export interface EnvironmentOptions {
  readonly seed: number;
  readonly definitions: Definitions;
  readonly fates: Fates;
  readonly observer: (environment: Environment) => WireObserver;
  readonly onLog: (process: string, line: string) => void;
  readonly onTimer?: (process: OperatorProcess) => void;
}

/** An environment without an operator. */
export function createEnvironment(options: EnvironmentOptions): Environment {
  const { seed } = options;
  const clock = new VirtualClock();
  const trace = createTrace(() => clock.monotonic());
  const cluster = createCluster(clock, derivedRandom(seed, 'cluster'), options.definitions);
  const control = createSimulation({ clock, random: derivedRandom(seed, 'external') });
  const numbers = { kubernetes: 0, external: 0 };
  const open: Wire['open'] = new Set();
  let replicas: Replicas | undefined;
  const start = (count: number, shards?: readonly string[], externalUrl?: string): Replicas => {
    const wire: Wire = {
      clock,
      servers: {
        kubernetes: kubernetesServer(cluster.server),
        external: externalServer(control.simulation),
      },
      fates: (call) => traced(trace, call, options.fates),
      observer: options.observer(environment),
      open,
      number: (api: Api) => {
        numbers[api] += 1;
        return { number: numbers.kubernetes + numbers.external, index: numbers[api] };
      },
    };
    replicas = startReplicas({
      seed,
      count,
      shards,
      externalUrl,
      wire,
      clock,
      trace,
      onLog: options.onLog,
      onTimer: options.onTimer ?? (() => undefined),
    });
    return replicas;
  };
  const environment: Environment = {
    seed,
    clock,
    trace,
    cluster,
    simulation: control.simulation,
    team: useNamespace(cluster, TEAM),
    startOperator: (count, externalUrl) => start(count, undefined, externalUrl),
    startShards: (selectors) => start(selectors.length, selectors),
    stop() {
      replicas?.stop();
      for (const exchange of open) {
        exchange.release();
      }
      control.stop();
      cluster.server.stop();
    },
  };
  return environment;
}

function traced(trace: Trace, call: WireCall, fates: Fates): ReturnType<Fates> {
  const fate = fates(call);
  const { fault, crash, pauseMs } = fate;
  if (fault !== undefined || crash !== undefined || pauseMs !== undefined) {
    const words = [
      ...(fault === undefined ? [] : [Object.values(fault).join(' ')]),
      ...(crash === undefined ? [] : [`crash ${crash}`]),
      ...(pauseMs === undefined ? [] : [`its process is paused for ${pauseMs} ms`]),
    ];
    trace.note('fault', `#${call.number} ${words.join(', ')}`);
  }
  return fate;
}
