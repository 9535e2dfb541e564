import { KubeConfig } from '@kubernetes/client-node';
import { VERSION } from '../../config/version.ts';
import { PooledKubeConfig } from '../../kube/client/pooled-config.ts';
import { KubeRest } from '../../kube/client/rest.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import type { Arguments } from '../input/arguments.ts';
import { type EnvironmentProxy, environmentProxy } from '../input/proxy.ts';
import { createReadResources, createResources, type ReadResources, type Resources } from './resources.ts';

/** The cluster of the kubeconfig, with the permissions of its user. */
export interface Cluster {
  readonly resources: Resources;
  /** A client that sends GET requests only: no write in its type, and a guard that refuses one. */
  readonly reads: ReadResources;
  /** From `--namespace`, else from the context, else `default`. */
  readonly namespace: string;
  /** For output: the context and the address of the API server. */
  readonly label: string;
  /** Address of the API server. */
  readonly server: string;
  close(): Promise<void>;
}

/** What opening a cluster takes from the environment of the command. */
type ClusterContext = Pick<CliContext, 'clock' | 'env' | 'output'>;

/** RFC 1123 label. */
const NAMESPACE_PATTERN = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Reads the kubeconfig as kubectl does, by `--kubeconfig`, `--context` and `--namespace`. Throws `CliError`. */
function openCluster(args: Arguments, context: ClusterContext): Cluster {
  const kubeConfig = loadKubeConfig(args.text('kubeconfig'));
  const contextName = args.text('context');
  if (contextName !== undefined) {
    if (kubeConfig.getContextObject(contextName) === null) {
      throw new CliError('usage', '--context: not found in the kubeconfig.');
    }
    kubeConfig.setCurrentContext(contextName);
  }
  const server = kubeConfig.getCurrentCluster()?.server;
  if (server === undefined) {
    throw new CliError(
      'usage',
      'The kubeconfig contains no cluster. Choose one with --context or --kubeconfig.',
    );
  }
  const config = PooledKubeConfig.from(kubeConfig, context.clock);
  useProxy(config, environmentProxy(context));
  const rest = new KubeRest({ config, clock: context.clock, userAgent: `kubectl-openconnectors/${VERSION}` });
  return {
    resources: createResources(rest),
    reads: createReadResources(rest.withGuard(refuseWrite)),
    namespace: namespaceOf(args, kubeConfig),
    label: `${kubeConfig.getCurrentContext()} (${server})`,
    server,
    close: () => config.close(),
  };
}

function refuseWrite(): never {
  throw new CliError('failure', 'This command does not write to the cluster.');
}

/** Runs `work` with the cluster, and closes its connections afterwards. */
export async function withCluster<T>(
  args: Arguments,
  context: ClusterContext,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = openCluster(args, context);
  try {
    return await work(cluster);
  } finally {
    await cluster.close();
  }
}

function loadKubeConfig(file: string | undefined): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    if (file === undefined) {
      kubeConfig.loadFromDefault();
    } else {
      kubeConfig.loadFromFile(file);
    }
  } catch {
    // The parser's error quotes the file, which contains credentials.
    const source =
      file === undefined ? 'The kubeconfig ($KUBECONFIG, ~/.kube/config)' : '--kubeconfig: the file';
    throw new CliError('usage', `${source} cannot be read or is not a kubeconfig.`);
  }
  return kubeConfig;
}

/** The `proxy-url` of the kubeconfig comes first, as in kubectl. */
function useProxy(config: PooledKubeConfig, proxy: EnvironmentProxy | undefined): void {
  const current = config.getCurrentCluster();
  if (proxy === undefined || current === null || current.proxyUrl !== undefined) {
    return;
  }
  const { hostname, port, protocol } = new URL(current.server);
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (protocol === 'https:' && proxy.serves(bare, port === '' ? 443 : Number(port))) {
    config.clusters = config.clusters.map((cluster) =>
      cluster === current ? { ...cluster, proxyUrl: proxy.url } : cluster,
    );
  }
}

function namespaceOf(args: Arguments, kubeConfig: KubeConfig): string {
  const context = kubeConfig.getContextObject(kubeConfig.getCurrentContext());
  const namespace = args.text('namespace') ?? (context?.namespace || 'default');
  if (!NAMESPACE_PATTERN.test(namespace)) {
    throw new CliError('usage', '--namespace: must be a valid namespace name (RFC 1123 label).');
  }
  return namespace;
}
