import { conditionOf } from '../../api/condition.ts';
import type { ConnectorInput } from '../input.ts';

/** How long a missing Secret counts as not applied yet, before the resource is Stalled. */
const SECRET_GRACE_MS = 5 * 60_000;

/** Until when the operator waits for a Secret that is not there (wall clock). */
export function gracePeriodEndsAt({ connector, now }: ConnectorInput): number {
  const resolved = conditionOf(connector, 'SecretsResolved');
  const since = resolved?.reason === 'SecretNotFound' ? Date.parse(resolved.lastTransitionTime) : now;
  // A transition further in the future than that is from before the clock was set back: its age is unknown.
  return since > now + SECRET_GRACE_MS ? now : since + SECRET_GRACE_MS;
}
