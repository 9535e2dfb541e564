import type { ConnectorInput } from '../input.ts';

/** How long a Secret may be on its way, as when GitOps applies it a moment later, before only a person can help. */
const SECRET_GRACE_MS = 5 * 60_000;

/** Until when the operator waits for a Secret that is not there (wall clock). */
export function gracePeriodEndsAt({ connector, now }: ConnectorInput): number {
  const resolved = connector.status?.conditions?.find(({ type }) => type === 'SecretsResolved');
  const since = resolved?.reason === 'SecretNotFound' ? Date.parse(resolved.lastTransitionTime) : now;
  // A transition further in the future than that was before the clock was set back: nobody knows how long ago.
  return since > now + SECRET_GRACE_MS ? now : since + SECRET_GRACE_MS;
}
