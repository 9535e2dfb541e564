import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from 'open-connectors-simulator/simulator.ts';
import { OPERATOR_NAME } from '../../../scripts/generate/rbac-roles.ts';
import type { ComposedOperator } from '../../../src/compose.ts';
import { loadConfig } from '../../../src/config/config.ts';
import type { ActionObserver } from '../../../src/connector/reconcile.ts';
import { type Clock, systemClock } from '../../../src/runtime/clock.ts';
import { systemRandom } from '../../../src/runtime/random.ts';
import type { Ports } from '../../../src/telemetry/endpoints.ts';
import type { ControlPlane } from '../controlplane/control-plane.ts';
import { giveClusterRights } from '../rbac/operator-rights.ts';
import { serviceAccountKubeconfig } from '../rbac/service-account.ts';
import { timeLimit } from '../time-limit.ts';
import { watchCanaries } from './canary-watch.ts';
import { createNamespace, type Namespace, useNamespace } from './cluster.ts';
import { watchConformance } from './conformance-watch.ts';
import { account, CALLBACK_URL, secret } from './manifests.ts';
import { compose } from './operator-under-test.ts';
import { watchRefusals } from './refusals.ts';

/** An operator in this process, with a control plane and a simulator. */
export interface RunningOperator {
  /** All log lines. */
  readonly log: readonly string[];
  readonly composed: ComposedOperator;
  /** Ports of its metrics and probes on 127.0.0.1. */
  readonly ports: Ports;
  stop(): Promise<void>;
}

/** The differences from an operator with defaults. */
export interface OperatorSettings {
  readonly env?: Readonly<Record<string, string>>;
  readonly onAction?: ActionObserver;
  /** Absent: the system's. */
  readonly clock?: Clock;
}

/** The namespace and the service account of the operator. */
export interface Installation {
  /** A namespace with the operator's service account and its permissions. Absent: both are created as in `deploy/`. */
  readonly home?: string;
}

/** A control plane with a simulator and the operators that a test starts. */
export interface Workbench {
  readonly plane: ControlPlane;
  readonly simulator: Simulator;
  /** Namespace of the operator's own Secrets and Lease. */
  readonly home: Namespace;
  namespace(prefix: string): Promise<Namespace>;
  /** A namespace that another program created; its objects are searched for values of Secrets as well. */
  useNamespace(name: string): Namespace;
  startOperator(settings?: OperatorSettings): Promise<RunningOperator>;
  /** Registers a cleanup for the end of the workbench. */
  atStop(end: () => Promise<unknown>): void;
  /** Registers the output of an operator in a separate process for the search for values of Secrets. */
  watchOutput(lines: readonly string[]): void;
  /** Environment of an operator in a separate process. */
  environment(env?: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  /**
   * Stops everything except for the control plane. Throws if a value of any Secret is in a log line, an event or a status,
   * if any written status breaks the rules of kstatus, or if
   * the operator was denied a request that the deployed roles should allow.
   */
  stop(): Promise<void>;
}

/**
 * Starts a simulator beside `plane` and installs the CRDs there. Operators get the credentials of the service account
 * with the deployed roles, so that a missing permission fails a test.
 */
export async function startWorkbench(
  plane: ControlPlane,
  options: SimulatorOptions = {},
  installation: Installation = {},
): Promise<Workbench> {
  await plane.installCrds();
  const simulator = await startSimulator(options);
  const folder = await mkdtemp(join(tmpdir(), 'workbench-'));
  const caFile = join(folder, 'ca.pem');
  const kubeconfigFile = join(folder, 'kubeconfig');
  await writeFile(caFile, simulator.caPem);
  const home =
    installation.home === undefined
      ? await createNamespace(plane, 'operator')
      : useNamespace(plane, installation.home);
  const rights = installation.home === undefined ? await giveClusterRights(plane.rest, home.name) : undefined;
  const refused = watchRefusals(plane, rights === undefined ? undefined : home.name);
  const kubeconfig = await serviceAccountKubeconfig(plane, home.name, OPERATOR_NAME);
  await writeFile(kubeconfigFile, kubeconfig, { mode: 0o600 });
  const running = new Set<RunningOperator>();
  const ends: (() => Promise<unknown>)[] = [];
  const conformance = await watchConformance(plane);
  const canaries = await watchCanaries(plane);
  canaries.mine(home.name);

  const environment = (env: Readonly<Record<string, string>> = {}) => ({
    KUBECONFIG: kubeconfigFile,
    POD_NAMESPACE: home.name,
    ALLOWED_HOSTS: `localhost:${simulator.port}`,
    CA_FILE: caFile,
    LEADER_ELECT: 'false',
    // Long enough that a create on a busy machine does not exceed its deadline.
    CREATE_DEADLINE: '5s',
    // Longer than a busy machine takes to write a record: a slower one is not sent.
    SEARCH_GRACE: '2s',
    // Suites about the end of XML-RPC set a date; the others are independent of it.
    LEGACY_API_END: 'never',
    AUTHORIZATION_RECHECK: '1s',
    LOG_LEVEL: 'debug',
    // Several operators share this machine.
    BIND_ADDRESS: '127.0.0.1',
    METRICS_PORT: '0',
    HEALTH_PORT: '0',
    ...env,
  });

  return {
    plane,
    simulator,
    home,
    environment,
    watchOutput: canaries.output,
    atStop: (end) => void ends.push(end),
    async namespace(prefix) {
      const namespace = await createNamespace(plane, prefix);
      canaries.mine(namespace.name);
      return namespace;
    },
    useNamespace(name) {
      canaries.mine(name);
      return useNamespace(plane, name);
    },
    async startOperator({ env, onAction, clock = systemClock } = {}) {
      const kubeConfig = new KubeConfig();
      kubeConfig.loadFromString(kubeconfig);
      const log: string[] = [];
      canaries.output(log);
      const composed = compose({
        config: loadConfig({
          env: environment(env),
          argv: [],
          hostname: 'workbench',
          random: systemRandom,
          readFile: () => simulator.caPem,
        }),
        kubeConfig,
        clock,
        random: systemRandom,
        logTo: { write: (line) => void log.push(line) },
        onAction,
      });
      const ports = await composed.start();
      const operator: RunningOperator = {
        log,
        composed,
        ports,
        async stop() {
          running.delete(operator);
          await composed.stop(timeLimit(5_000));
        },
      };
      running.add(operator);
      return operator;
    },
    async stop() {
      await Promise.all([...[...running].map((operator) => operator.stop()), ...ends.map((end) => end())]);
      await simulator.stop();
      await canaries.check();
      await rights?.remove();
      refused.check();
      await rm(folder, { recursive: true, force: true });
      conformance.stop();
    },
  };
}

/** The Secrets and the account that the manifests' connectors reference; `code` also creates the Secret of the code. */
export async function createPrerequisites(
  { simulator }: Workbench,
  namespace: Namespace,
  options: { readonly code?: boolean } = {},
): Promise<void> {
  await namespace.create(
    secret('sap-account', {
      userSecret: simulator.credentials.userSecret,
      organizationSecret: simulator.credentials.organizationSecret,
    }),
    account('sap', simulator.baseUrl),
    secret('crm-key', { encryptedKey: 'f6d2a8b1c9e04735aa61' }),
    secret('crm-oauth', { client_id: simulator.app.clientId, client_secret: simulator.app.clientSecret }),
    ...(options.code === false ? [] : [secret('crm-code', { code: newCode(simulator) })]),
  );
}

/** A new authorization code, as after a consent. */
export function newCode(simulator: Simulator): string {
  return simulator.issueCode({ callbackUrl: CALLBACK_URL });
}
