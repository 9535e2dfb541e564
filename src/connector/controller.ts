import { CONNECTOR_NAMES, CONNECTOR_RESOURCE, FINALIZER } from '../api/group.ts';
import { parseConnector } from '../api/parse.ts';
import {
  accountOfConnector,
  accountsOfDeletedConnector,
  INDEX,
  importOfConnector,
  ownerOfConnector,
  recordedAccountsOfConnector,
  secretsOfConnector,
} from '../ownership/references.ts';
import type { Controller, ReferencedResource } from '../reconciler/controller.ts';
import type { Act } from './action.ts';
import type { ConnectorPorts } from './ports.ts';
import { type ActionObserver, reconcile } from './reconcile.ts';

/**
 * Whether an action waits without a worker: for the account's budget and Open Connectors, or for Secrets, which one list
 * serves for many reconciles.
 */
const IS_EXTERNAL: Readonly<Record<Act['type'], boolean>> = {
  'read-secret': true,
  'write-record': false,
  'record-instance': false,
  'record-removal': false,
  'record-switch': false,
  'record-disabling': false,
  'write-tombstone': false,
  'add-finalizer': false,
  'write-one-time-code': false,
  'remove-secret': false,
  'write-connection-secret': false,
  'delete-connection-secret': false,
  'release-connection-secret': false,
  search: true,
  'read-element': true,
  'read-instance': true,
  create: true,
  reauthorize: true,
  patch: true,
  enable: true,
  ping: true,
  'ping-peer': true,
  'verify-account': true,
  'open-fallback-credentials': true,
  'release-tags': true,
  'delete-instance': true,
};

/** What the controller of InfusionsoftConnector works with. */
export interface ConnectorControllerOptions {
  /** Complete before the first watch begins. */
  readonly clusterId: () => string;
  readonly secrets: ReferencedResource;
  /** Complete before the first reconcile. */
  readonly ports: () => ConnectorPorts;
  /** Called after a connector was deleted, with its last state. Throws `KubeError`. */
  readonly onDeleted: (connector: ReturnType<typeof parseConnector>, signal: AbortSignal) => Promise<void>;
  readonly onAction: ActionObserver | undefined;
}

/** The controller of InfusionsoftConnector. */
export function createConnectorController(options: ConnectorControllerOptions): Controller {
  return {
    kind: CONNECTOR_NAMES.kind,
    resource: CONNECTOR_RESOURCE,
    indexes: {
      [INDEX.secret]: secretsOfConnector,
      [INDEX.account]: accountOfConnector,
      [INDEX.recordedAccount]: recordedAccountsOfConnector,
      [INDEX.deletedInAccount]: accountsOfDeletedConnector,
      [INDEX.owner]: (object) => ownerOfConnector(options.clusterId())(object),
      [INDEX.instance]: importOfConnector,
    },
    references: [{ to: options.secrets, index: INDEX.secret }],
    // Only a connector that may own an instance gets it.
    finalizer: { name: FINALIZER, addedBy: 'reconcile' },
    externalActions: new Set(Object.entries(IS_EXTERNAL).flatMap(([name, is]) => (is ? [name] : []))),
    // Connectors wait for their account; the account itself has no lane and is reconciled however many wait for it.
    laneOf: (object) => accountOfConnector(object)[0],
    reconcile: (object, signal, observer) =>
      reconcile(options.ports(), parseConnector(object), signal, options.onAction, observer),
    async forget(object, signal) {
      const connector = parseConnector(object);
      options.ports().memory.forget(connector.metadata.uid);
      await options.onDeleted(connector, signal);
    },
  };
}
