import { isSuspended } from '../../api/annotations.ts';
import { conditionOf } from '../../api/condition.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { infoOf } from '../cluster/conditions.ts';
import { CliError } from '../errors.ts';

/** The error for a connector that only a user can unblock. `next` is the last hint. */
export function blockedError(connector: InfusionsoftConnector, next: string): CliError {
  const { name, deletionTimestamp } = connector.metadata;
  if (deletionTimestamp !== undefined) {
    return new CliError('userAction', `Connector "${name}" is being deleted.`);
  }
  const pending = conditionOf(connector, 'AuthorizationPending');
  const ready = isSuspended(connector) ? undefined : (pending ?? conditionOf(connector, 'Ready'));
  const state = pending === undefined ? 'is not Ready' : 'is not reauthorized';
  const known = ready && infoOf(ready);
  return new CliError(
    'userAction',
    ready === undefined
      ? `Connector "${name}" is suspended (spec.suspend or annotation openconnectors.dev/paused).`
      : `Connector "${name}" ${state} (${ready.reason}). ${ready.message}`,
    [...(known === undefined ? [] : [`What to do: ${known.info.whatToDo}`]), next],
  );
}

/** Whether the operator does not reconcile the connector, whatever its conditions say. */
export function isHalted(connector: InfusionsoftConnector): boolean {
  return connector.metadata.deletionTimestamp !== undefined || isSuspended(connector);
}
