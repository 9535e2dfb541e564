import type { Instance } from '../../../openconnectors/port.ts';
import type { Action, PendingAuthorization } from '../../action.ts';
import type { ConnectorInput } from '../../input.ts';
import { authorize, reauthorizationRequested } from './authorize.ts';
import { hasLegacyApiEnded } from './legacy-api-end.ts';

/** What the annotation `reauthorize-at` leads to while the current grant works. */
export type RequestedGrant =
  | { readonly kind: 'none' }
  /** The way to the new grant, or a problem that is not about the grant. */
  | { readonly kind: 'action'; readonly action: Action }
  /** The new grant waits for a user, or for a time. */
  | { readonly kind: 'pending'; readonly pending: PendingAuthorization };

/** An instance that works is left alone until the new grant is there, so that it stays Ready. */
export function requestedGrant(input: ConnectorInput, instance: Instance): RequestedGrant {
  if (!reauthorizationRequested(input) || hasLegacyApiEnded(input)) {
    return { kind: 'none' };
  }
  const action = authorize(input, { why: 'requested', instance });
  const result = action.type === 'finish' ? action.result : undefined;
  if (result?.kind !== 'blocked' || (result.condition !== 'Authorized' && result.reason !== 'Throttled')) {
    return { kind: 'action', action };
  }
  const { reason, message, retry } = result;
  const time = retry.kind === 'at' ? retry.time : Number.POSITIVE_INFINITY;
  return { kind: 'pending', pending: { reason, message, again: time } };
}
