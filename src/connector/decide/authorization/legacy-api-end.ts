import { LEGACY_ELEMENT } from '../../../provider/elements.ts';
import { type Action, blocked } from '../../action.ts';
import type { ConnectorInput } from '../../input.ts';
import type { Due } from '../../observe/authorization-need.ts';
import { nextPingAt } from './ping-time.ts';

/** Whether Keap has ended XML-RPC, which every instance of infusionsoftcrm uses. */
export function hasLegacyApiEnded({ connector, now, settings }: ConnectorInput): boolean {
  return connector.spec.connector === LEGACY_ELEMENT && now >= settings.legacyApiEndMs;
}

/**
 * Refuses a new grant for infusionsoftcrm after the end of XML-RPC: a consent would succeed, as the authorization server
 * goes on, and the instance would not work. One that exists is still called by the regular ping, and recovers by itself.
 */
export function refuseLegacyGrant(input: ConnectorInput, due: Due): Action | undefined {
  return hasLegacyApiEnded(input)
    ? blocked(
        'Authorized',
        'LegacyApiEnded',
        'Keap ended XML-RPC, which infusionsoftcrm uses. Migrate to infusionsoftrest.',
        due.why === 'create' ? { kind: 'on-change' } : { kind: 'at', time: nextPingAt(input) },
      )
    : undefined;
}
