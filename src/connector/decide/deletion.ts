import { abandonReasonOf } from '../../api/annotations.ts';
import { deletionPolicyOf } from '../../api/defaults.ts';
import { FINALIZER } from '../../api/group.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { withoutOwnerTags } from '../../ownership/owner-tags.ts';
import type { RecordedAccount } from '../../ownership/recorded-account.ts';
import { retryWaitsUntil } from '../../reconciler/failure-count.ts';
import { type Action, blocked, finish } from '../action.ts';
import { areTagsReleased, deletedInstances, fallbackOutcome, isTombstoneWritten } from '../action-log.ts';
import type { ConnectorInput } from '../input.ts';
import { heldIdsOf } from '../observe/held-instances.ts';
import { knownInstance, ownership } from '../observe/instances.ts';
import { recordedAccountOf, watchUntil } from '../observe/record-outcome.ts';
import { settleDoubt } from './authorization/authorize.ts';
import { renamedConnection } from './connection-secret.ts';
import { readInstance } from './read-instance.ts';
import { accountInWords, afterFailure } from './remote-failure.ts';

const released = finish({ kind: 'released' });

/** The next action for a resource that is being deleted. No instance of it may remain, and no foreign one may change. */
export function decideDeletion(input: ConnectorInput): Action {
  if (!input.connector.metadata.finalizers?.includes(FINALIZER)) {
    return released;
  }
  const abandoned = abandonReasonOf(input.connector);
  if (abandoned !== undefined) {
    return finish({ kind: 'released', abandoned });
  }
  return (
    nothingWasCreated(input) ??
    specIsReadable(input) ??
    stillFailing(input) ??
    (leavesInstances(input) ? orphanWithoutAccount(input) : undefined) ??
    accountIsUsable(input) ??
    settleDoubt(input, { why: 'create' }) ??
    removeInstances(input) ??
    watchForLateInstance(input) ??
    releaseConnection(input) ??
    released
  );
}

/** Without an id and without a credential that was sent no instance can exist, whatever the account's state. */
function nothingWasCreated(input: ConnectorInput): Action | undefined {
  const { status } = input.connector;
  const isCreated =
    status?.instance !== undefined ||
    status?.replacing !== undefined ||
    status?.next !== undefined ||
    wasCreated(input) ||
    input.instances.created.length > 0;
  return isCreated ? undefined : (watchForLateInstance(input) ?? released);
}

/** Whether an instance without an id in status may exist. */
function wasCreated(input: ConnectorInput): boolean {
  const { record } = input;
  // The finalizer without a record: an existing instance may have been adopted, and only a search finds it.
  return record === undefined
    ? input.external.searchedAt === undefined
    : record.absentAt === undefined && record.unprocessed === undefined;
}

function leavesInstances({ connector }: ConnectorInput): boolean {
  return deletionPolicyOf(connector.spec) === 'Orphan';
}

/** `Orphan` waits for no account that does not work: the tags stay on the instance then. */
function orphanWithoutAccount(input: ConnectorInput): Action | undefined {
  const place = recordedAccountOf(input);
  const { account } = input;
  const isUsable =
    account.state !== 'blocked' &&
    (account.state !== 'ready' || place === undefined || isSamePlace(account, place));
  return isUsable ? undefined : (releaseConnection(input) ?? released);
}

/** What is to be deleted stands in the spec, too: nothing is guessed. */
function specIsReadable(input: ConnectorInput): Action | undefined {
  const [violation] = input.violations;
  return (
    violation &&
    blocked(
      'Ready',
      'InvalidSpec',
      `${violation.path} ${violation.message}. Correct it, or set the annotation openconnectors.dev/abandon.`,
    )
  );
}

function accountIsUsable(input: ConnectorInput): Action | undefined {
  const { account } = input;
  const recorded = recordedAccountOf(input);
  if (account.state === 'unknown') {
    return finish({ kind: 'cache-not-synced' });
  }
  if (account.state === 'blocked') {
    if (recorded !== undefined && fallbackOutcome(input.log) === undefined) {
      return { type: 'open-fallback-credentials', account: recorded };
    }
    const fallback =
      fallbackOutcome(input.log) === 'refused' ? ' and the fallback credentials do not work' : '';
    return blocked(
      'Ready',
      'DeletionBlocked',
      `${accountInWords(input)} is not ready (${account.reason})${fallback}, so the instance cannot be deleted. Fix the account, or set the annotation openconnectors.dev/abandon.`,
    );
  }
  if (recorded !== undefined && !isSamePlace(account, recorded)) {
    if (fallbackOutcome(input.log) === undefined) {
      return { type: 'open-fallback-credentials', account: recorded };
    }
    return blocked(
      'Synced',
      'AccountChanged',
      `${accountInWords(input)} now belongs to another organization than the instance ("${recorded.organizationId}" at ${recorded.baseUrl}). Restore the account, or set the annotation openconnectors.dev/abandon.`,
    );
  }
  if (input.external.searchedAt !== undefined) {
    return undefined;
  }
  return fallbackOutcome(input.log) === 'open' ? { type: 'search' } : finish({ kind: 'cache-not-synced' });
}

function isSamePlace(
  account: Extract<ConnectorInput['account'], { state: 'ready' }>,
  place: RecordedAccount,
): boolean {
  return account.baseUrl === place.baseUrl && account.organizationId === place.organizationId;
}

function stillFailing(input: ConnectorInput): Action | undefined {
  const failed = afterFailure(input);
  if (failed !== undefined) {
    return failed;
  }
  const time = retryWaitsUntil(input.connector.status?.failures, input.now);
  return time !== undefined && !input.triggered ? finish({ kind: 'not-due', time }) : undefined;
}

function removeInstances(input: ConnectorInput): Action | undefined {
  const { status, spec } = input.connector;
  const ids = [
    status?.instance?.id ?? spec.instance?.importId,
    ...heldIdsOf(input.connector),
    ...input.instances.created.map(({ id }) => id),
    ...deletedInstances(input.log),
  ];
  for (const id of new Set(ids.filter((candidate) => candidate !== undefined))) {
    const action = removeInstance(input, id);
    if (action !== undefined) {
      return action;
    }
  }
  return undefined;
}

function removeInstance(input: ConnectorInput, id: number): Action | undefined {
  const known = knownInstance(input, id);
  if (known === undefined) {
    return { type: 'read-instance', id };
  }
  if (known === 'not-found') {
    return undefined;
  }
  if (leavesInstances(input) && areTagsReleased(input.log, id)) {
    return undefined;
  }
  if (known.tags === undefined) {
    return readInstance(input, id);
  }
  if (!isOurs(input, known)) {
    return undefined;
  }
  if (leavesInstances(input)) {
    return { type: 'release-tags', id, tags: withoutOwnerTags(known.tags), onFailure: 'ignore' };
  }
  return deletedInstances(input.log).includes(id)
    ? beingDeleted(id)
    : { type: 'delete-instance', id, reason: 'Deleted' };
}

/** Open Connectors confirmed the deletion, and a read by id still shows the instance. */
function beingDeleted(id: number): Action {
  return blocked(
    'Ready',
    'Deleting',
    `Open Connectors still shows instance ${id} after its deletion. Wait for the next check.`,
    { kind: 'backoff' },
  );
}

/** An instance of another owner, or one that `importId` names and that was never adopted, stays as it is. */
function isOurs(input: ConnectorInput, instance: Instance): boolean {
  const owner = ownership(input, instance);
  return (
    owner === 'this-resource' || (owner !== 'foreign' && input.connector.status?.instance?.id === instance.id)
  );
}

/** Open Connectors may create, or have created since the latest search, an instance whose create had no known outcome. */
function watchForLateInstance(input: ConnectorInput): Action | undefined {
  const until = watchUntil(input);
  const account = input.record?.account ?? searchedAccountOf(input);
  if (
    until === undefined ||
    account === undefined ||
    leavesInstances(input) ||
    isTombstoneWritten(input.log)
  ) {
    return undefined;
  }
  const { namespace, uid } = input.connector.metadata;
  return { type: 'write-tombstone', tombstone: { uid, namespace, account, until } };
}

/** A record of the release before names no account: the instance was searched for in the one that the spec names. */
function searchedAccountOf({ account }: ConnectorInput): RecordedAccount | undefined {
  if (account.state !== 'ready') {
    return undefined;
  }
  const { uid, baseUrl, organizationId } = account;
  return { uid, baseUrl, organizationId };
}

/** Without its owner the garbage collector would delete the Secret, which `Orphan` must keep. */
function releaseConnection(input: ConnectorInput): Action | undefined {
  if (!leavesInstances(input)) {
    return undefined;
  }
  const { name, isOwn } = renamedConnection(input) ?? input.secrets.connection;
  return isOwn ? { type: 'release-connection-secret', name } : undefined;
}
