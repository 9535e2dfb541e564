import { createHash } from 'node:crypto';
import type { Config } from './config.ts';

/** Name of the Lease of an operator that serves all resources. */
const DEFAULT_LEASE_NAME = 'infusionsoft-connector-operator';

/** What an operator serves. */
type Scope = Pick<Config, 'watchLabelSelector' | 'watchNamespaces'>;

/**
 * The Lease by which the replicas of one operator elect their leader. Operators in one namespace that serve different
 * resources get different names; the order of namespaces does not matter.
 */
export function leaseNameOf({ watchLabelSelector, watchNamespaces }: Scope): string {
  const namespaces = [...new Set(watchNamespaces)].sort();
  if (watchLabelSelector === undefined && namespaces.length === 0) {
    return DEFAULT_LEASE_NAME;
  }
  const scope = JSON.stringify([watchLabelSelector ?? '', namespaces]);
  return `${DEFAULT_LEASE_NAME}-${createHash('sha256').update(scope).digest('hex').slice(0, 16)}`;
}
