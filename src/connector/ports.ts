import type { InfusionsoftConnector } from '../api/connector.ts';
import { accountNameOf } from '../api/defaults.ts';
import type { OpenConnectorsReads } from '../openconnectors/port.ts';
import type { AccountSession, Accounts } from '../ownership/accounts.ts';
import type { Tombstones } from '../ownership/tombstone.ts';
import type { EventDraft } from '../reconciler/events.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import type { Fingerprinter } from '../secrets/fingerprint.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { fallbackOutcome } from './action-log.ts';
import type { DecisionSettings, Observation } from './input.ts';
import type { ConnectorMemory } from './memory.ts';
import { recordedAccountOf } from './observe/record-outcome.ts';

/** Writes to the resources, each on the condition that the resource still has the observed resourceVersion. */
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

/** Where sessions of accounts come from. */
interface Sessions<Session> {
  session(namespace: string, name: string | undefined): Session | undefined;
  fallbackSession(uid: string): Session | undefined;
}

/** The session that a reconcile works with. */
export function sessionFor<Session>(accounts: Sessions<Session>, input: Observation): Session | undefined {
  const { connector, log } = input;
  const recorded = recordedAccountOf(input);
  return fallbackOutcome(log) === 'open' && recorded !== undefined
    ? accounts.fallbackSession(recorded.uid)
    : accounts.session(connector.metadata.namespace, accountNameOf(connector.spec));
}

/** Records an event of a resource. Never fails. */
export type RecordEvent = (connector: InfusionsoftConnector, event: EventDraft) => void;

/** An account of which nothing can be changed. */
export interface ReadSession extends Pick<AccountSession, 'view' | 'inventory' | 'invalidate'> {
  readonly api: OpenConnectorsReads;
}

/** What observing a connector and carrying out reads works with: nothing in it can write. */
export interface ReadPorts {
  readonly clock: Clock;
  readonly settings: DecisionSettings;
  readonly fingerprinter: Fingerprinter;
  readonly secrets: Pick<Secrets, 'known' | 'owned' | 'read'>;
  readonly accounts: Sessions<ReadSession> & Pick<Accounts, 'view'>;
  readonly memory: ConnectorMemory;
  /** Older connectors, as `<namespace>/<name>`, that claim the same instance of the same account by `importId`. */
  readonly claimants: (connector: InfusionsoftConnector) => readonly string[];
  readonly tombstones: Pick<Tombstones, 'uids'>;
  /** Other connectors with an instance of the same element in the same account: some of each client_id. */
  readonly peers: (connector: InfusionsoftConnector) => readonly InfusionsoftConnector[];
}

/** Everything that a reconcile of a connector works with. */
export interface ConnectorPorts extends ReadPorts {
  readonly random: Random;
  readonly secrets: Secrets;
  readonly connectors: Connectors;
  readonly accounts: Accounts;
  readonly tombstones: Tombstones;
  readonly recordEvent: RecordEvent;
}
