import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Simulator, startSimulator } from 'open-connectors-simulator/simulator.ts';
import { OPERATOR_NAME } from '../../scripts/generate/rbac-roles.ts';
import type { ControlPlane } from '../../test/support/controlplane/control-plane.ts';
import { type ControlPlaneSource, controlPlanes } from '../../test/support/controlplane/sources.ts';
import { giveClusterRights } from '../../test/support/rbac/operator-rights.ts';
import { serviceAccountKubeconfig } from '../../test/support/rbac/service-account.ts';

/** The servers of a run, the same for every subject. */
export interface Stage {
  readonly plane: ControlPlane;
  readonly simulator: Simulator;
  /** Namespace of the operator's own Secrets and Lease. */
  readonly home: string;
  /** Environment of a subject: kubeconfig, addresses, certificates. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** The best control plane that the environment offers. */
export function bestControlPlane(): ControlPlaneSource {
  const source = controlPlanes().findLast(({ left }) => left === undefined);
  if (source === undefined) {
    throw new Error('There is no control plane to run on.');
  }
  return source;
}

/** Starts a control plane and the simulator with `latencyMs`. */
export async function startStage(source: ControlPlaneSource, latencyMs: number): Promise<Stage> {
  const plane = await source.start();
  const simulator = await startSimulator({ knobs: { latencyMs } });
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  await plane.installCrds();
  const home = await plane.createNamespace('operator');
  await giveClusterRights(plane.rest, home);
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, await serviceAccountKubeconfig(plane, home, OPERATOR_NAME), { mode: 0o600 });
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, simulator.caPem);
  return {
    plane,
    simulator,
    home,
    environment: {
      PATH: process.env['PATH'] ?? '',
      KUBECONFIG: kubeconfig,
      POD_NAMESPACE: home,
      ALLOWED_HOSTS: `localhost:${simulator.port}`,
      CA_FILE: caFile,
      LEGACY_API_END: 'never',
      BIND_ADDRESS: '127.0.0.1',
      METRICS_PORT: '0',
      HEALTH_PORT: '0',
    },
    async stop() {
      await simulator.stop();
      await plane.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
