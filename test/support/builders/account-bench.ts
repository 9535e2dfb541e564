import type { FallbackAccount } from '../../../src/account/credentials/fallback-credentials.ts';
import type { AccountPorts } from '../../../src/account/ports.ts';
import { reconcileAccount } from '../../../src/account/reconcile.ts';
import { AccountRegistry } from '../../../src/account/registry.ts';
import type { AccountStatus, OpenConnectorsAccount } from '../../../src/api/account.ts';
import type {
  AccountSettings,
  ClientKey,
  OpenConnectorsPool,
} from '../../../src/openconnectors/account-pool.ts';
import { clusterTag } from '../../../src/ownership/owner-tags.ts';
import type { ReconcileOutcome } from '../../../src/reconciler/outcome.ts';
import type { SecretFact } from '../../../src/secrets/secret-fact.ts';
import { assertStatusConforms } from '../kstatus/kstatus.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { ACCOUNT_SECRET, INVENTORY_MS } from './account.ts';
import { fingerprinter, printOf } from './fingerprints.ts';
import { CLUSTER } from './instance.ts';
import { type Answers, fakeRemote, type RemoteCall } from './remote.ts';
import { NOW } from './time.ts';

type AccountEvent = Parameters<AccountPorts['recordEvent']>[1];

/** A registry and ports of the account's controller that record everything that leaves them. */
export interface AccountBench {
  readonly clock: VirtualClock;
  readonly registry: AccountRegistry;
  readonly ports: AccountPorts;
  readonly calls: readonly RemoteCall[];
  /** Keys that the pool has a client for. */
  readonly clients: ReadonlyMap<string, AccountSettings>;
  /** Secret values that are kept from the logs, as often as they are held. */
  readonly held: readonly string[];
  /** Keys of accounts that were called in doubt. */
  readonly invalidated: readonly string[];
  /** Who was woken: `users`, or owner tags. */
  readonly woken: string[];
  readonly reads: readonly string[];
  readonly statuses: readonly AccountStatus[];
  /** uids for which credentials are kept for deletions. */
  readonly kept: ReadonlySet<string>;
  secret: SecretFact;
  /** The credentials that last worked, as the operator's namespace holds them. */
  fallback: FallbackAccount | undefined;
  /** What writing the fallback credentials fails with. */
  keepFailure: Error | undefined;
  readonly events: readonly AccountEvent[];
  /** The connectors that use the account, as the API server lists them. */
  listedUsers: readonly string[];
  answers: Answers;
  /** One reconcile over `account` with the status that the reconcile before wrote. */
  reconcile(account: OpenConnectorsAccount): Promise<ReconcileOutcome>;
}

/** A bench whose remote side answers as `answers` say. */
export function accountBench(
  answers: Answers,
  users: { readonly names: readonly string[]; readonly ownerTags: ReadonlySet<string> } = {
    names: [],
    ownerTags: new Set(),
  },
): AccountBench {
  const clock = new VirtualClock(NOW);
  const remote = fakeRemote(
    new Proxy<Answers>({}, { get: (_, name) => bench.answers[name as keyof Answers] }),
  );
  const clients = new Map<string, AccountSettings>();
  const nameOf = ({ accountUid, credential }: ClientKey): string => `${accountUid}/${credential}`;
  const held: string[] = [];
  const invalidated: string[] = [];
  const woken: string[] = [];
  const reads: string[] = [];
  const statuses: AccountStatus[] = [];
  const kept = new Set<string>();
  const events: AccountEvent[] = [];
  const pool: OpenConnectorsPool = {
    get: (key, settings) => {
      clients.set(nameOf(key), settings);
      return remote.api;
    },
    throttledUntil: () => undefined,
    remove: (key) => void clients.delete(nameOf(key)),
    close: async () => undefined,
  };
  const registry = new AccountRegistry({
    pool,
    createTimeoutMs: 120_000,
    searchGraceMs: 30_000,
    now: () => clock.now(),
    redact: (values) => {
      held.push(...values);
      return () => {
        for (const value of values) {
          held.splice(held.indexOf(value), 1);
        }
      };
    },
    readFallback: async () => bench.fallback,
    isAllowed: (baseUrl) => !baseUrl.includes('foreign'),
    fingerprint: printOf,
    selector: undefined,
    exists: (_namespace, name) => name !== 'missing',
    hasDefault: (namespace) => namespace === 'team-a',
    onInvalidated: (uid) => invalidated.push(uid),
  });
  const bench: AccountBench = {
    clock,
    registry,
    calls: remote.calls,
    clients,
    held,
    invalidated,
    woken,
    reads,
    statuses,
    kept,
    secret: ACCOUNT_SECRET,
    fallback: undefined,
    keepFailure: undefined,
    events,
    listedUsers: [],
    answers,
    ports: {
      clock,
      random: { fraction: () => 0.5, bytes: (length) => Buffer.alloc(length) },
      fingerprinter,
      registry,
      allowedHosts: [{ host: 'api.openconnectors.*.ext.hana.ondemand.com', port: undefined }],
      inventoryIntervalMs: INVENTORY_MS,
      clusterTag: clusterTag(CLUSTER),
      secrets: {
        known: () =>
          bench.secret.state === 'read'
            ? {
                state: 'unread',
                resourceVersion: bench.secret.resourceVersion,
                owners: bench.secret.owners,
              }
            : bench.secret,
        read: async (_namespace, name) => {
          reads.push(name);
          return bench.secret;
        },
      },
      users: {
        names: () => users.names,
        listNames: async () => bench.listedUsers,
        own: (_account, tag) => users.ownerTags.has(tag),
        isOwned: (tag) => users.ownerTags.has(tag),
      },
      seesEverything: true,
      wakeUsers: () => void woken.push('users'),
      wakeOwners: (tags) => void woken.push(...tags),
      inputHashes: new Map(),
      report: async (_account, after) => void statuses.push(after),
      recordEvent: (_account, event) => void events.push(event),
      kept: {
        keep: async (uid) => {
          if (bench.keepFailure !== undefined) {
            throw bench.keepFailure;
          }
          kept.add(uid);
        },
        drop: async (uid) => void kept.delete(uid),
      },
    },
    async reconcile(account) {
      const status = statuses.at(-1) ?? account.status;
      const outcome = await reconcileAccount(
        bench.ports,
        { ...account, ...(status !== undefined && { status }) },
        new AbortController().signal,
      );
      const written = statuses.at(-1);
      if (written !== undefined) {
        assertStatusConforms({ ...account, status: written });
      }
      return outcome;
    },
  };
  return bench;
}
