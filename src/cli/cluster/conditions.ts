import type { Condition, ConditionType } from '../../api/condition.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { AUTHORIZATION_REASONS } from '../../api/reasons/authorization.ts';
import { isReason, type Outlook, type Reason, type ReasonInfo, reason } from '../../api/reasons.ts';
import { PROGRAM } from '../program.ts';

/** One condition of a connector, as status has it. */
export function conditionOf(
  { status }: Pick<InfusionsoftConnector, 'status'>,
  type: ConditionType,
): Condition | undefined {
  return status?.conditions?.find((candidate) => candidate.type === type);
}

/** Whether status speaks of the spec as it is now. */
export function isCurrent({ metadata, status }: InfusionsoftConnector): boolean {
  return status?.observedGeneration === metadata.generation;
}

/** What is known of the reason of a condition; a newer operator may have reasons that this program does not know. */
export function infoOf(
  condition: Pick<Condition, 'reason'>,
): { readonly name: Reason; readonly info: ReasonInfo } | undefined {
  return isReason(condition.reason) ? { name: condition.reason, info: reason(condition.reason) } : undefined;
}

/**
 * The command that lets a person allow access, where that is what a connector waits for and the operator has no page for
 * it; `undefined` otherwise.
 */
export function authorizeCommandFor(connector: InfusionsoftConnector): string | undefined {
  const ready = conditionOf(connector, 'Ready');
  const asks = ready?.status === 'False' && Object.hasOwn(AUTHORIZATION_REASONS, ready.reason);
  return asks && connector.status?.authorization?.startUrl === undefined
    ? authorizeCommand(connector)
    : undefined;
}

/** The command that lets a person allow access. */
export function authorizeCommand({ metadata }: Pick<InfusionsoftConnector, 'metadata'>): string {
  return `${PROGRAM} authorize ${metadata.name} -n ${metadata.namespace}`;
}

/** What follows from a reason, in a sentence. */
export const SEVERITY_SENTENCES: Readonly<Record<Outlook, string>> = {
  settled: 'Nothing is to be done.',
  working: 'The operator goes on by itself.',
  retried: 'The operator tries again by itself, with growing pauses or when what is missing appears.',
  person: 'The operator waits for a person.',
  stalled: 'Trying again is useless until a person changes something.',
};
