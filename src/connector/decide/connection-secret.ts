import { connectionSecretNameOf, connectorLabelOf } from '../../api/defaults.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { blocked, type Action } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { consentSecretNames } from './consent.ts';
import { readInstance } from './read-instance.ts';

/** Keys of the connection Secret; the first four are those of Service Binding for Kubernetes. */
export function connectionData(world: ConnectorInput, token: string): Record<string, string> {
  if (world.account.state !== 'ready') {
    throw new Error('a connection was described without an account');
  }
  const { baseUrl, credentials } = world.account;
  return {
    type: 'open-connectors',
    provider: 'sap',
    uri: baseUrl,
    host: new URL(baseUrl).host,
    'element-token': token,
    ...(world.connector.spec.includeAccountCredentials === true && {
      'user-secret': credentials.userSecret,
      'organization-secret': credentials.organizationSecret,
    }),
  };
}

/** One text for the whole content, whatever the order of the keys: what its fingerprint is made of. */
export function canonicalContent(data: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What is still to do for the connection Secret; `undefined` when it holds what applications need. */
export function publishConnection(world: ConnectorInput, instance: Instance): Action | undefined {
  if (instance.token === undefined) {
    return readInstance(world, instance.id);
  }
  const name = connectionSecretNameOf(world.connector);
  const data = connectionData(world, instance.token);
  const fact = world.secrets.get(name) ?? { state: 'absent' };
  if (fact.state === 'absent') {
    return { type: 'write-connection-secret', name, data, exists: false };
  }
  if (!fact.owners.includes(world.connector.metadata.uid)) {
    // Of a former self: a restored backup, or a resource that was deleted with Orphan and is back.
    const isLeftToUs = fact.leftBy === connectorLabelOf(world.connector);
    return isLeftToUs ? { type: 'write-connection-secret', name, data, exists: true } : notOurs(name);
  }
  if (world.done.connectionWritten) {
    return removeRenamed(world);
  }
  const { connection } = world.memory;
  if (connection?.resourceVersion !== fact.resourceVersion) {
    return { type: 'read-secret', name };
  }
  return connection.content === world.fingerprint(canonicalContent(data))
    ? removeRenamed(world)
    : { type: 'write-connection-secret', name, data, exists: true };
}

/** After a rename the Secrets of the old names go, once the new one is there. */
function removeRenamed(world: ConnectorInput): Action | undefined {
  const old = renamedConnection(world) ?? leftConnection(world);
  return old === undefined ? undefined : { type: 'delete-connection-secret', name: old };
}

/** The connection Secret of the name before a rename, for as long as it exists: what applications use until then. */
export function renamedConnection(world: ConnectorInput): string | undefined {
  const old = world.connector.status?.binding?.name;
  const isRenamed = old !== undefined && old !== connectionSecretNameOf(world.connector);
  return isRenamed && isOwnSecret(world, old) ? old : undefined;
}

/** A connection Secret of an earlier name that status does not record: a crash came between two renames. */
function leftConnection(world: ConnectorInput): string | undefined {
  const { connector } = world;
  const used = [connectionSecretNameOf(connector), ...consentSecretNames(connector)];
  return [...world.secrets.keys()].find((name) => !used.includes(name) && isOwnSecret(world, name));
}

/** Whether there is a Secret `name` that the operator wrote for this resource. */
export function isOwnSecret(world: ConnectorInput, name: string): boolean {
  const fact = world.secrets.get(name);
  return fact !== undefined && fact.state !== 'absent' && fact.owners.includes(world.connector.metadata.uid);
}

function notOurs(name: string): Action {
  return blocked(
    'Ready',
    'ConnectionSecretConflict',
    `Secret "${name}" exists, but was not made by the operator for this resource, so it is not overwritten. Delete it, or name another one in spec.connectionSecretRef.name.`,
  );
}
