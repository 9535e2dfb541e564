import type { InfusionsoftConnector } from '../../../src/api/connector.ts';
import { parseConnector } from '../../../src/api/parse.ts';
import type { DecisionSettings } from '../../../src/connector/input.ts';
import { ConnectorMemory } from '../../../src/connector/memory.ts';
import type { ConnectorPorts } from '../../../src/connector/ports.ts';
import { KubeError } from '../../../src/kube/client/errors.ts';
import type { Instance, Turn } from '../../../src/openconnectors/port.ts';
import type { AccountView } from '../../../src/ownership/account-view.ts';
import type { AccountSession, FallbackOutcome } from '../../../src/ownership/accounts.ts';
import { Inventory } from '../../../src/ownership/inventory.ts';
import type { EventDraft } from '../../../src/reconciler/events.ts';
import { mergedMetadata, type TextMetadata } from '../../../src/secrets/managed-metadata.ts';
import type { SecretFact } from '../../../src/secrets/secret-fact.ts';
import type { NewSecret } from '../../../src/secrets/secrets.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { fingerprinter } from './fingerprints.ts';
import { READY_ACCOUNT, SETTINGS } from './input.ts';
import { mergePatched } from './merge-patch.ts';
import { type Answers, fakeRemote, type RemoteCall } from './remote.ts';
import { OWN_METADATA, READ, secretAbsent, secretUnseen } from './secrets.ts';
import { MINUTE, NOW } from './time.ts';

/** One write to the cluster, in short: `secret crm-connection`, `metadata`, `status`. */
export type KubeWrite = readonly [what: string, value: unknown];

/** How a bench differs from one with a ready account, the Secrets of `READ` and no instances. */
export interface BenchChange {
  readonly connector: InfusionsoftConnector;
  readonly answers?: Answers;
  readonly secrets?: Readonly<Record<string, SecretFact>>;
  /** What the account's list found a minute ago; `undefined`: nothing was listed yet. */
  readonly listed?: readonly Instance[] | undefined;
  readonly account?: AccountView;
  readonly settings?: Partial<DecisionSettings>;
  /** Called before each write of the resource's metadata; may throw. */
  readonly onPatchMetadata?: () => void;
  /** A turn in the account's budget; may throw. */
  readonly reserve?: () => Turn | undefined;
  /** Called before each write of the resource's status; may throw. */
  readonly onPatchStatus?: () => void;
  readonly claimants?: readonly string[];
  /** Other connectors of the account and the element. */
  readonly peers?: () => readonly InfusionsoftConnector[];
  /** What comes of the credentials that worked last, for an account that is blocked. */
  readonly kept?: FallbackOutcome;
}

/** Ports of a connector that record everything that leaves them, and the cluster behind them. */
export interface Bench {
  readonly ports: ConnectorPorts;
  readonly clock: VirtualClock;
  readonly inventory: Inventory;
  /** The resource as it is stored now. */
  readonly stored: () => InfusionsoftConnector;
  /** Changes the stored resource as a person or a Kubernetes controller would. */
  readonly edit: (change: (connector: InfusionsoftConnector) => InfusionsoftConnector) => void;
  readonly secrets: Map<string, SecretFact>;
  readonly calls: readonly RemoteCall[];
  readonly writes: readonly KubeWrite[];
  readonly events: readonly EventDraft[];
  /** How often the account's credentials were called in doubt. */
  readonly suspicions: () => number;
  /** Reads of Secrets, by name. */
  readonly reads: readonly string[];
}

/** A bench for `connector`. */
export function bench(change: BenchChange): Bench {
  const clock = new VirtualClock(NOW);
  const inventory = new Inventory(
    () => clock.now(),
    change.settings?.searchGraceMs ?? SETTINGS.searchGraceMs,
  );
  if (!('listed' in change) || change.listed !== undefined) {
    inventory.replace(change.listed ?? [], NOW - MINUTE);
  }
  const remote = fakeRemote(change.answers, change.reserve);
  const secrets = new Map<string, SecretFact>(Object.entries({ ...READ, ...change.secrets }));
  const writes: KubeWrite[] = [];
  const events: EventDraft[] = [];
  const reads: string[] = [];
  let stored = change.connector;
  let version = 1_000;
  let suspicions = 0;

  const write = (connector: InfusionsoftConnector, patch: Record<string, unknown>): InfusionsoftConnector => {
    if (connector.metadata.resourceVersion !== stored.metadata.resourceVersion) {
      throw new KubeError('conflict', 'the object has been modified');
    }
    const metadata = { ...(patch['metadata'] as object | undefined), resourceVersion: `${version++}` };
    stored = parseConnector(mergePatched(stored, { ...patch, metadata }));
    return stored;
  };
  const keep = (secret: NewSecret, current: TextMetadata = { labels: {}, annotations: {} }): SecretFact => {
    const data = Object.entries(secret.data).map(([key, value]) => [
      key,
      Buffer.from(value).toString('base64'),
    ]);
    const fact: SecretFact = {
      state: 'read',
      resourceVersion: `${version++}`,
      owners: [secret.owner.metadata.uid],
      metadata: secret.metadata === undefined ? OWN_METADATA : mergedMetadata(current, secret.metadata),
      data: Object.fromEntries(data),
    };
    secrets.set(secret.name, fact);
    return fact;
  };
  const session: AccountSession = {
    view: READY_ACCOUNT,
    api: remote.api,
    inventory,
    invalidate: () => {
      suspicions += 1;
    },
  };
  const account = change.account ?? READY_ACCOUNT;
  return {
    clock,
    inventory,
    secrets,
    writes,
    events,
    reads,
    calls: remote.calls,
    stored: () => stored,
    edit: (alter) => {
      stored = alter(stored);
    },
    suspicions: () => suspicions,
    ports: {
      clock,
      random: { fraction: () => 0.5, bytes: (length) => Buffer.alloc(length) },
      settings: { ...SETTINGS, ...change.settings },
      fingerprinter,
      memory: new ConnectorMemory(),
      tombstones: {
        uids: () => new Set(),
        write: async (tombstone) => {
          writes.push(['tombstone', tombstone]);
        },
      },
      claimants: () => change.claimants ?? [],
      peers: () => change.peers?.() ?? [],
      recordEvent: (_connector, event) => void events.push(event),
      accounts: {
        view: () => account,
        session: () => (account.state === 'ready' ? session : undefined),
        openFallback: async () => change.kept ?? 'absent',
        fallbackSession: () => (change.kept === 'open' ? session : undefined),
      },
      connectors: {
        async patchMetadata(connector, metadata) {
          change.onPatchMetadata?.();
          writes.push(['metadata', metadata]);
          return write(connector, { metadata });
        },
        async patchStatus(connector, patch) {
          change.onPatchStatus?.();
          const stored = write(connector, { status: patch });
          // An empty patch only compares the resourceVersion.
          if (Object.keys(patch).length > 0) {
            writes.push(['status', patch]);
          }
          return stored;
        },
      },
      secrets: {
        known(_namespace, name) {
          const fact = secrets.get(name) ?? secretUnseen;
          return fact.state === 'absent'
            ? secretUnseen
            : { state: 'unread', resourceVersion: fact.resourceVersion, owners: fact.owners };
        },
        owned: (_namespace, uid) =>
          [...secrets].flatMap(([name, fact]) =>
            fact.state !== 'absent' && fact.owners.includes(uid) ? [name] : [],
          ),
        async read(_namespace, name) {
          reads.push(name);
          const fact = secrets.get(name) ?? secretAbsent;
          if (fact.state === 'unread') {
            throw new Error(`the bench does not know the values of Secret ${name}`);
          }
          return fact;
        },
        async create(secret) {
          const known = secrets.get(secret.name);
          if (known !== undefined && known.state !== 'absent') {
            throw new KubeError('already-exists', 'the Secret exists');
          }
          writes.push([`create secret ${secret.name}`, secret.data]);
          return keep(secret);
        },
        async update(secret, { resourceVersion, metadata }) {
          const known = secrets.get(secret.name);
          if (known === undefined || known.state === 'absent' || known.resourceVersion !== resourceVersion) {
            throw new KubeError('conflict', 'the Secret has been modified');
          }
          writes.push([`update secret ${secret.name}`, secret.data]);
          return keep(secret, metadata);
        },
        async remove(_namespace, name, resourceVersion) {
          const known = secrets.get(name) ?? secretAbsent;
          if (known.state === 'absent') {
            return 'absent';
          }
          if (known.resourceVersion !== resourceVersion) {
            return 'conflict';
          }
          writes.push([`delete secret ${name}`, undefined]);
          secrets.delete(name);
          return 'removed';
        },
        async disown(_namespace, name) {
          writes.push([`disown secret ${name}`, undefined]);
          const known = secrets.get(name);
          if (known !== undefined && known.state !== 'absent') {
            secrets.set(name, { ...known, owners: [] });
          }
        },
      },
    },
  };
}
