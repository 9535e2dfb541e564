import { blocked, type Step } from './step.ts';
import type { World } from './world.ts';

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
