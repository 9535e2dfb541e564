import { connectionSecretNameOf } from '../../api/defaults.ts';
import { CONNECTION_SECRET_TYPE } from '../../api/group.ts';
import { isKubeError } from '../../kube/client/errors.ts';
import { decodeData } from '../../secrets/secret-data.ts';
import type { SecretFact } from '../../secrets/secret-fact.ts';
import { type DueEvent, isAuthorized } from '../action-log.ts';
import type { Observation } from '../input.ts';
import { canonicalContent } from '../observe/connection-content.ts';
import { withConnector } from '../observe/observe.ts';
import {
  type ActionContext,
  type ActionHandler,
  done,
  type Effect,
  type ReadContext,
  type ReadHandler,
  stale,
  withMemory,
} from './action-context.ts';
import { removeSecretOf, withFact } from './owned-secret.ts';

/** Reads the Secrets whose values are needed, all of them at a time. */
export const readSecret: ReadHandler<'read-secret'> = async (context, input, { name, also = [] }) => {
  const { namespace } = input.connector.metadata;
  const names = [name, ...also];
  const facts = await Promise.all(
    names.map((each) => context.ports.secrets.read(namespace, each, context.signal)),
  );
  return done(
    names.reduce<Observation>((observation, each, index) => {
      const fact = facts[index];
      return fact === undefined ? observation : keep(context, observation, each, fact);
    }, input),
  );
};

/**
 * Throws a conflict where the resource is not the current one: a leader with a stale cache fails here, before it gives
 * applications the token of an instance that was replaced. The API server compares the resourceVersion and writes
 * nothing. A credential that was sent in this reconcile was recorded on the same condition.
 */
async function requireCurrent({ ports }: ActionContext, input: Observation): Promise<Observation> {
  return isAuthorized(input.log)
    ? input
    : withConnector(input, await ports.connectors.patchStatus(input.connector, {}));
}

/** Writes what applications need into the connection Secret, which goes when the resource goes. */
export const writeConnectionSecret: ActionHandler<'write-connection-secret'> = async (
  context,
  input,
  action,
) => {
  const { ports, signal } = context;
  const { connector } = input;
  const secret = { owner: connector, name: action.name, type: CONNECTION_SECRET_TYPE, data: action.data };
  const known = input.facts.get(action.name);
  if (action.exists && known !== undefined && known.state !== 'absent') {
    const current = await requireCurrent(context, input);
    const fact = await ports.secrets.update(secret, known.resourceVersion, signal);
    return withEvent(keep(context, current, action.name, fact), {
      reason: 'ConnectionSecretRepaired',
      message: `Restored connection Secret "${action.name}".`,
    });
  }
  try {
    const fact = await ports.secrets.create(secret, signal);
    return withEvent(keep(context, input, action.name, fact), {
      reason: 'ConnectionSecretWritten',
      message: `Created connection Secret "${action.name}".`,
    });
  } catch (error) {
    if (isKubeError(error, 'already-exists')) {
      // The cache had not seen it yet: look whose it is before anything else.
      const fact = await ports.secrets.read(connector.metadata.namespace, action.name, signal);
      return stale(keep(context, input, action.name, fact));
    }
    throw error;
  }
};

function withEvent(observation: Observation, event: DueEvent): Effect {
  return done(observation, { events: [event] });
}

/** Lets go of the connection Secret, so that it outlives the resource. */
export const releaseConnectionSecret: ActionHandler<'release-connection-secret'> = async (
  context,
  input,
  action,
) => {
  const known = input.facts.get(action.name);
  if (known === undefined || known.state === 'absent') {
    return done(input);
  }
  await context.ports.secrets.disown(
    input.connector.metadata.namespace,
    action.name,
    known.resourceVersion,
    context.signal,
  );
  return done(withFact(input, action.name, { ...known, owners: [] }));
};

/** Removes the connection Secret of a name that the resource does not ask for any more. */
export const deleteConnectionSecret: ActionHandler<'delete-connection-secret'> = async (
  context,
  input,
  action,
) => {
  const known = input.facts.get(action.name);
  const isPresent = known !== undefined && known.state !== 'absent';
  const current = isPresent ? await requireCurrent(context, input) : input;
  return await removeSecretOf(context, current, action.name);
};

function keep(context: ReadContext, input: Observation, name: string, fact: SecretFact): Observation {
  const next = withFact(input, name, fact);
  if (name !== connectionSecretNameOf(input.connector) || fact.state !== 'read') {
    return next;
  }
  const content = context.ports.fingerprinter.of(canonicalContent(decodeData(fact.data)));
  return withMemory(context, next, { connection: { resourceVersion: fact.resourceVersion, content } });
}
