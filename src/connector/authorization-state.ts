import { conditionOf } from '../api/condition.ts';
import type { InfusionsoftConnector } from '../api/connector.ts';
import { consentOf } from '../api/reasons.ts';

/** Further reasons of Authorized with which a user is asked for a new grant, in another way than a consent. */
const ASKING: ReadonlySet<string> = new Set(['CredentialUsed', 'CodeSecretConflict']);

/** Whether a user is asked for a new grant. */
export function asksForConsent(connector: InfusionsoftConnector): boolean {
  const authorized = conditionOf(connector, 'Authorized');
  return (
    authorized?.status === 'False' &&
    (consentOf(authorized.reason) === 'required' || ASKING.has(authorized.reason))
  );
}

/** Whether an earlier reconcile saw the calls through the instance fail, and did not ask for a new grant. */
export function isDoubted(connector: InfusionsoftConnector): boolean {
  return consentOf(conditionOf(connector, 'Authorized')?.reason ?? '') === 'withheld';
}
