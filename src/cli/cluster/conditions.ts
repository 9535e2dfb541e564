import { type Condition, conditionOf } from '../../api/condition.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { AUTHORIZATION_REASONS } from '../../api/reasons/authorization.ts';
import {
  consentOf,
  isReason,
  type Reason,
  type ReasonInfo,
  reason,
  type Severity,
} from '../../api/reasons.ts';
import { PROGRAM } from '../command.ts';

/** Whether status is about the current generation of the spec. */
export function isCurrent({ metadata, status }: InfusionsoftConnector): boolean {
  return status?.observedGeneration === metadata.generation;
}

/** The documentation of a condition's reason; `undefined` for a reason of a newer operator. */
export function infoOf(
  condition: Pick<Condition, 'reason'>,
): { readonly name: Reason; readonly info: ReasonInfo } | undefined {
  return isReason(condition.reason) ? { name: condition.reason, info: reason(condition.reason) } : undefined;
}

/** Whether a condition, `Ready` or `AuthorizationPending`, is about an authorization that a consent can give. */
export function requiresConsent({
  type,
  status,
  reason: name,
}: Pick<Condition, 'type' | 'status' | 'reason'>): boolean {
  return (
    status === (type === 'AuthorizationPending' ? 'True' : 'False') &&
    Object.hasOwn(AUTHORIZATION_REASONS, name) &&
    consentOf(name) !== 'withheld' &&
    infoOf({ reason: name })?.info.severity === 'person'
  );
}

/** The command that authorizes the connector, where it requires a consent and has no start page. */
export function authorizeCommandFor(connector: InfusionsoftConnector): string | undefined {
  const waiting = conditionOf(connector, 'AuthorizationPending') ?? conditionOf(connector, 'Ready');
  return waiting !== undefined &&
    requiresConsent(waiting) &&
    connector.status?.authorization?.startUrl === undefined
    ? authorizeCommand(connector)
    : undefined;
}

/** The command that authorizes the connector. */
export function authorizeCommand({ metadata }: Pick<InfusionsoftConnector, 'metadata'>): string {
  return `${PROGRAM} authorize ${metadata.name} -n ${metadata.namespace}`;
}

/** What the operator does after a reason of each severity. */
export const SEVERITY_SENTENCES: Readonly<Record<Severity, string>> = {
  settled: 'No action needed.',
  working: 'The operator continues.',
  retried: 'The operator retries with backoff, and when a missing object appears.',
  person: 'The operator waits for a user.',
  stalled: 'A retry has no effect until a user changes something.',
};
