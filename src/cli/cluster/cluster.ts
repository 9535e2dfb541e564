import { KubeConfig } from '@kubernetes/client-node';
import { VERSION } from '../../config/version.ts';
import { PooledKubeConfig } from '../../kube/client/pooled-config.ts';
import { KubeRest } from '../../kube/client/rest.ts';
import type { Clock } from '../../runtime/clock.ts';
import { CliError } from '../errors.ts';
import type { Arguments } from '../input/arguments.ts';
import { createResources, type Resources } from './resources.ts';

/** The cluster of the person's kubeconfig, with the rights of that person. */
export interface Cluster {
  readonly resources: Resources;
  /** From `--namespace`, else from the context, else `default`. */
  readonly namespace: string;
  /** For people: the name of the context, and the API server's address. */
  readonly label: string;
  /** Address of the API server. */
  readonly server: string;
  close(): Promise<void>;
}

/** The pattern of a namespace's name (RFC 1123 label). */
const NAMESPACE_PATTERN = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Reads the kubeconfig as kubectl does, by `--kubeconfig`, `--context` and `--namespace`. Throws `CliError`. */
export function openCluster(args: Arguments, clock: Clock): Cluster {
  const kubeConfig = loadKubeConfig(args.text('kubeconfig'));
  const context = args.text('context');
  if (context !== undefined) {
    if (kubeConfig.getContextObject(context) === null) {
      throw new CliError('usage', 'The kubeconfig has no context of the name that --context gives.');
    }
    kubeConfig.setCurrentContext(context);
  }
  const server = kubeConfig.getCurrentCluster()?.server;
  if (server === undefined) {
    throw new CliError('usage', 'Your kubeconfig names no cluster. Choose a context with --context.');
  }
  const config = PooledKubeConfig.from(kubeConfig);
  const rest = new KubeRest({ config, clock, userAgent: `kubectl-openconnectors/${VERSION}` });
  return {
    resources: createResources(rest),
    namespace: namespaceOf(args, kubeConfig),
    label: `${kubeConfig.getCurrentContext()} (${server})`,
    server,
    close: () => config.close(),
  };
}

/** Runs `work` with the cluster, and lets go of it afterwards. */
export async function withCluster<T>(
  args: Arguments,
  clock: Clock,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = openCluster(args, clock);
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
    // The error of a parser quotes what it cannot read, and a kubeconfig has credentials in it.
    const source =
      file === undefined ? 'Your kubeconfig (KUBECONFIG, or ~/.kube/config)' : 'The file of --kubeconfig';
    throw new CliError('usage', `${source} cannot be read, or is no kubeconfig.`);
  }
  return kubeConfig;
}

function namespaceOf(args: Arguments, kubeConfig: KubeConfig): string {
  const context = kubeConfig.getContextObject(kubeConfig.getCurrentContext());
  const namespace = args.text('namespace') ?? (context?.namespace || 'default');
  if (!NAMESPACE_PATTERN.test(namespace)) {
    throw new CliError('usage', '--namespace: is not the name of a namespace.');
  }
  return namespace;
}
