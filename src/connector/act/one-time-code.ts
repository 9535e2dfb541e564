import { CONSENT_SECRET_TYPES } from '../../api/group.ts';
import { newOneTimeCode, ONE_TIME_CODE_KEY } from '../../authorization/one-time-code.ts';
import { isKubeError } from '../../kube/client/errors.ts';
import type { SecretFact } from '../../secrets/secret-fact.ts';
import type { Observation } from '../input.ts';
import { type ActionContext, type ActionHandler, done, stale } from './action-context.ts';

/** Makes the Secret with the one-time code. One that the cache did not show yet is looked at before anything else. */
export const writeOneTimeCode: ActionHandler<'write-one-time-code'> = async (
  { ports, signal },
  input,
  { name },
) => {
  const { connector } = input;
  const data = { [ONE_TIME_CODE_KEY]: newOneTimeCode(ports.random) };
  const secret = { owner: connector, name, type: CONSENT_SECRET_TYPES.oneTimeCode, data };
  try {
    return done(withFact(input, name, await ports.secrets.create(secret, signal)));
  } catch (error) {
    if (!isKubeError(error, 'already-exists')) {
      throw error;
    }
    return stale(withFact(input, name, await ports.secrets.read(connector.metadata.namespace, name, signal)));
  }
};

/** Deletes a Secret of a consent that is over. */
export const removeSecret: ActionHandler<'remove-secret'> = async (context, input, { name }) => {
  const fact = input.facts.get(name);
  if (fact !== undefined && fact.state !== 'absent') {
    await remove(context, input, name, fact.resourceVersion);
  }
  return done(withFact(input, name, { state: 'absent' }));
};

async function remove(
  { ports, signal }: ActionContext,
  { connector }: Observation,
  name: string,
  resourceVersion: string,
): Promise<void> {
  try {
    await ports.secrets.remove(connector.metadata.namespace, name, resourceVersion, signal);
  } catch (error) {
    if (!isKubeError(error, 'not-found')) {
      throw error;
    }
  }
}

function withFact(input: Observation, name: string, fact: SecretFact): Observation {
  return { ...input, facts: new Map(input.facts).set(name, fact) };
}
