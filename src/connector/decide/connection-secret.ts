import { connectionSecretNameOf, connectorLabelOf } from '../../api/defaults.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { type Action, blocked } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { consentSecretNames } from './consent.ts';
import { readInstance } from './read-instance.ts';

/** Keys of the connection Secret; the first four are those of Service Binding for Kubernetes. */
export function connectionData(input: ConnectorInput, token: string): Record<string, string> {
  if (input.account.state !== 'ready') {
    throw new Error('a connection was described without an account');
  }
  const { baseUrl, credentials } = input.account;
  return {
    type: 'open-connectors',
    provider: 'sap',
    uri: baseUrl,
    host: new URL(baseUrl).host,
    'element-token': token,
    ...(input.connector.spec.includeAccountCredentials === true && {
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
export function publishConnection(input: ConnectorInput, instance: Instance): Action | undefined {
  if (instance.token === undefined) {
    return readInstance(input, instance.id);
  }
  const name = connectionSecretNameOf(input.connector);
  const data = connectionData(input, instance.token);
  const fact = input.secrets.get(name) ?? { state: 'absent' };
  if (fact.state === 'absent') {
    return { type: 'write-connection-secret', name, data, exists: false };
  }
  if (!fact.owners.includes(input.connector.metadata.uid)) {
    // Of a former self: a restored backup, or a resource that was deleted with Orphan and is back.
    const isLeftToUs = fact.leftBy === connectorLabelOf(input.connector);
    return isLeftToUs ? { type: 'write-connection-secret', name, data, exists: true } : notOurs(name);
  }
  if (input.done.connectionWritten) {
    return removeRenamed(input);
  }
  const { connection } = input.memory;
  if (connection?.resourceVersion !== fact.resourceVersion) {
    return { type: 'read-secret', name };
  }
  return connection.content === input.fingerprint(canonicalContent(data))
    ? removeRenamed(input)
    : { type: 'write-connection-secret', name, data, exists: true };
}

/** After a rename the Secrets of the old names go, once the new one is there. */
function removeRenamed(input: ConnectorInput): Action | undefined {
  const old = renamedConnection(input) ?? leftConnection(input);
  return old === undefined ? undefined : { type: 'delete-connection-secret', name: old };
}

/** The connection Secret of the name before a rename, for as long as it exists: what applications use until then. */
export function renamedConnection(input: ConnectorInput): string | undefined {
  const old = input.connector.status?.binding?.name;
  const isRenamed = old !== undefined && old !== connectionSecretNameOf(input.connector);
  return isRenamed && isOwnSecret(input, old) ? old : undefined;
}

/** A connection Secret of an earlier name that status does not record: a crash came between two renames. */
function leftConnection(input: ConnectorInput): string | undefined {
  const { connector } = input;
  const used = [connectionSecretNameOf(connector), ...consentSecretNames(connector)];
  return [...input.secrets.keys()].find((name) => !used.includes(name) && isOwnSecret(input, name));
}

/** Whether there is a Secret `name` that the operator wrote for this resource. */
export function isOwnSecret(input: ConnectorInput, name: string): boolean {
  const fact = input.secrets.get(name);
  return fact !== undefined && fact.state !== 'absent' && fact.owners.includes(input.connector.metadata.uid);
}

function notOurs(name: string): Action {
  return blocked(
    'Ready',
    'ConnectionSecretConflict',
    `Secret "${name}" exists and is not managed by this resource. Delete it, or set another name in spec.connectionSecretRef.`,
  );
}
