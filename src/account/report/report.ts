import type { AccountStatus, OpenConnectorsAccount } from '../../api/account.ts';
import type { Reason } from '../../api/reasons.ts';
import { isKubeError } from '../../kube/client/errors.ts';
import { againAt, type ReconcileOutcome } from '../../reconciler/outcome.ts';
import type { AccountResult } from '../action.ts';
import { secretVersionOf } from '../credentials/secret-version.ts';
import type { AccountInput } from '../input.ts';
import { inputHashOf } from '../observe/observe.ts';
import type { AccountPorts } from '../ports.ts';
import { keyOfAccount as keyOf } from '../users.ts';
import { summarizeAccount } from './summarize.ts';

/** When fallback credentials that could not be written are tried again: no watch shows that a permission was granted. */
const KEEP_AGAIN_MS = 5 * 60_000;

/** What keeps an account from working that its connectors name by the same reason. */
const SHOWN_BY_USERS = ['AccountUnauthorized', 'HostNotAllowed'] as const satisfies readonly Reason[];

/** As many orphans as the schema of status takes. */
const SHOWN_ORPHANS = 20;

/** The one place where the status of an account is written and its connectors are notified. */
export async function reportAccount(
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
    return againAt(result.time, input.now);
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
 * Stores the working credentials for deletions whose account has lost its Secret. Returns whether that was possible: the
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
    const secretVersion = secretVersionOf(account.spec, secret.resourceVersion);
    ports.registry.secretUpdated(keyOf(account), { secretVersion });
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
  // Other accounts may be of the same organization: what their connectors own is no orphan.
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
  return Number.isNaN(time) ? { kind: 'done' } : againAt(time, input.now);
}
