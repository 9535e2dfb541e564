import type { Observation } from '../input.ts';
import { withFact } from '../observe/observe.ts';
import { type ActionContext, done, type Effect, stale } from './action-context.ts';

/**
 * Deletes a Secret on the condition that it still has the observed version; after a conflict the result is stale, with
 * the Secret as it is now. Throws `KubeError`.
 */
export async function removeSecretOf(
  { ports, signal }: ActionContext,
  observation: Observation,
  name: string,
): Promise<Effect> {
  const { connector, facts } = observation;
  const { namespace } = connector.metadata;
  const fact = facts.get(name);
  const isPresent = fact !== undefined && fact.state !== 'absent';
  if (
    isPresent &&
    (await ports.secrets.remove(namespace, name, fact.resourceVersion, signal)) === 'conflict'
  ) {
    return stale(withFact(observation, name, await ports.secrets.read(namespace, name, signal)));
  }
  return done(withFact(observation, name, { state: 'absent' }));
}
