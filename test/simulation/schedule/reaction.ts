import type { Stage } from '../environment/stage.ts';
import type { WireCall } from '../wire/fate.ts';
import type { PlannedReaction } from './fates.ts';
import type { Action } from './plan.ts';
import type { Profile } from './profile.ts';

/** The action of a reaction: an operation on the connector of the call, or a kill of the process that sent it. */
export function reactionAction(
  { id, name, seed }: PlannedReaction,
  call: WireCall,
  { environment, subjects }: Stage,
  { replicas }: Profile,
): Action {
  const at = environment.clock.monotonic();
  if (name === 'kill') {
    return { id, at, kind: 'kill', replica: seed % replicas };
  }
  const [, instance = ''] = /\/instances\/(\d+)/.exec(call.target) ?? [];
  const tags = environment.simulation.instances().find((one) => String(one.id) === instance)?.tags ?? [];
  const subject = subjects.findIndex(
    (one) => call.body?.includes(`"k8s-name-${one.name}"`) === true || tags.includes(`k8s-name-${one.name}`),
  );
  return { id, at, kind: 'operation', name, subject: subject < 0 ? seed % subjects.length : subject, seed };
}
