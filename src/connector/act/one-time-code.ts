import { CONSENT_SECRET_TYPES } from '../../api/group.ts';
import { newOneTimeCode, ONE_TIME_CODE_KEY } from '../../authorization/one-time-code.ts';
import { isKubeError } from '../../kube/client/errors.ts';
import { withFact } from '../observe/observe.ts';
import { type ActionHandler, done, stale } from './action-context.ts';
import { removeSecretOf } from './owned-secret.ts';

/** Creates the Secret with the one-time code. One that the cache did not show yet is read. */
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

/** Deletes a Secret of a consent that has ended. */
export const removeSecret: ActionHandler<'remove-secret'> = async (context, input, { name }) =>
  await removeSecretOf(context, input, name);
