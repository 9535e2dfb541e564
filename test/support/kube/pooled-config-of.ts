import { KubeConfig } from '@kubernetes/client-node';
import { PooledKubeConfig } from '../../../src/kube/client/pooled-config.ts';
import { systemClock } from '../../../src/runtime/clock.ts';

/** A kubeconfig (YAML), loaded. */
export function pooledConfigOf(kubeconfig: string): PooledKubeConfig {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  return PooledKubeConfig.from(config, systemClock);
}
