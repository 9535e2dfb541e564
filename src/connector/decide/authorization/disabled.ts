import { UNUSED_GRANT_LIFETIME_MS } from '../../../provider/deadlines.ts';
import type { Result } from '../../action.ts';
import type { ConnectorInput } from '../../input.ts';

/** How long before its end users are warned that the grant of a disabled instance ends. */
const WARNING_MS = 10 * 24 * 60 * 60 * 1000;

type Disabled = Pick<Extract<Result, { kind: 'ready' }>, 'again' | 'reason' | 'message'>;

/** What is said of an instance that is disabled as the spec requires; `again`: when the next reconcile is due anyway. */
export function disabled(input: ConnectorInput, id: number, again: number): Disabled {
  const warnAt = warningAt(input, id);
  return input.now >= warnAt
    ? {
        again,
        reason: 'AuthorizationExpiring',
        message: `Instance ${id} is disabled, and an authorization that is not used for 45 days ends. Set spec.instance.enabled to true to keep it.`,
      }
    : {
        again: Math.min(again, warnAt),
        reason: 'Disabled',
        message: `Instance ${id} is disabled (spec.instance.enabled) and up to date.`,
      };
}

/** The time of the warning; `Infinity` where status does not have the time since which the instance is disabled. */
function warningAt({ connector }: ConnectorInput, id: number): number {
  const { instance } = connector.status ?? {};
  return instance?.id === id && instance.disabledAt !== undefined
    ? Date.parse(instance.disabledAt) + UNUSED_GRANT_LIFETIME_MS - WARNING_MS
    : Number.POSITIVE_INFINITY;
}
