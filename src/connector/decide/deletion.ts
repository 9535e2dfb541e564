import { abandonReasonOf } from '../../api/annotations.ts';
import { connectionSecretNameOf, deletionPolicyOf } from '../../api/defaults.ts';
import { FINALIZER } from '../../api/group.ts';
import type { Instance } from '../../openconnectors/port.ts';
import { withoutOwnerTags } from '../../ownership/owner-tags.ts';
import type { RecordedAccount } from '../../ownership/recorded-account.ts';
import { retryWaitsUntil } from '../../reconciler/failure-count.ts';
import { blocked, finish, type Action } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { knownInstance, createdInstances, ownership } from '../observe/instances.ts';
import { lateUntil, recordedAccountOf, recordOf } from '../observe/record-outcome.ts';
import { settleDoubt } from './authorize.ts';
import { isOwnSecret, renamedConnection } from './connection-secret.ts';
import { readInstance } from './read-instance.ts';
import { afterFailure } from './remote-failure.ts';

const released = finish({ kind: 'released' });

/** The next step for a resource that is being deleted: nothing of it may stay behind, and nothing foreign may be touched. */
export function decideDeletion(world: ConnectorInput): Action {
  if (!world.connector.metadata.finalizers?.includes(FINALIZER)) {
    return released;
  }
  const abandoned = abandonReasonOf(world.connector);
  if (abandoned !== undefined) {
    return finish({ kind: 'released', abandoned });
  }
  return (
    nothingWasCreated(world) ??
    specIsReadable(world) ??
    stillFailing(world) ??
    (leavesInstances(world) ? orphanWithoutAccount(world) : undefined) ??
    accountIsUsable(world) ??
    settleDoubt(world, { why: 'create' }) ??
    removeInstances(world) ??
    watchForLateInstance(world) ??
    releaseConnection(world) ??
    released
  );
}

/** Without an id and without a credential that was sent no instance can exist, whatever the account's state. */
function nothingWasCreated(world: ConnectorInput): Action | undefined {
  const { status } = world.connector;
  const made =
    status?.instance !== undefined ||
    status?.replacing !== undefined ||
    wasCreated(world) ||
    createdInstances(world).length > 0;
  return made ? undefined : (watchForLateInstance(world) ?? released);
}

/** Whether an instance without an id in status may exist. */
function wasCreated(world: ConnectorInput): boolean {
  const record = recordOf(world);
  // The finalizer without a record: an existing instance may have been adopted, and only a search tells.
  return record === undefined
    ? world.external.searchedAt === undefined
    : record.absentAt === undefined && record.unprocessed === undefined;
}

function leavesInstances({ connector }: ConnectorInput): boolean {
  return deletionPolicyOf(connector.spec) === 'Orphan';
}

/** `Orphan` waits for no account that does not work: the tags stay on the instance then. */
function orphanWithoutAccount(world: ConnectorInput): Action | undefined {
  const place = recordedAccountOf(world);
  const { account } = world;
  const isUsable =
    account.state !== 'blocked' &&
    (account.state !== 'ready' || place === undefined || isSamePlace(account, place));
  return isUsable ? undefined : (releaseConnection(world) ?? released);
}

/** What is to be deleted stands in the spec, too: nothing is guessed. */
function specIsReadable(world: ConnectorInput): Action | undefined {
  const [violation] = world.violations;
  return (
    violation &&
    blocked(
      'Ready',
      'InvalidSpec',
      `${violation.path} ${violation.message}. The instance cannot be deleted before that; to delete the resource without touching it, set the annotation openconnectors.dev/abandon: "<reason>".`,
    )
  );
}

function accountIsUsable(world: ConnectorInput): Action | undefined {
  const { account } = world;
  const recorded = recordedAccountOf(world);
  const wayOut =
    'To delete the resource without touching the instance, set the annotation openconnectors.dev/abandon: "<reason>".';
  if (account.state === 'unknown') {
    return finish({ kind: 'cache-not-synced' });
  }
  if (account.state === 'blocked') {
    if (recorded !== undefined && world.done.fallback === undefined) {
      return { type: 'open-fallback-credentials', account: recorded };
    }
    const kept =
      world.done.fallback === 'refused' ? ' The credentials that worked last are refused as well.' : '';
    return blocked(
      'Ready',
      'DeletionBlocked',
      `The instance cannot be deleted yet: ${account.message}${kept} ${wayOut}`,
    );
  }
  if (recorded !== undefined && !isSamePlace(account, recorded)) {
    if (world.done.fallback === undefined) {
      return { type: 'open-fallback-credentials', account: recorded };
    }
    return blocked(
      'Synced',
      'AccountChanged',
      `The instance was made in organization ${recorded.organizationId} at ${recorded.baseUrl}, but the account is now organization ${account.organizationId} at ${account.baseUrl}. Restore the account to have the instance deleted. ${wayOut}`,
    );
  }
  if (world.external.searchedAt !== undefined) {
    return undefined;
  }
  return world.done.fallback === 'open' ? { type: 'search' } : finish({ kind: 'cache-not-synced' });
}

function isSamePlace(
  account: Extract<ConnectorInput['account'], { state: 'ready' }>,
  place: RecordedAccount,
): boolean {
  return account.baseUrl === place.baseUrl && account.organizationId === place.organizationId;
}

function stillFailing(world: ConnectorInput): Action | undefined {
  const failed = afterFailure(world);
  if (failed !== undefined) {
    return failed;
  }
  const time = retryWaitsUntil(world.connector.status?.failures, world.now);
  return time !== undefined && !world.triggered ? finish({ kind: 'not-due', time }) : undefined;
}

function removeInstances(world: ConnectorInput): Action | undefined {
  const { status, spec } = world.connector;
  const ids = [
    status?.instance?.id ?? spec.instance?.importId,
    status?.replacing?.id,
    ...createdInstances(world).map(({ id }) => id),
    ...world.done.deleted,
  ];
  for (const id of new Set(ids.filter((candidate) => candidate !== undefined))) {
    const step = removeInstance(world, id);
    if (step !== undefined) {
      return step;
    }
  }
  return undefined;
}

function removeInstance(world: ConnectorInput, id: number): Action | undefined {
  const known = knownInstance(world, id);
  if (known === undefined) {
    return { type: 'read-instance', id };
  }
  if (known === 'not-found') {
    return undefined;
  }
  if (leavesInstances(world) && world.done.tagsReleased.includes(id)) {
    return undefined;
  }
  if (known.tags === undefined) {
    return readInstance(world, id);
  }
  if (!isOurs(world, known)) {
    return undefined;
  }
  if (leavesInstances(world)) {
    return { type: 'release-tags', id, tags: withoutOwnerTags(known.tags) };
  }
  return world.done.deleted.includes(id)
    ? beingDeleted(id)
    : { type: 'delete-instance', id, reason: 'Deleted' };
}

/** A deletion that Open Connectors confirmed is not believed before a read says so. */
function beingDeleted(id: number): Action {
  return blocked(
    'Ready',
    'Deleting',
    `Instance ${id} is being deleted. Open Connectors still shows it; the operator checks again.`,
    { kind: 'backoff' },
  );
}

/** Somebody else's by now, or named by `importId` and never taken over: such an instance stays as it is. */
function isOurs(world: ConnectorInput, instance: Instance): boolean {
  const owner = ownership(world, instance);
  return (
    owner === 'this-resource' || (owner !== 'foreign' && world.connector.status?.instance?.id === instance.id)
  );
}

/** Open Connectors may still create the instance of a credential whose outcome never became known. */
function watchForLateInstance(world: ConnectorInput): Action | undefined {
  const until = lateUntil(world);
  const account = recordOf(world)?.account;
  if (until === undefined || account === undefined || leavesInstances(world) || world.done.tombstoneWritten) {
    return undefined;
  }
  const { namespace, uid } = world.connector.metadata;
  return { type: 'write-tombstone', tombstone: { uid, namespace, account, until } };
}

/** With the owner gone the garbage collector would take the Secret along, which `Orphan` must not let happen. */
function releaseConnection(world: ConnectorInput): Action | undefined {
  if (!leavesInstances(world)) {
    return undefined;
  }
  const name = renamedConnection(world) ?? connectionSecretNameOf(world.connector);
  return isOwnSecret(world, name) ? { type: 'release-connection-secret', name } : undefined;
}
