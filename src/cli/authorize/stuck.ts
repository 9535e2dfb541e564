import { isSuspended } from '../../api/annotations.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { conditionOf, infoOf } from '../cluster/conditions.ts';
import { CliError } from '../errors.ts';

/** What only a person can move, as an error; `afterwards` says what comes then. */
export function stuck(connector: InfusionsoftConnector, afterwards: string): CliError {
  const { name, deletionTimestamp } = connector.metadata;
  if (deletionTimestamp !== undefined) {
    return new CliError('person', `Connector ${name} is being deleted.`);
  }
  const ready = isSuspended(connector) ? undefined : conditionOf(connector, 'Ready');
  const known = ready && infoOf(ready);
  return new CliError(
    'person',
    ready === undefined
      ? `Work on connector ${name} is stopped, by spec.suspend or the annotation openconnectors.dev/paused.`
      : `Connector ${name} is not Ready (${ready.reason}). ${ready.message}`,
    [...(known === undefined ? [] : [`What to do: ${known.info.whatToDo}`]), afterwards],
  );
}
