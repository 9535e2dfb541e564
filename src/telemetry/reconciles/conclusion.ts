import type { OpenConnectorsAccount } from '../../api/account.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { type Reason, reason } from '../../api/reasons.ts';
import type { ReconcileEnd } from '../../reconciler/reconcile-observer.ts';

/** What a pass has to say about a resource, and whether that differs from what its status said before. */
export interface Conclusion {
  readonly ready: boolean;
  readonly reason: Reason;
  readonly message: string;
  readonly isChange: boolean;
}

/** The conclusion of a verdict; `undefined` for one that leaves the status as it is. */
export function conclusionOf(
  { metadata, status }: InfusionsoftConnector | OpenConnectorsAccount,
  result: ReconcileEnd,
): Conclusion | undefined {
  if (result.kind !== 'ready' && result.kind !== 'blocked') {
    return undefined;
  }
  const said = { reason: result.reason ?? 'Succeeded', message: result.message ?? '' };
  const ready = result.kind === 'ready';
  const before = status?.conditions?.find(({ type }) => type === 'Ready');
  const isChange =
    before?.reason !== said.reason ||
    (before.status === 'True') !== ready ||
    status?.observedGeneration !== metadata.generation;
  return { ready, reason: said.reason, message: said.message, isChange: isChange };
}

/** Whether trying again is useless until a person changes something. */
export function isStalled({ ready, reason: name }: Conclusion): boolean {
  return !ready && reason(name).severity === 'stalled';
}

/** Steps that only look. What else a pass does is worth a line in the log. */
const READ_ONLY_ACTIONS: ReadonlySet<string> = new Set([
  'read-secret',
  'search',
  'read-instance',
  'ping',
  'verify-account',
  'verify',
  'list',
  'list-users',
]);

/** Whether a step changes something. */
export function changesSomething(action: string): boolean {
  return !READ_ONLY_ACTIONS.has(action);
}
