import { requestOf } from '../../api/annotations.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { accountNameOf, connectionSecretNameOf } from '../../api/defaults.ts';
import { ANNOTATIONS } from '../../api/group.ts';
import { validateConnector } from '../../api/validation/validate.ts';
import type { ExternalFacts } from '../../ownership/inventory.ts';
import { ownerTags } from '../../ownership/owner-tags.ts';
import { parseRecord } from '../../ownership/write-ahead-record.ts';
import type { SecretFact } from '../../secrets/secret-fact.ts';
import { consentSecretNames } from '../decide/consent.ts';
import { type ConnectorInput, type Memory, NOTHING_DONE } from '../input.ts';
import { type ConnectorPorts, sessionFor } from '../ports.ts';
import { lastingUses, namedGrantUse } from './secret-uses.ts';

const NOTHING_EXTERNAL: ExternalFacts = { instances: new Map(), searchedAt: undefined };

/** The world of one resource from caches alone: no call is made. What it lacks, `decide` asks for. */
export function observe(ports: ConnectorPorts, connector: InfusionsoftConnector): ConnectorInput {
  const { namespace, name, uid } = connector.metadata;
  const violations = validateConnector(connector, {
    extraConfigurationKeys: ports.settings.extraConfigurationKeys,
  });
  const isReadable = violations.length === 0;
  const tags = ownerTags({ clusterId: ports.settings.clusterId, namespace, name, uid });
  const blank: ConnectorInput = {
    now: ports.clock.now(),
    settings: ports.settings,
    connector,
    violations,
    tags,
    account: isReadable
      ? ports.accounts.view(namespace, accountNameOf(connector.spec))
      : { state: 'unknown' },
    secrets: new Map(),
    external: NOTHING_EXTERNAL,
    memory: remembered(ports, connector),
    done: NOTHING_DONE,
    claimants: isReadable ? ports.claimants(connector) : [],
    triggered: false,
    fingerprint: ports.fingerprinter.of,
  };
  const input: ConnectorInput = isReadable
    ? { ...blank, secrets: knownSecrets(ports, blank), external: knownInstances(ports, blank) }
    : blank;
  return { ...input, triggered: isTriggered(ports, input) };
}

/** What is remembered of a resource, with the times that this process noticed first by itself. */
function remembered(ports: ConnectorPorts, connector: InfusionsoftConnector): Memory {
  const { uid } = connector.metadata;
  const now = ports.clock.now();
  const memory = ports.memory.recall(uid);
  const sent = Date.parse(parseRecord(connector.metadata.annotations?.[ANNOTATIONS.attempt])?.at ?? '');
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

/** The remote side as the account's inventory has it at this moment. */
export function knownInstances(ports: ConnectorPorts, input: ConnectorInput): ExternalFacts {
  const { connector, tags } = input;
  return (
    sessionFor(ports.accounts, input)?.inventory.about(tags.owner, [
      connector.status?.instance?.id,
      connector.status?.replacing?.id,
      connector.spec.instance?.importId,
      ...input.done.deleted,
    ]) ?? NOTHING_EXTERNAL
  );
}

/** Everything that a pass starts from and that people change; two equal ones need no new try of what failed. */
export function inputHashOf(input: ConnectorInput): string {
  const { connector, account } = input;
  const { generation, annotations = {}, deletionTimestamp } = connector.metadata;
  const ours = Object.values(ANNOTATIONS)
    .filter((key) => key !== ANNOTATIONS.attempt)
    .map((key) => annotations[key]);
  const secrets = [...input.secrets].map(([name, fact]) => [
    name,
    fact.state === 'absent' ? '' : fact.resourceVersion,
  ]);
  const ready = account.state === 'ready' ? [account.baseUrl, account.organizationId] : [];
  return JSON.stringify([generation, deletionTimestamp, ours, secrets, account.state, ready]);
}

function isTriggered(ports: ConnectorPorts, input: ConnectorInput): boolean {
  const { connector } = input;
  const before = ports.memory.inputHash(connector.metadata.uid);
  const asked = requestOf(connector, 'reconcileAt', connector.status?.lastHandledReconcileAt) !== undefined;
  return asked || (before !== undefined && before !== inputHashOf(input));
}

function knownSecrets(ports: ConnectorPorts, input: ConnectorInput): ReadonlyMap<string, SecretFact> {
  const { connector } = input;
  const grant = namedGrantUse(input);
  const uses = [...lastingUses(input), ...(grant === undefined ? [] : [grant])];
  const renamed = connector.status?.binding?.name;
  const names = new Set([
    ...uses.map((use) => use.secretName),
    connectionSecretNameOf(connector),
    ...(renamed === undefined ? [] : [renamed]),
    ...consentSecretNames(connector),
    ...ports.secrets.owned(connector.metadata.namespace, connector.metadata.uid),
  ]);
  return new Map([...names].map((name) => [name, ports.secrets.known(connector.metadata.namespace, name)]));
}
