import { requestOf } from '../../api/annotations.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import {
  accountNameOf,
  authorizationCodeSecretNameOf,
  connectionSecretNameOf,
  consentSecretNameOf,
  nextConnectionSecretNameOf,
  oneTimeCodeSecretNameOf,
} from '../../api/defaults.ts';
import { ANNOTATIONS } from '../../api/group.ts';
import { validateConnector } from '../../api/validation/validate.ts';
import type { ExternalFacts } from '../../ownership/inventory.ts';
import { ownerTags } from '../../ownership/owner-tags.ts';
import { parseRecord, type WriteAheadRecord } from '../../ownership/write-ahead-record.ts';
import type { SecretFact } from '../../secrets/secret-fact.ts';
import { deletedInstances } from '../action-log.ts';
import type { ConnectorInput, Memory, Observation } from '../input.ts';
import { type ReadPorts, sessionFor } from '../ports.ts';
import { gather } from './gather.ts';
import { heldIdsOf } from './held-instances.ts';
import { lastingUsesOf, namedGrantUseOf } from './secret-uses.ts';

const NOTHING_EXTERNAL: ExternalFacts = { instances: new Map(), searchedAt: undefined, elements: new Map() };

/** The input of one resource from caches alone: no call is made. What is missing, `decide` has read. */
export function observe(ports: ReadPorts, connector: InfusionsoftConnector): ConnectorInput {
  const { namespace, name, uid } = connector.metadata;
  const violations = validateConnector(connector, ports.settings);
  const isReadable = violations.length === 0;
  const tags = ownerTags({ clusterId: ports.settings.clusterId, namespace, name, uid });
  const storedRecord = parseRecord(recordTextOf(connector));
  const blank: Observation = {
    now: ports.clock.now(),
    settings: ports.settings,
    connector,
    violations,
    tags,
    account: isReadable
      ? ports.accounts.view(namespace, accountNameOf(connector.spec))
      : { state: 'unknown' },
    facts: new Map(),
    external: NOTHING_EXTERNAL,
    storedRecord,
    memory: remembered(ports, connector, storedRecord),
    log: [],
    peers: [],
    claimants: isReadable ? ports.claimants(connector) : [],
    deletedUids: ports.tombstones.uids(),
    triggered: false,
  };
  const observation: Observation = isReadable
    ? { ...blank, facts: knownSecrets(ports, connector), external: knownInstances(ports, blank) }
    : blank;
  return gather({ ...observation, triggered: isTriggered(ports, observation) }, ports.fingerprinter.of);
}

/** The observation after a Secret was read or written. */
export function withFact(observation: Observation, name: string, fact: SecretFact): Observation {
  return { ...observation, facts: new Map(observation.facts).set(name, fact) };
}

/** The observation after a write to the resource; `connector` as the API server stored it. */
export function withConnector(observation: Observation, connector: InfusionsoftConnector): Observation {
  const text = recordTextOf(connector);
  const storedRecord =
    text === recordTextOf(observation.connector) ? observation.storedRecord : parseRecord(text);
  return { ...observation, connector, storedRecord };
}

function recordTextOf({ metadata }: InfusionsoftConnector): string | undefined {
  return metadata.annotations?.[ANNOTATIONS.attempt];
}

/** The memory of a resource, with the times that this process noticed first by itself. */
function remembered(
  ports: ReadPorts,
  { metadata: { uid } }: InfusionsoftConnector,
  record: WriteAheadRecord | undefined,
): Memory {
  const now = ports.clock.now();
  const memory = ports.memory.recall(uid);
  const sent = Date.parse(record?.at ?? '');
  const noticed = memory.clockSetBackAt !== undefined && memory.clockSetBackAt <= now;
  const next: Memory = {
    ...memory,
    // The regular pings of a resource count from the moment at which this process saw it first. A last ping in the
    // future was before the clock was set back, and counts as one of now.
    pingedAt: Math.min(memory.pingedAt, now),
    clockSetBackAt: sent > now ? (noticed ? memory.clockSetBackAt : now) : undefined,
  };
  if (next.pingedAt !== memory.pingedAt || next.clockSetBackAt !== memory.clockSetBackAt) {
    ports.memory.remember(uid, next);
  }
  return next;
}

/** The instances as the account's inventory has them now; the same object where nothing changed. */
export function knownInstances(ports: ReadPorts, observation: Observation): ExternalFacts {
  const { connector, tags, external } = observation;
  const found =
    sessionFor(ports.accounts, observation)?.inventory.about(tags.owner, [
      ...heldIdsOf(connector),
      connector.spec.instance?.importId,
      ...deletedInstances(observation.log),
    ]) ?? NOTHING_EXTERNAL;
  return isSame(found, external) ? external : found;
}

function isSame(a: ExternalFacts, b: ExternalFacts): boolean {
  return (
    a.searchedAt === b.searchedAt &&
    a.elements === b.elements &&
    a.instances.size === b.instances.size &&
    [...a.instances].every(([id, instance]) => b.instances.get(id) === instance)
  );
}

/** Hash of everything that users change. While it stays the same, a failure is not retried early. */
export function inputHashOf(input: Observation): string {
  const { connector, account } = input;
  const { generation, annotations = {}, deletionTimestamp } = connector.metadata;
  const ours = Object.values(ANNOTATIONS)
    .filter((key) => key !== ANNOTATIONS.attempt)
    .map((key) => annotations[key]);
  const secrets = [...input.facts].map(([name, fact]) => [
    name,
    fact.state === 'absent' ? '' : fact.resourceVersion,
  ]);
  const ready = account.state === 'ready' ? [account.baseUrl, account.organizationId] : [];
  return JSON.stringify([generation, deletionTimestamp, ours, secrets, account.state, ready]);
}

function isTriggered(ports: ReadPorts, input: Observation): boolean {
  const { connector } = input;
  const before = ports.memory.inputHash(connector.metadata.uid);
  const asked = requestOf(connector, 'reconcileAt', connector.status?.lastHandledReconcileAt) !== undefined;
  return asked || (before !== undefined && before !== inputHashOf(input));
}

function knownSecrets(ports: ReadPorts, connector: InfusionsoftConnector): ReadonlyMap<string, SecretFact> {
  const { namespace, uid } = connector.metadata;
  const names = [...secretNamesOf(connector), ...ports.secrets.owned(namespace, uid)];
  return new Map(names.map((name) => [name, ports.secrets.known(namespace, name)]));
}

/** The names of all Secrets that a connector has to do with. The spec must be valid. */
export function secretNamesOf(connector: InfusionsoftConnector): readonly string[] {
  const uses = [...Object.values(lastingUsesOf(connector)), namedGrantUseOf(connector)];
  return [
    ...uses.map((use) => use?.secretName),
    connectionSecretNameOf(connector),
    connector.status?.next && nextConnectionSecretNameOf(connector),
    connector.status?.binding?.name,
    oneTimeCodeSecretNameOf(connector),
    authorizationCodeSecretNameOf(connector),
    consentSecretNameOf(connector),
  ].filter((name) => name !== undefined);
}
