import { blocked, type Step } from '../action.ts';
import type { World } from '../input.ts';

/** Reads one instance, once in a pass: an answer that lacks what is needed would lack it again. */
export function look(world: World, id: number): Step {
  return world.pass.read.includes(id)
    ? blocked(
        'Synced',
        'UnexpectedAnswer',
        `What Open Connectors says about instance ${id} lacks its tags or its token. Check that the account's user may see the whole instance; the operator tries again.`,
        { kind: 'backoff' },
      )
    : { do: 'read-instance', id };
}

/** A deletion that was confirmed is not believed before a read says so; this one still shows the instance. */
export function stillShown(id: number): Step {
  return blocked(
    'Synced',
    'RemoteError',
    `Open Connectors confirmed the deletion of instance ${id} but still shows it; the operator tries again.`,
    { kind: 'backoff' },
  );
}
