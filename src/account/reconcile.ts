import type { AccountStatus, OpenConnectorsAccount } from '../api/account.ts';
import { requestOf } from '../api/annotations.ts';
import type { Reason } from '../api/reasons.ts';
import { validateAccount } from '../api/validation/validate.ts';
import { isKubeError } from '../kube/client/errors.ts';
import { RemoteError } from '../openconnectors/errors/remote-error.ts';
import { DEFAULT_ACCOUNT_UID } from '../ownership/account-key.ts';
import type { EventDraft } from '../reconciler/events.ts';
import type { ReconcileOutcome } from '../reconciler/outcome.ts';
import { type ReconcileObserver, UNOBSERVED } from '../reconciler/reconcile-observer.ts';
import type { Clock } from '../runtime/clock.ts';
import type { HostPattern } from '../runtime/host-pattern.ts';
import type { Random } from '../runtime/random.ts';
import type { Fingerprinter } from '../secrets/fingerprint.ts';
import type { SecretFact } from '../secrets/secret-fact.ts';
import type { FallbackCredentials } from './credentials/fallback-credentials.ts';
import type { ReleaseFallback } from './credentials/fallback-release.ts';
import { decideAccount } from './decide.ts';
import type { AccountAction, AccountResult, AccountInput } from './input.ts';
import type { AccountRegistry, AccountTarget } from './registry.ts';
import { type AccountReport, summarizeAccount } from './summarize.ts';
import { type AccountUsers, keyOfAccount as keyOf } from './users.ts';

/** Everything a pass over an account works with. */
export interface AccountPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly fingerprinter: Fingerprinter;
  readonly registry: AccountRegistry;
  readonly allowedHosts: readonly HostPattern[];
  readonly inventoryIntervalMs: number;
  readonly clusterTag: string;
  readonly secrets: {
    known(namespace: string, name: string): SecretFact;
    read(namespace: string, name: string, signal: AbortSignal): Promise<SecretFact>;
  };
  readonly users: Pick<AccountUsers, 'names' | 'own' | 'isOwned' | 'listNames'>;
  /** Whether every resource of the cluster is seen, so that what nobody owns is an orphan. */
  readonly seesEverything: boolean;
  /** All connectors of the account have to look at it again. */
  readonly wakeUsers: (account: OpenConnectorsAccount) => void;
  /** The instances with these owner tags have changed at the remote side. */
  readonly wakeOwners: (ownerTags: ReadonlySet<string>) => void;
  /** What the pass before last saw of its inputs, by uid. */
  readonly witnesses: Map<string, string>;
  readonly report: AccountReport;
  /** Tells people what happened to an account. Never fails. */
  readonly recordEvent: (account: OpenConnectorsAccount, event: EventDraft) => void;
  readonly kept: Pick<FallbackCredentials, 'keep'> & {
    /** The account goes: deletes the fallback credentials unless something still needs them. Throws `KubeError`. */
    readonly drop: ReleaseFallback;
  };
}

const MAX_ACTIONS = 12;

/** How long fallback credentials wait that could not be written: no watch tells when a right is given. */
const KEEP_AGAIN_MS = 5 * 60_000;

/** What keeps an account from working that its connectors name by the same reason. */
const SHOWN_BY_USERS = ['AccountUnauthorized', 'HostNotAllowed'] as const satisfies readonly Reason[];

/** As many orphans as the schema of status takes. */
const SHOWN_ORPHANS = 20;

/** One pass over one account: observe, decide and act until there is a verdict, then report. */
export async function reconcileAccount(
  ports: AccountPorts,
  account: OpenConnectorsAccount,
  signal: AbortSignal,
  observer: ReconcileObserver = UNOBSERVED,
): Promise<ReconcileOutcome> {
  ports.registry.edited(keyOf(account), targetOf(account), validateAccount(account).length === 0);
  let world = observe(ports, account);
  for (let steps = 0; steps < MAX_ACTIONS; steps += 1) {
    signal.throwIfAborted();
    const step = decideAccount(world);
    if (step.type === 'finish') {
      observer.concluded(account, step.verdict);
      return await conclude(ports, world, step.verdict, signal);
    }
    const before = world;
    world = await observer.step(step, () => act(ports, before, step, signal));
  }
  throw new Error(`no verdict after ${MAX_ACTIONS} steps`);
}

/** The account was deleted: nothing of it is kept. */
export function forgetAccount(ports: AccountPorts, account: OpenConnectorsAccount): void {
  ports.registry.close(keyOf(account));
  ports.witnesses.delete(account.metadata.uid);
  ports.wakeUsers(account);
}

function targetOf({ metadata, spec }: OpenConnectorsAccount): AccountTarget {
  return { uid: metadata.uid, spec, isDefault: metadata.uid === DEFAULT_ACCOUNT_UID };
}

function observe(ports: AccountPorts, account: OpenConnectorsAccount): AccountInput {
  const { uid } = account.metadata;
  const world: AccountInput = {
    now: ports.clock.now(),
    account,
    allowedHosts: ports.allowedHosts,
    inventoryIntervalMs: ports.inventoryIntervalMs,
    secret: knownSecret(ports, account),
    session: ports.registry.facts(keyOf(account)),
    throttledUntil: ports.registry.throttledUntil(keyOf(account)),
    // Only a deletion depends on them.
    users: account.metadata.deletionTimestamp === undefined ? [] : ports.users.names(account),
    listedUsers: undefined,
    triggered: false,
    done: { failure: undefined },
    fingerprint: ports.fingerprinter.of,
  };
  const before = ports.witnesses.get(uid);
  const asked = requestOf(account, 'reconcileAt', account.status?.lastHandledReconcileAt) !== undefined;
  return { ...world, triggered: asked || (before !== undefined && before !== inputHashOf(world)) };
}

function knownSecret(ports: AccountPorts, account: OpenConnectorsAccount): SecretFact {
  const isReadable = validateAccount(account).length === 0;
  return isReadable
    ? ports.secrets.known(account.metadata.namespace, account.spec.credentialsSecretRef.name)
    : { state: 'absent' };
}

function inputHashOf({ account, secret }: AccountInput): string {
  const version = secret.state === 'absent' ? '' : secret.resourceVersion;
  return JSON.stringify([account.metadata.generation, account.metadata.deletionTimestamp, version]);
}

async function act(
  ports: AccountPorts,
  world: AccountInput,
  step: Exclude<AccountAction, { type: 'finish' }>,
  signal: AbortSignal,
): Promise<AccountInput> {
  switch (step.type) {
    case 'read-secret':
      return readSecret(ports, world, step.name, signal);
    case 'verify':
      return attempt(ports, world, 'verify', () => verify(ports, world, step, signal));
    case 'list':
      return attempt(ports, world, 'list', () => list(ports, world, signal));
    case 'list-users':
      return { ...world, listedUsers: await ports.users.listNames(world.account, signal) };
  }
}

async function readSecret(
  ports: AccountPorts,
  world: AccountInput,
  name: string,
  signal: AbortSignal,
): Promise<AccountInput> {
  const secret = await ports.secrets.read(world.account.metadata.namespace, name, signal);
  return { ...world, secret };
}

async function attempt(
  ports: AccountPorts,
  world: AccountInput,
  step: 'verify' | 'list',
  call: () => Promise<void>,
): Promise<AccountInput> {
  const failure = await call().then(
    () => undefined,
    (error: unknown) => {
      if (!(error instanceof RemoteError)) {
        throw error;
      }
      return { step, error };
    },
  );
  return {
    ...world,
    now: ports.clock.now(),
    session: ports.registry.facts(keyOf(world.account)),
    throttledUntil: ports.registry.throttledUntil(keyOf(world.account)),
    done: { failure },
  };
}

async function verify(
  ports: AccountPorts,
  world: AccountInput,
  { credentials, credential, secretVersion }: Extract<AccountAction, { type: 'verify' }>,
  signal: AbortSignal,
): Promise<void> {
  const { registry } = ports;
  const key = keyOf(world.account);
  const target = targetOf(world.account);
  try {
    const organization = await registry.candidate(key, target, credentials, credential).organization(signal);
    registry.opened(key, target, { credentials, credential, secretVersion, organization });
  } catch (error) {
    if (error instanceof RemoteError && error.class === 'unauthorized') {
      registry.refused(key, target, credential, ports.clock.now());
    }
    throw error;
  }
}

async function list(ports: AccountPorts, world: AccountInput, signal: AbortSignal): Promise<void> {
  const session = ports.registry.sessionByKey(keyOf(world.account));
  if (session === undefined) {
    throw new Error('the account was closed during the pass');
  }
  const startedAt = ports.clock.now();
  const { listedAt } = session.inventory;
  try {
    const instances = await session.api.listInstancesByTag(ports.clusterTag, signal);
    const changed = session.inventory.replace(instances, startedAt);
    if (listedAt !== undefined) {
      ports.wakeOwners(changed);
    }
    if (listedAt !== undefined && listedAt > startedAt) {
      // The clock was set back. Since then connectors have waited for a list whose time they can compare.
      ports.wakeUsers(world.account);
    }
  } catch (error) {
    if (error instanceof RemoteError && error.class === 'unauthorized') {
      session.invalidate();
    }
    throw error;
  }
}

async function conclude(
  ports: AccountPorts,
  world: AccountInput,
  verdict: AccountResult,
  signal: AbortSignal,
): Promise<ReconcileOutcome> {
  if (verdict.kind === 'released') {
    const { uid, namespace } = world.account.metadata;
    await ports.kept.drop(uid, namespace, signal);
    return { kind: 'released' };
  }
  if (verdict.kind === 'not-due') {
    return { kind: 'again', afterMs: Math.max(0, verdict.time - world.now) };
  }
  if (verdict.kind === 'ready') {
    rememberSecretVersion(ports, world);
  }
  const after = summarizeAccount(world, verdict, counts(ports, world), ports.random.fraction());
  await ports.report(world.account, after);
  ports.witnesses.set(world.account.metadata.uid, inputHashOf(world));
  notifyUsers(ports, world, verdict);
  const next = outcome(world, verdict, after);
  const isFallback = verdict.kind !== 'ready' || (await keepForDeletions(ports, world.account));
  return isFallback ? next : sooner(next, KEEP_AGAIN_MS);
}

/**
 * What works now is what deletions fall back on when the account's Secret is gone. Returns whether it could be written: the
 * account works without, so that a missing right takes nothing from its status. Throws other kinds of `KubeError`.
 */
async function keepForDeletions(ports: AccountPorts, account: OpenConnectorsAccount): Promise<boolean> {
  const view = ports.registry.sessionByKey(keyOf(account))?.view;
  if (view === undefined || view.isDefault) {
    return true;
  }
  const { baseUrl, organizationId, credentials } = view;
  try {
    await ports.kept.keep(account.metadata.uid, { baseUrl, organizationId, credentials });
    return true;
  } catch (error) {
    if (!isKubeError(error, 'forbidden')) {
      throw error;
    }
    ports.recordEvent(account, {
      type: 'Warning',
      reason: 'FallbackCredentialsNotWritten',
      message:
        "The fallback credentials cannot be written in the operator's namespace (403). Apply the operator's RBAC, or set KEEP_ACCOUNT_CREDENTIALS=false.",
    });
    return false;
  }
}

function sooner(outcome: ReconcileOutcome, afterMs: number): ReconcileOutcome {
  return { kind: 'again', afterMs: outcome.kind === 'again' ? Math.min(outcome.afterMs, afterMs) : afterMs };
}

/** The same credentials in a touched Secret need not be read again. Only a ready account has verified what it read. */
function rememberSecretVersion(ports: AccountPorts, { account, secret }: AccountInput): void {
  if (secret.state === 'read') {
    ports.registry.secretUpdated(keyOf(account), { secretVersion: secret.resourceVersion });
  }
}

function notifyUsers(
  ports: AccountPorts,
  world: AccountInput,
  verdict: Extract<AccountResult, { kind: 'ready' | 'blocked' }>,
): void {
  const problem =
    verdict.kind === 'ready' || verdict.usable
      ? undefined
      : ({
          state: 'blocked',
          reason: SHOWN_BY_USERS.find((reason) => reason === verdict.reason) ?? 'AccountNotReady',
          message: `OpenConnectorsAccount "${world.account.metadata.name}": ${verdict.message}`,
          stalled: verdict.retry.kind !== 'backoff',
        } as const);
  if (ports.registry.publish(keyOf(world.account), problem)) {
    ports.wakeUsers(world.account);
  }
}

function counts(ports: AccountPorts, world: AccountInput): AccountStatus['instances'] {
  const inventory = ports.registry.sessionByKey(keyOf(world.account))?.inventory;
  if (inventory?.listedAt === undefined) {
    return world.account.status?.instances;
  }
  const managed = inventory.ownedBy((tag) => ports.users.own(world.account, tag)).length;
  if (!ports.seesEverything) {
    return { managed };
  }
  // Other accounts may be of the same organization: what their connectors own is nobody's orphan.
  const orphans = inventory.ownedBy((tag) => !ports.users.isOwned(tag));
  const shown = orphans.slice(0, SHOWN_ORPHANS).map(({ id, name }) => ({ id, name: name.slice(0, 1_024) }));
  return { managed, orphaned: orphans.length, ...(shown.length > 0 && { orphans: shown }) };
}

function outcome(
  world: AccountInput,
  verdict: Extract<AccountResult, { kind: 'ready' | 'blocked' }>,
  after: AccountStatus,
): ReconcileOutcome {
  const time =
    verdict.kind === 'ready'
      ? verdict.again
      : verdict.retry.kind === 'at'
        ? verdict.retry.time
        : Date.parse(after.failures?.nextAttemptAt ?? '');
  return Number.isNaN(time) ? { kind: 'done' } : { kind: 'again', afterMs: Math.max(0, time - world.now) };
}
