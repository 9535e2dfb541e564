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
import type { AccountAction, AccountInput, AccountResult } from './input.ts';
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
  readonly inputHashes: Map<string, string>;
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
  let input = observe(ports, account);
  for (let actions = 0; actions < MAX_ACTIONS; actions += 1) {
    signal.throwIfAborted();
    const action = decideAccount(input);
    if (action.type === 'finish') {
      observer.concluded(account, action.result);
      return await conclude(ports, input, action.result, signal);
    }
    const before = input;
    input = await observer.action(action, () => act(ports, before, action, signal));
  }
  throw new Error(`no result after ${MAX_ACTIONS} actions`);
}

/** The account was deleted: nothing of it is kept. */
export function forgetAccount(ports: AccountPorts, account: OpenConnectorsAccount): void {
  ports.registry.close(keyOf(account));
  ports.inputHashes.delete(account.metadata.uid);
  ports.wakeUsers(account);
}

function targetOf({ metadata, spec }: OpenConnectorsAccount): AccountTarget {
  return { uid: metadata.uid, spec, isDefault: metadata.uid === DEFAULT_ACCOUNT_UID };
}

function observe(ports: AccountPorts, account: OpenConnectorsAccount): AccountInput {
  const { uid } = account.metadata;
  const input: AccountInput = {
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
  const before = ports.inputHashes.get(uid);
  const asked = requestOf(account, 'reconcileAt', account.status?.lastHandledReconcileAt) !== undefined;
  return { ...input, triggered: asked || (before !== undefined && before !== inputHashOf(input)) };
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
  input: AccountInput,
  action: Exclude<AccountAction, { type: 'finish' }>,
  signal: AbortSignal,
): Promise<AccountInput> {
  switch (action.type) {
    case 'read-secret':
      return readSecret(ports, input, action.name, signal);
    case 'verify':
      return attempt(ports, input, 'verify', () => verify(ports, input, action, signal));
    case 'list':
      return attempt(ports, input, 'list', () => list(ports, input, signal));
    case 'list-users':
      return { ...input, listedUsers: await ports.users.listNames(input.account, signal) };
  }
}

async function readSecret(
  ports: AccountPorts,
  input: AccountInput,
  name: string,
  signal: AbortSignal,
): Promise<AccountInput> {
  const secret = await ports.secrets.read(input.account.metadata.namespace, name, signal);
  return { ...input, secret };
}

async function attempt(
  ports: AccountPorts,
  input: AccountInput,
  action: 'verify' | 'list',
  call: () => Promise<void>,
): Promise<AccountInput> {
  const failure = await call().then(
    () => undefined,
    (error: unknown) => {
      if (!(error instanceof RemoteError)) {
        throw error;
      }
      return { action, error };
    },
  );
  return {
    ...input,
    now: ports.clock.now(),
    session: ports.registry.facts(keyOf(input.account)),
    throttledUntil: ports.registry.throttledUntil(keyOf(input.account)),
    done: { failure },
  };
}

async function verify(
  ports: AccountPorts,
  input: AccountInput,
  { credentials, credential, secretVersion }: Extract<AccountAction, { type: 'verify' }>,
  signal: AbortSignal,
): Promise<void> {
  const { registry } = ports;
  const key = keyOf(input.account);
  const target = targetOf(input.account);
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

async function list(ports: AccountPorts, input: AccountInput, signal: AbortSignal): Promise<void> {
  const session = ports.registry.sessionByKey(keyOf(input.account));
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
      ports.wakeUsers(input.account);
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
  input: AccountInput,
  result: AccountResult,
  signal: AbortSignal,
): Promise<ReconcileOutcome> {
  if (result.kind === 'released') {
    const { uid, namespace } = input.account.metadata;
    await ports.kept.drop(uid, namespace, signal);
    return { kind: 'released' };
  }
  if (result.kind === 'not-due') {
    return { kind: 'again', afterMs: Math.max(0, result.time - input.now) };
  }
  if (result.kind === 'ready') {
    rememberSecretVersion(ports, input);
  }
  const after = summarizeAccount(input, result, counts(ports, input), ports.random.fraction());
  await ports.report(input.account, after);
  ports.inputHashes.set(input.account.metadata.uid, inputHashOf(input));
  notifyUsers(ports, input, result);
  const next = outcome(input, result, after);
  const isFallback = result.kind !== 'ready' || (await keepForDeletions(ports, input.account));
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
        'No permission to write the fallback credentials in the namespace of the operator (403). Apply its RBAC, or set KEEP_ACCOUNT_CREDENTIALS=false.',
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
  input: AccountInput,
  result: Extract<AccountResult, { kind: 'ready' | 'blocked' }>,
): void {
  const reason =
    result.kind === 'ready' ? undefined : SHOWN_BY_USERS.find((shown) => shown === result.reason);
  const problem =
    result.kind === 'ready' || result.usable
      ? undefined
      : ({
          state: 'blocked',
          reason: reason ?? 'AccountNotReady',
          // The messages of the reasons that are shown name the account.
          message:
            reason === undefined
              ? `Account "${input.account.metadata.name}" is not ready: ${result.message}`
              : result.message,
          stalled: result.retry.kind !== 'backoff',
        } as const);
  if (ports.registry.publish(keyOf(input.account), problem)) {
    ports.wakeUsers(input.account);
  }
}

function counts(ports: AccountPorts, input: AccountInput): AccountStatus['instances'] {
  const inventory = ports.registry.sessionByKey(keyOf(input.account))?.inventory;
  if (inventory?.listedAt === undefined) {
    return input.account.status?.instances;
  }
  const managed = inventory.ownedBy((tag) => ports.users.own(input.account, tag)).length;
  if (!ports.seesEverything) {
    return { managed };
  }
  // Other accounts may be of the same organization: what their connectors own is nobody's orphan.
  const orphans = inventory.ownedBy((tag) => !ports.users.isOwned(tag));
  const shown = orphans.slice(0, SHOWN_ORPHANS).map(({ id, name }) => ({ id, name: name.slice(0, 1_024) }));
  return { managed, orphaned: orphans.length, ...(shown.length > 0 && { orphans: shown }) };
}

function outcome(
  input: AccountInput,
  result: Extract<AccountResult, { kind: 'ready' | 'blocked' }>,
  after: AccountStatus,
): ReconcileOutcome {
  const time =
    result.kind === 'ready'
      ? result.again
      : result.retry.kind === 'at'
        ? result.retry.time
        : Date.parse(after.failures?.nextAttemptAt ?? '');
  return Number.isNaN(time) ? { kind: 'done' } : { kind: 'again', afterMs: Math.max(0, time - input.now) };
}
