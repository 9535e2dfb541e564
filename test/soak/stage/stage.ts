import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/runtime/clock.ts';
import type { ControlPlane } from '../../support/controlplane/control-plane.ts';
import { controlPlanes } from '../../support/controlplane/sources.ts';
import { startWorkbench, type Workbench } from '../../support/workbench/workbench.ts';
import { type AuditLog, createAuditLog } from '../model/audit-log.ts';
import { CLUSTER_ID } from '../model/cluster-id.ts';
import { type ConnectorWatch, watchConnectors } from '../model/connector-watch.ts';
import type { Tenant } from '../model/subject.ts';
import type { SoakOptions } from '../options.ts';
import { type ApiServerProxy, startApiServerProxy } from '../proxy/api-server-proxy.ts';
import { derivedRandom } from '../seeds.ts';
import { type Replicas, startReplicas } from './replicas.ts';
import { createTenants } from './tenants.ts';

/** Deadline of the operator for a call with a code, milliseconds. */
export const CREATE_DEADLINE_MS = 2_000;

/** Short periods, so that a storm of minutes covers days of operation. */
const SETTINGS = {
  CLUSTER_ID,
  LEADER_ELECT: 'true',
  LEASE_DURATION: '3s',
  LEASE_RENEW_DEADLINE: '2s',
  LEASE_RETRY_PERIOD: '300ms',
  CREATE_DEADLINE: `${CREATE_DEADLINE_MS}ms`,
  SEARCH_GRACE: '2s',
  INVENTORY_INTERVAL: '10s',
  PING_INTERVAL: '20s',
} as const;

/** The servers and processes of a run. */
export interface Stage {
  readonly options: SoakOptions;
  readonly plane: ControlPlane;
  readonly bench: Workbench;
  readonly proxy: ApiServerProxy;
  readonly replicas: Replicas;
  readonly tenants: readonly Tenant[];
  readonly connectors: ConnectorWatch;
  readonly auditLog: AuditLog;
  /** Holds the logs and, after a failure, the traces. */
  readonly folder: string;
  /** Stops everything. Returns the findings of the workbench: broken statuses, leaked values. */
  close(): Promise<readonly string[]>;
}

/** Starts control plane, simulator, proxy and replicas; `cleanup` stops them if a later start fails. */
export async function buildStage(options: SoakOptions, cleanup: AsyncDisposableStack): Promise<Stage> {
  const source = controlPlanes().findLast(({ left }) => left === undefined);
  if (source === undefined) {
    throw new Error('There is no control plane to run on');
  }
  const folder = await mkdtemp(join(tmpdir(), 'soak-'));
  const plane = await source.start();
  cleanup.defer(() => plane.stop());
  const bench = await startWorkbench(plane);
  const stopBench = once(() => bench.stop());
  cleanup.defer(async () => {
    await stopBench().catch(() => undefined); // `close` reports it.
  });
  const proxy = await startApiServerProxy({
    kubeconfig: plane.kubeconfig,
    clock: systemClock,
    random: derivedRandom(options.seed, 'proxy'),
    watchDelayMs: options.watchDelayMs,
  });
  cleanup.defer(() => proxy.stop());
  const auditLog = createAuditLog(systemClock.now);
  const connectors = await watchConnectors(plane, auditLog, systemClock.now);
  cleanup.defer(async () => connectors.stop());
  const tenants = await createTenants(bench);
  const kubeconfig = join(folder, 'kubeconfig');
  const direct = await readFile(bench.environment()['KUBECONFIG'] ?? '', 'utf8');
  await writeFile(kubeconfig, proxy.through(direct), { mode: 0o600 });
  const replicas = startReplicas({
    bench,
    env: { ...SETTINGS, KUBECONFIG: kubeconfig },
    count: options.replicas,
    kills: options.kills,
    clock: systemClock,
    auditLog,
    folder,
  });
  return {
    options,
    plane,
    bench,
    proxy,
    replicas,
    tenants,
    connectors,
    auditLog,
    folder,
    async close() {
      try {
        await stopBench();
        return [];
      } catch (error) {
        return [error instanceof Error ? error.message : String(error)];
      }
    },
  };
}

function once<T>(action: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= action();
    return result;
  };
}
