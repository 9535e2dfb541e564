import { createHash } from 'node:crypto';
import type { Config } from './config.ts';

/** Name of the Lease of an operator that watches all resources. */
const DEFAULT_LEASE_NAME = 'infusionsoft-connector-operator';

/** The resources that an operator watches. */
type Scope = Pick<Config, 'watchLabelSelector' | 'watchNamespaces'>;

/**
 * Name of the Lease of the replicas of one operator. Operators in one namespace that watch different resources get
 * different names. The order of namespaces does not matter.
 */
export function leaseNameOf({ watchLabelSelector, watchNamespaces }: Scope): string {
  const namespaces = [...new Set(watchNamespaces)].sort();
  if (watchLabelSelector === undefined && namespaces.length === 0) {
    return DEFAULT_LEASE_NAME;
  }
  const scope = JSON.stringify([watchLabelSelector ?? '', namespaces]);
  return `${DEFAULT_LEASE_NAME}-${createHash('sha256').update(scope).digest('hex').slice(0, 16)}`;
}
