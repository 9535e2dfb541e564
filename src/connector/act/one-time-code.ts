import { CONSENT_SECRET_TYPES } from '../../api/group.ts';
import { ONE_TIME_CODE_KEY, newOneTimeCode } from '../../authorization/one-time-code.ts';
import { isKubeError } from '../../kube/client/errors.ts';
import type { SecretFact } from '../../secrets/secret-fact.ts';
import type { ConnectorInput } from '../input.ts';
import type { ActionHandler, ActionContext } from './action-context.ts';

/** Makes the Secret with the one-time code. One that the cache did not show yet is looked at before anything else. */
export const writeOneTimeCode: ActionHandler<'write-one-time-code'> = async ({ ports, signal }, world, { name }) => {
  const { connector } = world;
  const data = { [ONE_TIME_CODE_KEY]: newOneTimeCode(ports.random) };
  const secret = { owner: connector, name, type: CONSENT_SECRET_TYPES.enrolment, data };
  try {
    return withFact(world, name, await ports.secrets.create(secret, signal));
  } catch (error) {
    if (!isKubeError(error, 'already-exists')) {
      throw error;
    }
    return withFact(world, name, await ports.secrets.read(connector.metadata.namespace, name, signal));
  }
};

/** Deletes a Secret of a consent that is over. */
export const removeSecret: ActionHandler<'remove-secret'> = async (context, world, { name }) => {
  const fact = world.secrets.get(name);
  if (fact !== undefined && fact.state !== 'absent') {
    await remove(context, world, name, fact.resourceVersion);
  }
  return withFact(world, name, { state: 'absent' });
};

async function remove(
  { ports, signal }: ActionContext,
  { connector }: ConnectorInput,
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

function withFact(world: ConnectorInput, name: string, fact: SecretFact): ConnectorInput {
  return { ...world, secrets: new Map(world.secrets).set(name, fact) };
}
