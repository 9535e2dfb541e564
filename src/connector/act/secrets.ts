import { connectionSecretNameOf, nextConnectionSecretNameOf } from '../../api/defaults.ts';
import { CONNECTION_SECRET_TYPE } from '../../api/group.ts';
import { isKubeError } from '../../kube/client/errors.ts';
import { shownMetadata } from '../../secrets/managed-metadata.ts';
import { decodeData } from '../../secrets/secret-data.ts';
import type { SecretFact } from '../../secrets/secret-fact.ts';
import { type DueEvent, isAuthorized, isSwitched } from '../action-log.ts';
import { specChanged } from '../decide/desired-instance.ts';
import type { ConnectorInput, Memory, Observation } from '../input.ts';
import { canonicalContent, connectionMetadata } from '../observe/connection-content.ts';
import { withConnector, withFact } from '../observe/observe.ts';
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
import { removeSecretOf } from './owned-secret.ts';

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
  const secret = {
    owner: connector,
    name: action.name,
    type: CONNECTION_SECRET_TYPE,
    data: action.data,
    metadata: connectionMetadata(connector),
  };
  const known = input.facts.get(action.name);
  if (action.exists && known !== undefined && known.state !== 'absent') {
    const current = await requireCurrent(context, input);
    const before = await readOnce(context, input, action.name, known);
    if (before.state !== 'read' || before.resourceVersion !== known.resourceVersion) {
      return stale(keep(context, current, action.name, before));
    }
    const fact = await ports.secrets.update(secret, before, signal);
    return withEvent(keep(context, current, action.name, fact), updateEvent(input, action.name));
  }
  // Nothing to compare with before the first instance is in status.
  const current = connector.status?.instance === undefined ? input : await requireCurrent(context, input);
  try {
    const fact = await ports.secrets.create(secret, signal);
    return withEvent(keep(context, current, action.name, fact), {
      reason: 'ConnectionSecretWritten',
      message: `Created connection Secret "${action.name}".`,
    });
  } catch (error) {
    if (isKubeError(error, 'already-exists')) {
      // The cache had not seen it yet: look whose it is before anything else.
      const fact = await ports.secrets.read(connector.metadata.namespace, action.name, signal);
      return stale(keep(context, current, action.name, fact));
    }
    throw error;
  }
};

/** The Secret with its annotations, which the cache does not have and an update must not remove. */
async function readOnce(
  { ports, signal }: ActionContext,
  { connector }: Observation,
  name: string,
  known: SecretFact,
): Promise<SecretFact> {
  return known.state === 'read'
    ? known
    : await ports.secrets.read(connector.metadata.namespace, name, signal);
}

/** A switch or an edit of the spec changes the Secret; otherwise another client changed it. */
function updateEvent(input: ConnectorInput, name: string): DueEvent {
  const { connector, log } = input;
  const { instance } = connector.status ?? {};
  if (isSwitched(log)) {
    return {
      reason: 'Switched',
      message: `Switched connection Secret "${name}" to instance ${instance?.id} (${instance?.connector}).`,
    };
  }
  return specChanged(input)
    ? { reason: 'ConnectionSecretUpdated', message: `Updated connection Secret "${name}".` }
    : { reason: 'ConnectionSecretRepaired', message: `Restored connection Secret "${name}".` };
}

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
  const role = roleOf(input, name);
  if (role === undefined || fact.state !== 'read') {
    return next;
  }
  const shown = shownMetadata(fact.metadata, connectionMetadata(input.connector));
  const content = context.ports.fingerprinter.of(canonicalContent(decodeData(fact.data), shown));
  return withMemory(context, next, { [role]: { resourceVersion: fact.resourceVersion, content } });
}

function roleOf(
  { connector }: Observation,
  name: string,
): keyof Pick<Memory, 'connection' | 'nextConnection'> | undefined {
  switch (name) {
    case connectionSecretNameOf(connector):
      return 'connection';
    case nextConnectionSecretNameOf(connector):
      return 'nextConnection';
    default:
      return undefined;
  }
}
