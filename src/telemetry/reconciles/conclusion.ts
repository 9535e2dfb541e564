import type { OpenConnectorsAccount } from '../../api/account.ts';
import { conditionOf } from '../../api/condition.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { mayAppear, type Reason, reason } from '../../api/reasons.ts';
import type { ReconcileEnd } from '../../reconciler/reconcile-observer.ts';

/** The severity of the conditions after a reconcile, and whether it changed. */
export interface Conclusion {
  readonly ready: boolean;
  readonly reason: Reason;
  readonly message: string;
  readonly isChange: boolean;
}

/** The conclusion of a result; `undefined` if it leaves the status unchanged. */
export function conclusionOf(
  { metadata, status }: InfusionsoftConnector | OpenConnectorsAccount,
  result: ReconcileEnd,
): Conclusion | undefined {
  if (result.kind !== 'ready' && result.kind !== 'blocked' && result.kind !== 'observed') {
    return undefined;
  }
  const said = { reason: result.reason ?? 'Succeeded', message: result.message ?? '' };
  const ready =
    result.kind === 'ready' || (result.kind === 'observed' && mayAppear(said.reason, 'Ready', 'True'));
  const before = conditionOf({ status }, 'Ready');
  const isChange =
    before?.reason !== said.reason ||
    (before.status === 'True') !== ready ||
    status?.observedGeneration !== metadata.generation;
  return { ready, reason: said.reason, message: said.message, isChange };
}

/** Whether the resource is Stalled. */
export function isStalled({ ready, reason: name }: Conclusion): boolean {
  return !ready && reason(name).severity === 'stalled';
}

/** Read-only actions, which are not logged. */
const READ_ONLY_ACTIONS: ReadonlySet<string> = new Set([
  'read-secret',
  'search',
  'read-element',
  'read-instance',
  'ping',
  'ping-peer',
  'verify-account',
  'verify',
  'list',
  'list-users',
]);

/** Whether an action changes something. */
export function changesSomething(action: string): boolean {
  return !READ_ONLY_ACTIONS.has(action);
}
