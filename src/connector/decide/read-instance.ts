import { type Action, blocked } from '../action.ts';
import { isRead } from '../action-log.ts';
import type { ConnectorInput } from '../input.ts';

/** Reads one instance, once in a reconcile: a response that lacks what is needed would lack it again. */
export function readInstance(input: ConnectorInput, id: number): Action {
  return isRead(input.log, id)
    ? blocked(
        'Synced',
        'UnexpectedAnswer',
        `Open Connectors returned instance ${id} without its tags or its token. Grant the user of the account access to the whole instance.`,
        { kind: 'backoff' },
      )
    : { type: 'read-instance', id };
}

/** The deletion was confirmed, and a read by id still shows the instance. */
export function stillShown(id: number): Action {
  return blocked(
    'Synced',
    'RemoteError',
    `Open Connectors still shows instance ${id} after its deletion. Wait for the next check.`,
    { kind: 'backoff' },
  );
}
