import { LEGACY_ELEMENT } from '../../../provider/elements.ts';
import type { Retry } from '../../../reconciler/retry.ts';
import { type Action, blocked } from '../../action.ts';
import type { ConnectorInput } from '../../input.ts';

/** Whether Keap has ended XML-RPC, which every instance of infusionsoftcrm uses. */
export function hasLegacyApiEnded({ connector, now, settings }: ConnectorInput): boolean {
  return connector.spec.connector === LEGACY_ELEMENT && now >= settings.legacyApiEndMs;
}

/** The end of a reconcile of an infusionsoftcrm connector that does not work any more. */
export function legacyApiEnded(retry: Retry): Action {
  return blocked(
    'Authorized',
    'LegacyApiEnded',
    'Keap ended XML-RPC, which infusionsoftcrm uses. Migrate to infusionsoftrest.',
    retry,
  );
}

/**
 * Refuses a new grant for infusionsoftcrm after the end of XML-RPC: a consent would succeed, as the authorization server
 * goes on, and the instance would not work.
 */
export function refuseLegacyGrant(input: ConnectorInput): Action | undefined {
  return hasLegacyApiEnded(input) ? legacyApiEnded({ kind: 'on-change' }) : undefined;
}
