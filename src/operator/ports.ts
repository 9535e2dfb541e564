import { accountPublisher } from '../account/controller.ts';
import { FallbackCredentials } from '../account/credentials/fallback-credentials.ts';
import { createFallbackRelease, type ReleaseFallback } from '../account/credentials/fallback-release.ts';
import { LateInstances, type LateInstancesOptions } from '../account/late/late-instances.ts';
import { TombstoneStore } from '../account/late/tombstones.ts';
import type { AccountPorts } from '../account/ports.ts';
import { AccountRegistry } from '../account/registry.ts';
import { createAccountUsers } from '../account/users.ts';
import type { InfusionsoftConnector } from '../api/connector.ts';
import { accountNameOf } from '../api/defaults.ts';
import { CONNECTOR_RESOURCE } from '../api/group.ts';
import { parseConnector } from '../api/parse.ts';
import { allowedHost } from '../api/validation/allowlist.ts';
import { ownCallbackUrlOf } from '../authorization/consent-urls.ts';
import type { Config } from '../config/config.ts';
import { ConnectorMemory } from '../connector/memory.ts';
import type { ConnectorPorts } from '../connector/ports.ts';
import type { KubeObject } from '../kube/client/object.ts';
import type { Store } from '../kube/watch/store.ts';
import type { OpenConnectorsPool } from '../openconnectors/account-pool.ts';
import { defaultAccountFor } from '../ownership/default-account.ts';
import { clusterTag } from '../ownership/owner-tags.ts';
import { INDEX, instanceKey } from '../ownership/references.ts';
import type { Tombstone } from '../ownership/tombstone.ts';
import type { Manager } from '../reconciler/controller.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import { createFingerprinter, type Fingerprinter } from '../secrets/fingerprint.ts';
import { createKubeSecrets } from '../secrets/kube-secrets.ts';
import type { Redactor } from '../secrets/redaction.ts';
import { peersOf } from './peers-of.ts';

/** What the ports of both controllers are created from. */
export interface PortSources {
  readonly config: Config;
  readonly clusterId: string;
  /** Namespace of the operator's own Secrets. */
  readonly namespace: string;
  readonly fingerprintKey: Buffer;
  readonly clock: Clock;
  readonly random: Random;
  readonly pool: OpenConnectorsPool;
  readonly scrubber: Redactor;
  readonly manager: Manager;
  readonly stores: { readonly connectors: Store; readonly accounts: Store; readonly secrets: Store };
  /** Reconciles the account with this uid, which may be the default account. */
  readonly reconcileAccount: (uid: string) => void;
  /** An instance that was created after its resource was deleted is deleted. */
  readonly onLateInstance: (id: number, tombstone: Tombstone) => void;
  readonly onLateInstanceError: (error: unknown) => void;
}

/** The ports of both controllers, sharing one registry of accounts. */
export interface ControllerPorts {
  readonly connector: ConnectorPorts;
  readonly account: AccountPorts;
  /** Called after a connector or an account was deleted: deletes fallback credentials that only it needed. Throws `KubeError`. */
  readonly releaseFallback: ReleaseFallback;
  readonly lateInstances: LateInstances;
}

/** Creates the ports of both controllers. */
export function createPorts(sources: PortSources): ControllerPorts {
  const { config, clock, random, clusterId, manager, stores } = sources;
  const { rest } = manager;
  const enqueue = ({ metadata }: KubeObject): void => manager.reconcileLater(CONNECTOR_RESOURCE, metadata);
  const fingerprinter = createFingerprinter(sources.fingerprintKey);
  const secrets = createKubeSecrets({
    rest,
    cached: (namespace, name) => stores.secrets.get(namespace, name),
    cachedNames: (namespace) =>
      stores.secrets
        .list()
        .flatMap(({ metadata }) => (metadata.namespace === namespace ? [metadata.name] : [])),
    ownedBy: (uid) => stores.secrets.byIndex(INDEX.secretOwner, uid),
    register: (value) => sources.scrubber.register(value),
    isAlive: (namespace, name, uid) => stores.connectors.get(namespace, name)?.metadata.uid === uid,
  });
  const kept = new FallbackCredentials({
    rest,
    namespace: sources.namespace,
    enabled: config.keepAccountCredentials,
    register: (value) => sources.scrubber.register(value),
  });
  const registry = createRegistry(sources, kept, fingerprinter);
  const lateInstances: LateInstances = createLateInstances(sources, registry, (...gone) =>
    fallback.release(...gone),
  );
  const fallback = createFallbackRelease({
    rest,
    connectors: stores.connectors,
    watches: (uid) => lateInstances.watches(uid),
    close: (uid) => registry.closeFallback(uid),
    drop: (uid) => kept.drop(uid),
  });
  const users = createAccountUsers(stores.connectors, rest);
  return {
    lateInstances,
    connector: {
      clock,
      random,
      fingerprinter,
      secrets,
      settings: {
        clusterId,
        allowedServers: config.allowedServers,
        extraConfigurationKeys: config.extraConfigurationKeys,
        allowedSecretMetadata: config.allowedSecretMetadata,
        allowedEventHosts: config.allowedEventHosts,
        ownCallbackUrl: config.externalUrl && ownCallbackUrlOf(config.externalUrl),
        createDeadlineMs: config.createDeadlineMs,
        searchGraceMs: config.searchGraceMs,
        lateCommitWindowMs: config.lateCommitWindowMs,
        codeLifetimeMs: config.codeLifetimeMs,
        legacyApiEndMs: config.legacyApiEndMs,
        pingIntervalMs: config.pingIntervalMs,
        authorizationRecheckMs: config.authorizationRecheckMs,
        providerOutageLimitMs: config.providerOutageLimitMs,
      },
      accounts: registry,
      memory: new ConnectorMemory(),
      connectors: connectorWrites(manager),
      tombstones: lateInstances,
      recordEvent: (connector, event) => manager.recordEvent(connector, 'Reconcile', event),
      claimants: (connector) => claimantsOf(sources, connector),
      peers: (connector) => peersOf(stores.connectors, connector),
    },
    account: {
      clock,
      random,
      fingerprinter,
      registry,
      secrets,
      allowedHosts: config.allowedHosts,
      inventoryIntervalMs: config.inventoryIntervalMs,
      clusterTag: clusterTag(clusterId),
      users,
      seesEverything: config.watchNamespaces.length === 0 && config.watchLabelSelector === undefined,
      wakeUsers: (account) => {
        for (const connector of users.connectors(account)) {
          enqueue(connector);
        }
      },
      wakeOwners: (tags) => {
        for (const connector of [...tags].flatMap((tag) => stores.connectors.byIndex(INDEX.owner, tag))) {
          enqueue(connector);
        }
      },
      inputHashes: new Map(),
      ...accountPublisher(manager),
      kept: { keep: (uid, account) => kept.keep(uid, account), drop: fallback.dropWithAccount },
    },
    releaseFallback: fallback.release,
  };
}

/** Writes to connectors through the operator, whose cache has the stored object afterwards. */
function connectorWrites(manager: Manager): ConnectorPorts['connectors'] {
  return {
    patchMetadata: async (connector, metadata) =>
      parseConnector(await manager.patch(CONNECTOR_RESOURCE, connector, { metadata })),
    patchStatus: async (connector, status) =>
      parseConnector(await manager.patch(CONNECTOR_RESOURCE, connector, { status }, 'status')),
  };
}

function createLateInstances(
  sources: PortSources,
  registry: AccountRegistry,
  onDone: LateInstancesOptions['onDone'],
): LateInstances {
  const { clock, clusterId, config, namespace, manager } = sources;
  return new LateInstances({
    store: new TombstoneStore(manager.rest, namespace),
    clock,
    intervalMs: config.inventoryIntervalMs,
    clusterTag: clusterTag(clusterId),
    open: (account, signal) => registry.sessionOf(account, signal),
    onDeleted: sources.onLateInstance,
    onDone,
    onError: sources.onLateInstanceError,
  });
}

function createRegistry(
  sources: PortSources,
  kept: FallbackCredentials,
  fingerprinter: Fingerprinter,
): AccountRegistry {
  const { config, stores, scrubber } = sources;
  return new AccountRegistry({
    pool: sources.pool,
    createTimeoutMs: config.createDeadlineMs,
    searchGraceMs: config.searchGraceMs,
    now: () => sources.clock.now(),
    redact: (values) => {
      const releases = values.map((value) => scrubber.hold(value));
      return () => {
        for (const release of releases) {
          release();
        }
      };
    },
    readFallback: (uid, signal) => kept.read(uid, signal),
    isAllowed: (baseUrl) => allowedHost(baseUrl, config.allowedHosts) !== undefined,
    fingerprint: fingerprinter.of,
    selector: config.watchLabelSelector,
    exists: (namespace, name) => stores.accounts.get(namespace, name) !== undefined,
    hasDefault: (namespace) => defaultAccountFor(config, namespace) !== undefined,
    onInvalidated: sources.reconcileAccount,
  });
}

function claimantsOf({ stores }: PortSources, connector: InfusionsoftConnector): string[] {
  const importId = connector.spec.instance?.importId;
  if (importId === undefined) {
    return [];
  }
  const { uid, creationTimestamp = '', namespace } = connector.metadata;
  const isOlder = ({ metadata: other }: KubeObject): boolean =>
    other.uid !== uid &&
    ((other.creationTimestamp ?? '') < creationTimestamp ||
      (other.creationTimestamp === creationTimestamp && other.uid < uid));
  return stores.connectors
    .byIndex(INDEX.instance, instanceKey(namespace, accountNameOf(connector.spec), importId))
    .filter(isOlder)
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}
