import type { AccountStatus, OpenConnectorsAccount } from '../api/account.ts';
import { allowedHost } from '../api/allowlist.ts';
import type { InfusionsoftConnector } from '../api/connector.ts';
import { accountNameOf } from '../api/defaults.ts';
import type { Config } from '../config.ts';
import type { KubeObject } from '../kube/object.ts';
import type { KubeRest } from '../kube/rest.ts';
import type { Store } from '../kube/store.ts';
import type { OpenConnectorsPool } from '../openconnectors/account-pool.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import type { Scrubber } from '../telemetry/scrubber.ts';
import { KeptAccounts } from './account/kept-accounts.ts';
import type { AccountPorts } from './account/reconcile.ts';
import { AccountRegistry, accountKey, DEFAULT_ACCOUNT_KEY, DEFAULT_ACCOUNT_UID } from './account/registry.ts';
import { createFingerprinter, type Fingerprinter } from './fingerprint.ts';
import { createKubeSecrets } from './kube-secrets.ts';
import { ConnectorMemory } from './memory.ts';
import { clusterTag, ownerTags } from './owner-tags.ts';
import type { ConnectorPorts, Connectors, RecordEvent } from './ports.ts';
import { instanceKey } from './references.ts';

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
  readonly scrubber: Scrubber;
  readonly stores: { readonly connectors: Store; readonly accounts: Store; readonly secrets: Store };
  readonly connectors: Connectors;
  readonly recordEvent: RecordEvent;
  readonly reportAccount: (account: OpenConnectorsAccount, after: AccountStatus) => Promise<void>;
  readonly wakeConnector: (connector: KubeObject) => void;
  readonly wakeAccount: (key: string) => void;
}

/** The ports of both controllers, sharing one registry of accounts. */
export interface Controllers {
  readonly connector: ConnectorPorts;
  readonly account: AccountPorts;
  /** Nothing depends any more on the account with this uid, which is gone itself. */
  readonly releaseAccount: (uid: string) => Promise<void>;
}

/** Names of the indexes over connectors and accounts. */
export const INDEX = { secret: 'secret', account: 'account', owner: 'owner', instance: 'instance' } as const;

/** Puts the controllers together. */
export function createControllers(sources: ControllerSources): Controllers {
  const { config, clock, random, clusterId, stores } = sources;
  const fingerprinter = createFingerprinter(sources.fingerprintKey);
  const secrets = createKubeSecrets({
    rest: sources.rest,
    cached: (namespace, name) => stores.secrets.get(namespace, name),
    register: (value) => sources.scrubber.register(value),
    isAlive: (namespace, name, uid) => stores.connectors.get(namespace, name)?.metadata.uid === uid,
  });
  const kept = new KeptAccounts({
    rest: sources.rest,
    namespace: sources.namespace,
    enabled: config.keepAccountCredentials,
    register: (value) => sources.scrubber.register(value),
  });
  const registry = createRegistry(sources, kept, fingerprinter);
  return {
    connector: {
      clock,
      random,
      fingerprinter,
      secrets,
      settings: {
        clusterId,
        allowedServers: config.allowedServers,
        extraConfigurationKeys: config.extraConfigurationKeys,
        ownCallbackUrl: config.externalUrl && `${config.externalUrl.replace(/\/+$/, '')}/oauth/callback`,
        createDeadlineMs: config.createDeadlineMs,
        searchGraceMs: config.searchGraceMs,
        pingIntervalMs: config.pingIntervalMs,
      },
      accounts: registry,
      memory: new ConnectorMemory(),
      connectors: sources.connectors,
      recordEvent: sources.recordEvent,
      rivals: (connector) => rivalsOf(sources, connector),
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
      users: (account) => usersOf(sources, account),
      isOwned: (tag) => stores.connectors.byIndex(INDEX.owner, tag).length > 0,
      seesEverything: config.watchNamespaces.length === 0 && config.watchLabelSelector === undefined,
      wakeUsers: (account) => {
        for (const connector of connectorsOf(sources, account)) {
          sources.wakeConnector(connector);
        }
      },
      wakeOwners: (tags) => {
        for (const connector of [...tags].flatMap((tag) => stores.connectors.byIndex(INDEX.owner, tag))) {
          sources.wakeConnector(connector);
        }
      },
      witnesses: new Map(),
      report: sources.reportAccount,
      kept,
    },
    releaseAccount: async (uid) => {
      registry.closeKept(uid);
      await kept.drop(uid);
    },
  };
}

function createRegistry(
  sources: ControllerSources,
  kept: KeptAccounts,
  fingerprinter: Fingerprinter,
): AccountRegistry {
  const { config, stores, scrubber } = sources;
  return new AccountRegistry({
    pool: sources.pool,
    createTimeoutMs: config.createDeadlineMs,
    searchGraceMs: config.searchGraceMs,
    now: () => sources.clock.now(),
    holdSecrets: (values) => {
      const releases = values.map((value) => scrubber.hold(value));
      return () => {
        for (const release of releases) {
          release();
        }
      };
    },
    readKept: (uid, signal) => kept.read(uid, signal),
    isAllowed: (baseUrl) => allowedHost(baseUrl, config.allowedHosts) !== undefined,
    fingerprint: fingerprinter.of,
    exists: (namespace, name) => stores.accounts.get(namespace, name) !== undefined,
    hasDefault: (namespace) =>
      config.defaultAccountUrl !== undefined &&
      (config.defaultAccountNamespaces === '*' || config.defaultAccountNamespaces.includes(namespace)),
    onSuspect: sources.wakeAccount,
  });
}

function rivalsOf({ stores }: ControllerSources, connector: InfusionsoftConnector): string[] {
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

function connectorsOf({ stores }: ControllerSources, { metadata }: OpenConnectorsAccount): KubeObject[] {
  const key =
    metadata.uid === DEFAULT_ACCOUNT_UID
      ? DEFAULT_ACCOUNT_KEY
      : accountKey(metadata.namespace, metadata.name);
  return stores.connectors.byIndex(INDEX.account, key);
}

function usersOf(
  sources: ControllerSources,
  account: OpenConnectorsAccount,
): ReturnType<AccountPorts['users']> {
  const users = connectorsOf(sources, account).map(({ metadata }) => metadata);
  const { clusterId } = sources;
  return {
    names: users.map(({ name }) => name),
    ownerTags: new Set(
      users.map(({ namespace = '', name, uid }) => ownerTags({ clusterId, namespace, name, uid }).owner),
    ),
  };
}
