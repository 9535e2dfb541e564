import { conditionOf } from '../../api/condition.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { HALTS, haltOf } from '../../authorization/halt.ts';
import { infoOf } from '../cluster/conditions.ts';
import { CliError } from '../errors.ts';

/** The error for a connector that only a user can unblock. `next` is the last hint. */
export function blockedError(connector: InfusionsoftConnector, next: string): CliError {
  const { name } = connector.metadata;
  const halt = haltOf(connector);
  if (halt !== undefined) {
    const hints = halt === 'deleting' ? [] : [next];
    return new CliError('userAction', `Connector "${name}" ${HALTS[halt]}`, hints);
  }
  const pending = conditionOf(connector, 'AuthorizationPending');
  const ready = pending ?? conditionOf(connector, 'Ready');
  const state = pending === undefined ? 'is not Ready' : 'is not reauthorized';
  const known = ready && infoOf(ready);
  return new CliError(
    'userAction',
    ready === undefined
      ? `Connector "${name}" ${state}.`
      : `Connector "${name}" ${state} (${ready.reason}). ${ready.message}`,
    [...(known === undefined ? [] : [`What to do: ${known.info.whatToDo}`]), next],
  );
}
