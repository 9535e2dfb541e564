import { FallbackCredentials } from '../account/credentials/fallback-credentials.ts';
import { createFallbackRelease, type ReleaseFallback } from '../account/credentials/fallback-release.ts';
import { LateInstances, type LateInstancesOptions } from '../account/late/late-instances.ts';
import { TombstoneStore } from '../account/late/tombstones.ts';
import type { AccountPorts } from '../account/ports.ts';
import { AccountRegistry } from '../account/registry.ts';
import { createAccountUsers } from '../account/users.ts';
import type { AccountStatus, OpenConnectorsAccount } from '../api/account.ts';
import type { InfusionsoftConnector } from '../api/connector.ts';
import { accountNameOf } from '../api/defaults.ts';
import { allowedHost } from '../api/validation/allowlist.ts';
import { ownCallbackUrlOf } from '../authorization/consent-urls.ts';
import type { Config } from '../config/config.ts';
import { ConnectorMemory } from '../connector/memory.ts';
import type { ConnectorPorts, Connectors, RecordEvent } from '../connector/ports.ts';
import type { KubeObject } from '../kube/client/object.ts';
import type { KubeRest } from '../kube/client/rest.ts';
import type { Store } from '../kube/watch/store.ts';
import type { OpenConnectorsPool } from '../openconnectors/account-pool.ts';
import { defaultAccountFor } from '../ownership/default-account.ts';
import { clusterTag } from '../ownership/owner-tags.ts';
import { INDEX, instanceKey } from '../ownership/references.ts';
import type { Tombstone } from '../ownership/tombstone.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import { createFingerprinter, type Fingerprinter } from '../secrets/fingerprint.ts';
import { createKubeSecrets } from '../secrets/kube-secrets.ts';
import type { Redactor } from '../secrets/redaction.ts';

/** What the two controllers are made of; everything that touches the cluster comes from the operator. */
export interface ControllerSources {
  readonly config: Config;
  readonly clusterId: string;
  /** Namespace of the operator's own Secrets. */
  readonly namespace: string;
  readonly fingerprintKey: Buffer;
  readonly clock: Clock;
  readonly random: Random;
  readonly rest: KubeRest;
  readonly pool: OpenConnectorsPool;
  readonly scrubber: Redactor;
  readonly stores: { readonly connectors: Store; readonly accounts: Store; readonly secrets: Store };
  readonly connectors: Connectors;
  readonly recordEvent: RecordEvent;
  readonly recordAccountEvent: AccountPorts['recordEvent'];
  readonly reportAccount: (account: OpenConnectorsAccount, after: AccountStatus) => Promise<void>;
  readonly wakeConnector: (connector: KubeObject) => void;
  readonly wakeAccount: (key: string) => void;
  /** An instance that was created after its resource was deleted is deleted. */
  readonly onLateInstance: (id: number, tombstone: Tombstone) => void;
  readonly onLateInstanceError: (error: unknown) => void;
}

/** The ports of both controllers, sharing one registry of accounts. */
export interface Controllers {
  readonly connector: ConnectorPorts;
  readonly account: AccountPorts;
  /** A connector or an account is gone: lets go of fallback credentials that only it needed. Throws `KubeError`. */
  readonly releaseFallback: ReleaseFallback;
  readonly lateInstances: LateInstances;
}

/** Puts the controllers together. */
export function createControllers(sources: ControllerSources): Controllers {
  const { config, clock, random, clusterId, stores } = sources;
  const fingerprinter = createFingerprinter(sources.fingerprintKey);
  const secrets = createKubeSecrets({
    rest: sources.rest,
    cached: (namespace, name) => stores.secrets.get(namespace, name),
    ownedBy: (uid) => stores.secrets.byIndex(INDEX.secretOwner, uid),
    register: (value) => sources.scrubber.register(value),
    isAlive: (namespace, name, uid) => stores.connectors.get(namespace, name)?.metadata.uid === uid,
  });
  const kept = new FallbackCredentials({
    rest: sources.rest,
    namespace: sources.namespace,
    enabled: config.keepAccountCredentials,
    register: (value) => sources.scrubber.register(value),
  });
  const registry = createRegistry(sources, kept, fingerprinter);
  const lateInstances: LateInstances = createLateInstances(sources, registry, (...gone) =>
    fallback.release(...gone),
  );
  const fallback = createFallbackRelease({
    rest: sources.rest,
    connectors: stores.connectors,
    watches: (uid) => lateInstances.watches(uid),
    close: (uid) => registry.closeFallback(uid),
    drop: (uid) => kept.drop(uid),
  });
  const users = createAccountUsers(stores.connectors, sources.rest);
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
        ownCallbackUrl: config.externalUrl && ownCallbackUrlOf(config.externalUrl),
        createDeadlineMs: config.createDeadlineMs,
        searchGraceMs: config.searchGraceMs,
        lateCommitWindowMs: config.lateCommitWindowMs,
        codeLifetimeMs: config.codeLifetimeMs,
        legacyApiEndMs: config.legacyApiEndMs,
        pingIntervalMs: config.pingIntervalMs,
      },
      accounts: registry,
      memory: new ConnectorMemory(),
      connectors: sources.connectors,
      tombstones: lateInstances,
      recordEvent: sources.recordEvent,
      claimants: (connector) => claimantsOf(sources, connector),
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
          sources.wakeConnector(connector);
        }
      },
      wakeOwners: (tags) => {
        for (const connector of [...tags].flatMap((tag) => stores.connectors.byIndex(INDEX.owner, tag))) {
          sources.wakeConnector(connector);
        }
      },
      inputHashes: new Map(),
      report: sources.reportAccount,
      recordEvent: sources.recordAccountEvent,
      kept: { keep: (uid, account) => kept.keep(uid, account), drop: fallback.dropWithAccount },
    },
    releaseFallback: fallback.release,
  };
}

function createLateInstances(
  sources: ControllerSources,
  registry: AccountRegistry,
  onDone: LateInstancesOptions['onDone'],
): LateInstances {
  const { clock, clusterId, config, namespace, rest } = sources;
  return new LateInstances({
    store: new TombstoneStore(rest, namespace),
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
  sources: ControllerSources,
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
    onInvalidated: sources.wakeAccount,
  });
}

function claimantsOf({ stores }: ControllerSources, connector: InfusionsoftConnector): string[] {
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
