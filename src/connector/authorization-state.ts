import type { Condition } from '../api/condition.ts';
import type { InfusionsoftConnector } from '../api/connector.ts';

/** Reasons of Authorized with which a person is asked for a new grant. */
const ASKING: ReadonlySet<string> = new Set([
  'AuthorizationRequired',
  'AuthorizationDenied',
  'AuthorizationRevoked',
  'AuthorizationFailed',
  'CredentialUsed',
  'CodeSecretConflict',
]);

/** Reasons of Authorized with which a failing call is being judged, or was not put down to the grant. */
const DOUBTED: ReadonlySet<string> = new Set([
  'AuthorizationUnverified',
  'ProviderUnavailable',
  'OAuthClientRejected',
  'LegacyApiEnded',
]);

/** The condition Authorized, which carries the state of the authorization over a restart. */
export function authorizedCondition({ status }: InfusionsoftConnector): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Authorized');
}

/** Whether a person is asked for a new grant. */
export function asksForConsent(connector: InfusionsoftConnector): boolean {
  const authorized = authorizedCondition(connector);
  return authorized?.status === 'False' && ASKING.has(authorized.reason);
}

/** Whether an earlier reconcile saw the calls through the instance fail, and did not ask for a new grant. */
export function isDoubted(connector: InfusionsoftConnector): boolean {
  return DOUBTED.has(authorizedCondition(connector)?.reason ?? '');
}
