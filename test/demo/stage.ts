import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiServer, startApiServer } from 'kube-apiserver-emulator/index.ts';
import { type Simulator, startSimulator } from 'open-connectors-simulator/simulator.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { prepareSite, type Site } from './site.ts';

/** The servers of the demo. */
export interface Stage {
  readonly server: ApiServer;
  readonly simulator: Simulator;
  readonly operator: OperatorProcess;
  /** URL of the operator's consent pages. */
  readonly site: Site;
  /** File for `KUBECONFIG`. */
  readonly kubeconfig: string;
  readonly logFile: string;
  /** Temporary folder of this run. */
  readonly folder: string;
}

/** Namespace of the operator's own Lease and Secrets. */
const operatorNamespace = 'openconnectors-system';

/** Interval of the inventory in seconds; in production it is minutes. */
export const inventorySeconds = 2;

/** Starts both servers, writes the kubeconfig and prepares the consent pages. Registers their ends in `cleanup`. */
export async function buildStage(cleanup: AsyncDisposableStack): Promise<Omit<Stage, 'operator'>> {
  const folder = await mkdtemp(join(tmpdir(), 'infusionsoft-demo-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // Also if the process ends without its cleanup.
  process.once('exit', remove);
  cleanup.defer(remove);
  const server = await startApiServer({ namespaces: [operatorNamespace] });
  cleanup.defer(() => server.stop());
  const simulator = await startSimulator();
  cleanup.defer(() => simulator.stop());
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, server.kubeconfig, { mode: 0o600 });
  const site = await prepareSite(folder);
  return { server, simulator, site, folder, kubeconfig, logFile: join(folder, 'operator.log') };
}

/** Starts the operator, which needs the CRDs. */
export async function startOperatorOn(
  stage: Omit<Stage, 'operator'>,
  cleanup: AsyncDisposableStack,
): Promise<Stage> {
  const { simulator, site, folder, kubeconfig, logFile } = stage;
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, simulator.caPem);
  const operator = startOperator(
    {
      KUBECONFIG: kubeconfig,
      POD_NAMESPACE: operatorNamespace,
      ALLOWED_HOSTS: `localhost:${simulator.port}`,
      CA_FILE: caFile,
      INVENTORY_INTERVAL: `${inventorySeconds}s`,
      // The listings of the simulator do not lag.
      SEARCH_GRACE: '2s',
      BIND_ADDRESS: '127.0.0.1',
      METRICS_PORT: '0',
      HEALTH_PORT: '0',
      ...site.env,
      LOG_FORMAT: 'text',
      LOG_LEVEL: 'debug',
    },
    logFile,
  );
  cleanup.defer(() => operator.stop());
  return { ...stage, operator };
}
