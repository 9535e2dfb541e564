import { isSuspended } from '../api/annotations.ts';
import type { InfusionsoftConnector } from '../api/connector.ts';
import { isObserved } from '../api/defaults.ts';

/** Why the operator makes no change for a connector, as the end of a sentence about it, with the action. */
export const HALTS = {
  deleting: 'is being deleted.',
  suspended: 'is suspended (spec.suspend or annotation openconnectors.dev/paused). Resume it.',
  observed:
    'is only observed (spec.managementPolicy), so the operator changes nothing. Set spec.managementPolicy to "Manage".',
} as const;

export type Halt = keyof typeof HALTS;

/**
 * Why the operator makes no change for a connector, whatever its conditions say, so that a consent, a migration or a
 * switch has no effect; `undefined` where it makes them.
 */
export function haltOf(connector: InfusionsoftConnector): Halt | undefined {
  if (connector.metadata.deletionTimestamp !== undefined) {
    return 'deleting';
  }
  if (isSuspended(connector)) {
    return 'suspended';
  }
  return isObserved(connector.spec) ? 'observed' : undefined;
}
