import type { InfusionsoftConnector } from '../api/connector.ts';
import { accountNameOf } from '../api/defaults.ts';
import type { OpenConnectors } from '../openconnectors/port.ts';
import type { Inventory } from '../ownership/inventory.ts';
import type { Occasion } from '../reconciler/events.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import type { Fingerprinter } from '../secrets/fingerprint.ts';
import type { RecordedAccount, Tombstone } from './action.ts';
import type { AccountView, DecisionSettings, KeptOutcome, SecretFact, World } from './input.ts';
import type { ConnectorMemory } from './memory.ts';
import { placeOf } from './observe/record-outcome.ts';

/** Secrets of any namespace: what is known without a call, and the calls. Errors are `KubeError`. */
export interface Secrets {
  /** From the metadata cache: never `read`. */
  known(namespace: string, name: string): SecretFact;
  /** Names of the Secrets that the operator created for the resource with this uid, from the metadata cache. */
  owned(namespace: string, uid: string): readonly string[];
  /** One GET; a 404 is `absent`. */
  read(namespace: string, name: string, signal: AbortSignal): Promise<SecretFact>;
  /** POST of a whole Secret; `data` in clear. Returns what the server stored. */
  create(secret: NewSecret, signal: AbortSignal): Promise<SecretFact>;
  /** Replaces the data of a Secret of ours, on the condition that it still has `resourceVersion`. */
  update(secret: NewSecret, resourceVersion: string, signal: AbortSignal): Promise<SecretFact>;
  /** Deletes a Secret of ours, on the condition that it still has `resourceVersion`; one that is gone already is fine. */
  remove(namespace: string, name: string, resourceVersion: string, signal: AbortSignal): Promise<void>;
  /** Removes all owner references, so that the garbage collector leaves the Secret alone. */
  disown(namespace: string, name: string, resourceVersion: string, signal: AbortSignal): Promise<void>;
}

/** A Secret that the operator makes for a resource and that goes with it. */
export interface NewSecret {
  readonly owner: InfusionsoftConnector;
  readonly name: string;
  readonly type: string;
  /** In clear. */
  readonly data: Readonly<Record<string, string>>;
}

/** Writes to the resources, each on the condition that the resource still has the version that was looked at. */
export interface Connectors {
  /** Returns what the server stored. */
  patchMetadata(
    connector: InfusionsoftConnector,
    metadata: Readonly<Record<string, unknown>>,
  ): Promise<InfusionsoftConnector>;
  /** Returns what the server stored. */
  patchStatus(
    connector: InfusionsoftConnector,
    patch: Readonly<Record<string, unknown>>,
  ): Promise<InfusionsoftConnector>;
}

/** One account that can be worked with. */
export interface AccountSession {
  readonly view: Extract<AccountView, { state: 'ready' }>;
  readonly api: OpenConnectors;
  readonly inventory: Inventory;
  /** The account's credentials were refused: have them verified again before anybody uses them. */
  suspect(): void;
}

/** The accounts, by the namespace and name that a connector asks for; without a name it is the operator's default. */
export interface Accounts {
  view(namespace: string, name: string | undefined): AccountView;
  /** The session behind a `ready` view. */
  session(namespace: string, name: string | undefined): AccountSession | undefined;
  /** Verifies the credentials that last worked for this account. Throws `RemoteError` and `KubeError`. */
  openKept(account: RecordedAccount, signal: AbortSignal): Promise<KeptOutcome>;
  /** The session that `openKept` opened. */
  keptSession(uid: string): AccountSession | undefined;
}

/** The session that a pass works with. */
export function sessionFor(accounts: Accounts, world: World): AccountSession | undefined {
  const { connector, pass } = world;
  const recorded = placeOf(world);
  return pass.kept === 'open' && recorded !== undefined
    ? accounts.keptSession(recorded.uid)
    : accounts.session(connector.metadata.namespace, accountNameOf(connector.spec));
}

/** Tells people what happened to a resource. Never fails. */
export type RecordEvent = (connector: InfusionsoftConnector, occasion: Occasion) => void;

/** Deleted resources whose instance may still be created. */
export interface Tombstones {
  /** Stores one and watches for its instance. Throws `KubeError`. */
  write(tombstone: Tombstone): Promise<void>;
}

/** Everything a connector's pass works with. */
export interface ConnectorPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: DecisionSettings;
  readonly fingerprinter: Fingerprinter;
  readonly secrets: Secrets;
  readonly connectors: Connectors;
  readonly accounts: Accounts;
  readonly memory: ConnectorMemory;
  readonly tombstones: Tombstones;
  readonly recordEvent: RecordEvent;
  /** Older connectors, as `<namespace>/<name>`, that claim the same instance of the same account by `importId`. */
  readonly rivals: (connector: InfusionsoftConnector) => readonly string[];
}
