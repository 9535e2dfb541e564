import { isSuspended } from '../../api/annotations.ts';
import type { InfusionsoftConnector, PlannedChange } from '../../api/connector.ts';
import { accountNameOf } from '../../api/defaults.ts';
import { validateConnector } from '../../api/validation/validate.ts';
import { parseSettings } from '../../config/parse.ts';
import { carryOutRead } from '../../connector/act/read.ts';
import type { Result } from '../../connector/action.ts';
import type { DecisionSettings } from '../../connector/input.ts';
import { ConnectorMemory } from '../../connector/memory.ts';
import { observe, secretNamesOf } from '../../connector/observe/observe.ts';
import { plan } from '../../connector/plan/plan.ts';
import type { ReadPorts, ReadSession } from '../../connector/ports.ts';
import { Inventory } from '../../ownership/inventory.ts';
import { ownerTags } from '../../ownership/owner-tags.ts';
import { type HostPattern, parseHostPattern } from '../../runtime/host-pattern.ts';
import { createFingerprinter } from '../../secrets/fingerprint.ts';
import { secretFactOf } from '../../secrets/kube-secrets.ts';
import type { SecretFact } from '../../secrets/secret-fact.ts';
import type { ReadResources } from '../cluster/resources.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { type OpenAccount, withAccount } from '../import/account-client.ts';
import type { Arguments } from '../input/arguments.ts';

/** More reads than any plan has. */
const MAX_READS = 40;

/** Bytes of the key that compares values within one run. */
const KEY_BYTES = 32;

/** What a plan is made with: clients that send GET requests only. */
export interface PlanSources {
  readonly context: CliContext;
  readonly args: Arguments;
  readonly reads: ReadResources;
  /** As the operator's tags name it. */
  readonly clusterId: string;
  /** The callback URL of the operator, where it has one. */
  readonly callbackUrl: string | undefined;
}

/** The plan of one connector, with the same rules as the operator's. Throws `CliError`. */
export async function planConnector(
  sources: PlanSources,
  connector: InfusionsoftConnector,
): Promise<readonly PlannedChange[]> {
  const { context, args, reads } = sources;
  const { namespace, name } = connector.metadata;
  const settings = settingsOf(sources, connector);
  const [violation] = validateConnector(connector, settings);
  if (violation !== undefined) {
    throw new CliError('userAction', `Connector "${name}": ${violation.path} ${violation.message}.`);
  }
  if (isSuspended(connector)) {
    throw new CliError('userAction', `Connector "${name}" is suspended. Resume it to plan its changes.`);
  }
  const accountName = accountNameOf(connector.spec);
  if (accountName === undefined) {
    throw new CliError(
      'userAction',
      `Connector "${name}" uses the default account of the operator, whose credentials you cannot read.`,
      ['Set spec.managementPolicy to "Observe" and read status.plan.'],
    );
  }
  const secrets = await readSecrets(sources, connector);
  return await withAccount(context, reads, { namespace, name: accountName }, args, async (account) => {
    const session = await openSession(sources, account, connector, settings);
    return await run(portsOf(sources, settings, session, secrets), connector);
  });
}

/** The defaults of the operator's settings, except for what the caller names. */
function settingsOf(
  { clusterId, callbackUrl }: PlanSources,
  { spec }: InfusionsoftConnector,
): DecisionSettings {
  const { values } = parseSettings({}, []);
  const {
    allowedServers = [],
    createDeadlineMs = 0,
    searchGraceMs = 0,
    lateCommitWindowMs = 0,
    codeLifetimeMs = 0,
    legacyApiEndMs = Number.POSITIVE_INFINITY,
    pingIntervalMs = 1,
    authorizationRecheckMs = 0,
    providerOutageLimitMs = 0,
  } = values;
  const { labels, annotations } = spec.connectionSecretTemplate?.metadata ?? {};
  return {
    clusterId,
    allowedServers,
    // Which further keys, metadata and hosts are accepted are settings of the operator, which the plugin cannot read.
    extraConfigurationKeys: Object.keys(spec.instance?.configuration ?? {}),
    allowedSecretMetadata: Object.keys({ ...labels, ...annotations }),
    allowedEventHosts: eventHostsOf(spec),
    ownCallbackUrl: callbackUrl,
    createDeadlineMs,
    searchGraceMs,
    lateCommitWindowMs,
    codeLifetimeMs,
    legacyApiEndMs,
    pingIntervalMs,
    authorizationRecheckMs,
    providerOutageLimitMs,
  };
}

/** The host of the event callback, which the operator may still refuse. */
function eventHostsOf({ events }: InfusionsoftConnector['spec']): readonly HostPattern[] {
  const url = events && URL.parse(events.callbackUrl);
  const pattern = url && parseHostPattern(url.host);
  return pattern ? [pattern] : [];
}

async function readSecrets(
  { context: { output }, reads }: PlanSources,
  connector: InfusionsoftConnector,
): Promise<ReadonlyMap<string, SecretFact>> {
  const { namespace } = connector.metadata;
  const names = [...new Set(secretNamesOf(connector))];
  const facts = await Promise.all(
    names.map(async (name): Promise<readonly [string, SecretFact]> => {
      const found = await reads.findSecret(namespace, name);
      return [
        name,
        found === undefined
          ? { state: 'absent', confirmed: true }
          : secretFactOf(found, (value) => output.redact(value)),
      ];
    }),
  );
  return new Map(facts);
}

async function openSession(
  { context: { clock }, clusterId }: PlanSources,
  { uid, baseUrl, credentials, api }: OpenAccount,
  { metadata }: InfusionsoftConnector,
  settings: DecisionSettings,
): Promise<ReadSession> {
  const { owner } = ownerTags({ clusterId, ...metadata });
  const inventory = new Inventory(() => clock.now(), settings.searchGraceMs);
  const startedAt = clock.now();
  const organization = await api.organization();
  inventory.searched(owner, await api.listInstancesByTag(owner), startedAt);
  return {
    view: {
      state: 'ready',
      uid,
      baseUrl,
      organizationId: organization.id,
      isDefault: false,
      credentials,
    },
    api,
    inventory,
    invalidate: () => undefined,
  };
}

function portsOf(
  { context: { clock, random } }: PlanSources,
  settings: DecisionSettings,
  session: ReadSession,
  secrets: ReadonlyMap<string, SecretFact>,
): ReadPorts {
  const factOf = (name: string): SecretFact => secrets.get(name) ?? { state: 'absent', confirmed: true };
  return {
    clock,
    settings,
    // The operator's key is not readable. A Secret that has not changed is known by its resourceVersion.
    fingerprinter: createFingerprinter(random.bytes(KEY_BYTES)),
    secrets: {
      known(_namespace, name) {
        const fact = factOf(name);
        if (fact.state !== 'read') {
          return fact;
        }
        const { resourceVersion, owners, leftBy } = fact;
        return { state: 'unread', resourceVersion, owners, leftBy };
      },
      owned: () => [],
      read: async (_namespace, name) => factOf(name),
    },
    accounts: { view: () => session.view, session: () => session, fallbackSession: () => undefined },
    memory: new ConnectorMemory(),
    claimants: () => [],
    // They are in the operator's namespace.
    tombstones: { uids: () => new Set() },
    // A call through another connector needs more rights than the plan of one.
    peers: () => [],
  };
}

/** Observes, decides, and carries out reads until there is a plan. */
async function run(ports: ReadPorts, connector: InfusionsoftConnector): Promise<readonly PlannedChange[]> {
  const signal = new AbortController().signal;
  let input = observe(ports, connector);
  for (let count = 0; count < MAX_READS; count += 1) {
    const planned = plan(input, ports.fingerprinter.of);
    switch (planned.kind) {
      case 'planned':
        return planned.changes;
      case 'none':
        throw unplannable(connector, planned.result);
      case 'read':
        input = await carryOutRead(ports, input, planned.action, signal);
    }
  }
  throw new Error(`no plan after ${MAX_READS} reads`);
}

function unplannable({ metadata: { name } }: InfusionsoftConnector, result: Result): CliError {
  return result.kind === 'blocked'
    ? new CliError(
        result.retry.kind === 'on-change' ? 'userAction' : 'failure',
        `No plan for connector "${name}" (${result.reason}). ${result.message}`,
      )
    : new CliError('failure', `No plan for connector "${name}" (${result.kind}).`);
}
