import { connectorLabelOf } from '../../api/defaults.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { sameKey } from '../../secrets/fingerprint.ts';
import { type Action, blocked } from '../action.ts';
import { isConnectionWritten } from '../action-log.ts';
import type { ConnectionSecret, OwnedSecret } from '../connector-secrets.ts';
import type { ConnectorInput } from '../input.ts';
import { readInstance } from './read-instance.ts';

/** What is still to do for the connection Secret; `undefined` when it holds what applications need. */
export function publishConnection(input: ConnectorInput, instance: Instance): Action | undefined {
  if (instance.token === undefined) {
    return readInstance(input, instance.id);
  }
  return write(input, input.secrets.connection) ?? removeRenamed(input);
}

/** What is still to do for the Secret with the connection of the new instance before a switch. */
export function publishNextConnection(input: ConnectorInput, instance: Instance): Action | undefined {
  const { nextConnection } = input.secrets;
  if (nextConnection === undefined) {
    return undefined;
  }
  return instance.token === undefined ? readInstance(input, instance.id) : write(input, nextConnection);
}

function write(
  input: ConnectorInput,
  { name, fact, isOwn, desired, seen }: ConnectionSecret,
): Action | undefined {
  if (desired === undefined) {
    throw new Error('a connection is published without an account');
  }
  const { data, content } = desired;
  if (fact.state === 'absent') {
    return { type: 'write-connection-secret', name, data, exists: false };
  }
  if (!isOwn) {
    // Of a former self: a restored backup, or a resource that was deleted with Orphan and is back.
    const isLeftToUs = fact.leftBy === connectorLabelOf(input.connector);
    return isLeftToUs ? { type: 'write-connection-secret', name, data, exists: true } : notOurs(name);
  }
  if (isConnectionWritten(input.log, name)) {
    return undefined;
  }
  // Another version, or a fingerprint of a lost key, says nothing about the content.
  if (seen?.resourceVersion !== fact.resourceVersion || !sameKey(seen.content, content)) {
    return { type: 'read-secret', name };
  }
  return seen.content === content ? undefined : { type: 'write-connection-secret', name, data, exists: true };
}

/** After a rename the Secrets of the old names go, once the new one is there. */
function removeRenamed(input: ConnectorInput): Action | undefined {
  const old = renamedConnection(input) ?? input.secrets.leftovers[0];
  return old === undefined ? undefined : { type: 'delete-connection-secret', name: old.name };
}

/** The connection Secret of the name before a rename, while it exists: applications use it until then. */
export function renamedConnection({ secrets }: ConnectorInput): OwnedSecret | undefined {
  return secrets.previousConnection?.isOwn === true ? secrets.previousConnection : undefined;
}

function notOurs(name: string): Action {
  return blocked(
    'Ready',
    'ConnectionSecretConflict',
    `Secret "${name}" exists and is not managed by this resource. Delete it, or set another name in spec.connectionSecretRef.`,
  );
}
