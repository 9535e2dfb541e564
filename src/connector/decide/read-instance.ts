import { type Action, blocked } from '../action.ts';
import { isRead } from '../action-log.ts';
import type { ConnectorInput } from '../input.ts';

/** Reads one instance, once in a pass: an answer that lacks what is needed would lack it again. */
export function readInstance(input: ConnectorInput, id: number): Action {
  return isRead(input.log, id)
    ? blocked(
        'Synced',
        'UnexpectedAnswer',
        `What Open Connectors says about instance ${id} lacks its tags or its token. Check that the account's user may see the whole instance; the operator tries again.`,
        { kind: 'backoff' },
      )
    : { type: 'read-instance', id };
}

/** A deletion that was confirmed is not believed before a read says so; this one still shows the instance. */
export function stillShown(id: number): Action {
  return blocked(
    'Synced',
    'RemoteError',
    `Open Connectors confirmed the deletion of instance ${id} but still shows it; the operator tries again.`,
    { kind: 'backoff' },
  );
}
