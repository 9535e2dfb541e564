import type { KubeConfig } from '@kubernetes/client-node';
import { PooledKubeConfig } from './pooled-config.ts';
import { KubeRest } from './rest.ts';
import type { KubeRestOptions } from './rest-options.ts';

/** The pooled connections to one API server, and unguarded calls over them. */
export interface KubeClient {
  readonly config: PooledKubeConfig;
  /** Calls that any replica may make. */
  readonly rest: KubeRest;
}

/** Settings of a client, besides those of its calls. */
export interface KubeClientOptions extends Pick<KubeRestOptions, 'clock' | 'observe' | 'observeRetry'> {
  readonly kubeConfig: KubeConfig;
  readonly userAgent: string;
}

/** Creates a client; no connection is opened yet. */
export function createKubeClient({ kubeConfig, userAgent, ...options }: KubeClientOptions): KubeClient {
  const config = PooledKubeConfig.from(kubeConfig, options.clock);
  const rest = new KubeRest({
    ...options,
    config,
    userAgent: userAgent.replace(/[^A-Za-z0-9._/-]/g, '-'),
  });
  return { config, rest };
}
