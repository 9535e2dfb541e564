import { isKubeError } from '../../kube/client/errors.ts';
import type { SecretFact } from '../../secrets/secret-fact.ts';
import type { Observation } from '../input.ts';
import type { ActionContext } from './action-context.ts';

/** The observation after a Secret was read or written. */
export function withFact(observation: Observation, name: string, fact: SecretFact): Observation {
  return { ...observation, facts: new Map(observation.facts).set(name, fact) };
}

/**
 * Deletes a Secret on the condition that it still has the observed version. `absent`: another client deleted it before.
 * Throws `KubeError`, a conflict among them.
 */
export async function removeSecretOf(
  { ports, signal }: ActionContext,
  { connector, facts }: Observation,
  name: string,
): Promise<'removed' | 'absent'> {
  const fact = facts.get(name);
  if (fact === undefined || fact.state === 'absent') {
    return 'absent';
  }
  try {
    await ports.secrets.remove(connector.metadata.namespace, name, fact.resourceVersion, signal);
    return 'removed';
  } catch (error) {
    if (!isKubeError(error, 'not-found')) {
      throw error;
    }
    return 'absent';
  }
}
