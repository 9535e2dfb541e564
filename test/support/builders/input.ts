import type { InfusionsoftConnector } from '../../../src/api/connector.ts';
import { connectionSecretNameOf, elementKeyOf } from '../../../src/api/defaults.ts';
import { ANNOTATIONS } from '../../../src/api/group.ts';
import { validateConnector } from '../../../src/api/validation/validate.ts';
import {
  type ConnectorInput,
  type DecisionSettings,
  type Memory,
  NO_MEMORY,
  type Observation,
} from '../../../src/connector/input.ts';
import {
  canonicalContent,
  connectionData,
  connectionMetadata,
} from '../../../src/connector/observe/connection-content.ts';
import { gather } from '../../../src/connector/observe/gather.ts';
import type { Peer } from '../../../src/connector/peer.ts';
import { RemoteError, type RemoteErrorClass } from '../../../src/openconnectors/errors/remote-error.ts';
import type { Instance } from '../../../src/openconnectors/port.ts';
import type { AccountView } from '../../../src/ownership/account-view.ts';
import { ownerTags } from '../../../src/ownership/owner-tags.ts';
import { parseRecord } from '../../../src/ownership/write-ahead-record.ts';
import { withRecord } from '../../../src/secrets/managed-metadata.ts';
import type { SecretFact } from '../../../src/secrets/secret-fact.ts';
import { ACCOUNT, type ConnectorChange, connector, HELD, readyStatus, UID } from './connector.ts';
import { printOf } from './fingerprints.ts';
import { CLUSTER, instance } from './instance.ts';
import { type LogChange, logOf } from './log.ts';
import { READ, secretRead, secretUnread, VALUES } from './secrets.ts';
import { MINUTE, NOW, SECOND } from './time.ts';

/** The account of the builders' connector, verified. */
export const READY_ACCOUNT: Extract<AccountView, { state: 'ready' }> = {
  state: 'ready',
  ...ACCOUNT,
  isDefault: false,
  credentials: { userSecret: VALUES.userSecret, organizationSecret: VALUES.organizationSecret },
};

export const SETTINGS: DecisionSettings = {
  legacyApiEndMs: Number.POSITIVE_INFINITY,
  clusterId: CLUSTER,
  allowedServers: ['*.infusionsoft.com'],
  extraConfigurationKeys: [],
  allowedEventHosts: [{ host: 'events.example.com', port: undefined }],
  allowedSecretMetadata: ['reloader.stakater.com/*'],
  ownCallbackUrl: undefined,
  createDeadlineMs: 2 * MINUTE,
  searchGraceMs: 30 * SECOND,
  lateCommitWindowMs: 60 * MINUTE,
  codeLifetimeMs: 10 * MINUTE,
  pingIntervalMs: 60 * MINUTE,
  authorizationRecheckMs: 5 * MINUTE,
  providerOutageLimitMs: 72 * 60 * MINUTE,
};

/** How an input differs from the one of a new connector whose Secrets are read and whose account is listed. */
export interface InputChange {
  readonly now?: number;
  readonly settings?: Partial<DecisionSettings>;
  readonly connector?: InfusionsoftConnector;
  readonly account?: AccountView;
  /** By name; the others are those of `READ`. */
  readonly secrets?: Readonly<Record<string, SecretFact>>;
  readonly instances?: readonly Instance[];
  /** Ids that a read by id answered with 404. */
  readonly gone?: readonly number[];
  /** The definitions of elements that were read. */
  readonly elements?: ConnectorInput['external']['elements'];
  /** When the latest search began; `null`: nothing was listed yet. */
  readonly searchedAt?: number | null;
  readonly memory?: Partial<Memory>;
  readonly log?: LogChange;
  readonly peers?: readonly Peer[];
  readonly triggered?: boolean;
  /** Older resources that claim the same instance. */
  readonly claimants?: readonly string[];
  /** Deleted resources with a tombstone. */
  readonly deletedUids?: readonly string[];
}

/** An input. Without a change nothing has happened yet, and everything that is needed is there. */
export function input(change: InputChange = {}): ConnectorInput {
  const subject = change.connector ?? connector();
  const settings = { ...SETTINGS, ...change.settings };
  const { namespace, name, uid } = subject.metadata;
  const observation: Observation = {
    now: change.now ?? NOW,
    settings,
    connector: subject,
    violations: validateConnector(subject, settings),
    tags: ownerTags({ clusterId: settings.clusterId, namespace, name, uid }),
    account: change.account ?? READY_ACCOUNT,
    facts: new Map(Object.entries({ ...READ, ...change.secrets })),
    external: {
      instances: new Map<number, Instance | 'not-found'>([
        ...(change.instances ?? []).map((found) => [found.id, found] as const),
        ...(change.gone ?? []).map((id) => [id, 'not-found'] as const),
      ]),
      elements: change.elements ?? new Map(),
      searchedAt: change.searchedAt === null ? undefined : (change.searchedAt ?? NOW - MINUTE),
    },
    storedRecord: parseRecord(subject.metadata.annotations?.[ANNOTATIONS.attempt]),
    memory: { ...NO_MEMORY, ...change.memory },
    log: logOf(change.log),
    peers: change.peers ?? [],
    claimants: change.claimants ?? [],
    deletedUids: new Set(change.deletedUids),
    triggered: change.triggered ?? false,
  };
  return gather(observation, printOf);
}

/** Id of the instance of `settledInput`. */
export const ID = 4711;

/** The Secrets of a settled connector: none was touched since it was applied, and the connection Secret is ours. */
export const UNREAD = {
  'crm-oauth': secretUnread(),
  'crm-key': secretUnread(),
  'crm-code': secretUnread(),
  'crm-connection': secretUnread({ owners: [UID] }),
} as const satisfies Record<string, SecretFact>;

/** The same Secrets as a server stores them, with their values. */
export const STORED = {
  ...READ,
  'crm-connection': secretRead(
    {
      type: 'open-connectors',
      provider: 'sap',
      uri: ACCOUNT.baseUrl,
      host: new URL(ACCOUNT.baseUrl).host,
      element: 'infusionsoftcrm',
      'element-token': VALUES.token,
    },
    { owners: [UID] },
  ),
} as const satisfies Record<string, SecretFact>;

/** Memory of a connection Secret in version "1" that holds what `subject` is to hand out. */
export function connectionMemory(
  subject: InfusionsoftConnector,
  token: string = VALUES.token,
  element: string = subject.status?.instance?.connector ?? elementKeyOf(subject.spec),
): Partial<Memory> {
  const content = printOf(
    canonicalContent(
      connectionData(READY_ACCOUNT, subject.spec, { token, connector: element }),
      withRecord(connectionMetadata(subject)),
    ),
  );
  return { connection: { resourceVersion: '1', content } };
}

/** How a settled input differs: a change of its connector is one of the ready connector. */
export interface SettledChange extends Omit<InputChange, 'connector'> {
  readonly connector?: ConnectorChange;
}

/** A connector that is Ready, held, and needs nothing. */
export function settledConnector(change: ConnectorChange = {}): InfusionsoftConnector {
  return withRecordedConnection(
    connector({
      ...change,
      metadata: { ...HELD, ...change.metadata },
      status: change.status ?? readyStatus(ID),
    }),
  );
}

/** `subject` with the content of its connection Secret in status, as a reconcile that saw the Secret leaves it. */
function withRecordedConnection(subject: InfusionsoftConnector): InfusionsoftConnector {
  const { connection } = connectionMemory(subject);
  const { status } = subject;
  return connection === undefined || status?.binding?.name !== connectionSecretNameOf(subject)
    ? subject
    : {
        ...subject,
        status: {
          ...status,
          binding: {
            ...status.binding,
            resourceVersion: connection.resourceVersion,
            fingerprint: connection.content,
          },
        },
      };
}

/** An input in which everything is as it should be: `decide` says Ready without a step. */
export function settledInput(change: SettledChange = {}): ConnectorInput {
  const subject = settledConnector(change.connector);
  return input({
    instances: [instance(ID)],
    ...change,
    connector: subject,
    secrets: { ...UNREAD, ...change.secrets },
    memory: { ...connectionMemory(subject), ...change.memory },
  });
}

/** An error of the remote side. */
export function remoteError(
  errorClass: RemoteErrorClass,
  message = 'the reason',
  details: ConstructorParameters<typeof RemoteError>[2] = {},
): RemoteError {
  return new RemoteError(errorClass, message, details);
}
