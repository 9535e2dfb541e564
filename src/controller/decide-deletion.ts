import { abandonReasonOf } from '../api/annotations.ts';
import { connectionSecretNameOf, deletionPolicyOf } from '../api/defaults.ts';
import { FINALIZER } from '../api/group.ts';
import type { Instance } from '../openconnectors/port.ts';
import { settleDoubt } from './authorization.ts';
import { isOwnSecret, renamedConnection } from './connection.ts';
import { attemptOf } from './due.ts';
import { afterFailure } from './failure.ts';
import { retryWaitsUntil } from './failures.ts';
import { knownInstance, madeInstances, ownership } from './instance.ts';
import { withoutOwnerTags } from './owner-tags.ts';
import { blocked, finish, type Step } from './step.ts';
import type { World } from './world.ts';

const released = finish({ kind: 'released' });

/** The next step for a resource that is being deleted: nothing of it may stay behind, and nothing foreign may be touched. */
export function decideDeletion(world: World): Step {
  if (!world.connector.metadata.finalizers?.includes(FINALIZER)) {
    return released;
  }
  const abandoned = abandonReasonOf(world.connector);
  if (abandoned !== undefined) {
    return finish({ kind: 'released', abandoned });
  }
  return (
    nothingWasMade(world) ??
    specIsReadable(world) ??
    stillFailing(world) ??
    accountIsUsable(world) ??
    settleDoubt(world, { why: 'create' }) ??
    removeInstances(world) ??
    releaseConnection(world) ??
    released
  );
}

/** Without an id and without an announced grant no instance can exist, whatever the account's state. */
function nothingWasMade(world: World): Step | undefined {
  const { status } = world.connector;
  const made =
    status?.instance !== undefined ||
    status?.replacing !== undefined ||
    attemptOf(world) !== undefined ||
    // The finalizer without an announcement: an existing instance may have been taken over, and only a look tells.
    world.remote.searchedAt === undefined ||
    madeInstances(world).length > 0;
  return made ? undefined : released;
}

/** What is to be deleted stands in the spec, too: nothing is guessed. */
function specIsReadable(world: World): Step | undefined {
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

function accountIsUsable(world: World): Step | undefined {
  const { account } = world;
  const recorded = world.connector.status?.instance?.account;
  const wayOut =
    'To delete the resource without touching the instance, set the annotation openconnectors.dev/abandon: "<reason>".';
  if (account.state === 'unknown') {
    return finish({ kind: 'uninformed' });
  }
  if (account.state === 'blocked') {
    if (recorded !== undefined && world.pass.kept === undefined) {
      return { do: 'open-kept-account', account: recorded };
    }
    const kept =
      world.pass.kept === 'refused' ? ' The credentials that worked last are refused as well.' : '';
    return blocked(
      'Ready',
      'DeletionBlocked',
      `The instance cannot be deleted yet: ${account.message}${kept} ${wayOut}`,
    );
  }
  if (
    recorded !== undefined &&
    (recorded.baseUrl !== account.baseUrl || recorded.organizationId !== account.organizationId)
  ) {
    return blocked(
      'Synced',
      'AccountChanged',
      `The instance was made in organization ${recorded.organizationId} at ${recorded.baseUrl}, but the account is now organization ${account.organizationId} at ${account.baseUrl}. Restore the account to have the instance deleted. ${wayOut}`,
    );
  }
  if (world.remote.searchedAt !== undefined) {
    return undefined;
  }
  return world.pass.kept === 'open' ? { do: 'search' } : finish({ kind: 'uninformed' });
}

function stillFailing(world: World): Step | undefined {
  const failed = afterFailure(world);
  if (failed !== undefined) {
    return failed;
  }
  const time = retryWaitsUntil(world.connector.status?.failures, world.now);
  return time !== undefined && !world.prompted ? finish({ kind: 'not-due', time }) : undefined;
}

function removeInstances(world: World): Step | undefined {
  const { status, spec } = world.connector;
  const ids = [
    status?.instance?.id ?? spec.instance?.importId,
    status?.replacing?.id,
    ...madeInstances(world).map(({ id }) => id),
    ...world.pass.deleted,
  ];
  for (const id of new Set(ids.filter((candidate) => candidate !== undefined))) {
    const step = removeInstance(world, id);
    if (step !== undefined) {
      return step;
    }
  }
  return undefined;
}

function removeInstance(world: World, id: number): Step | undefined {
  const known = knownInstance(world, id);
  if (known === undefined) {
    return { do: 'read-instance', id };
  }
  if (known === 'gone' || !isOurs(world, known)) {
    return undefined;
  }
  if (deletionPolicyOf(world.connector.spec) === 'Orphan') {
    return world.pass.tagsReleased || known.tags === undefined
      ? undefined
      : { do: 'release-tags', id, tags: withoutOwnerTags(known.tags) };
  }
  return world.pass.deleted.includes(id)
    ? beingDeleted(id)
    : { do: 'delete-instance', id, reason: 'Deleted' };
}

/** A deletion that Open Connectors confirmed is not believed before a read says so. */
function beingDeleted(id: number): Step {
  return blocked(
    'Ready',
    'Deleting',
    `Instance ${id} is being deleted. Open Connectors still shows it; the operator checks again.`,
    { kind: 'backoff' },
  );
}

/** Somebody else's by now, or named by `importId` and never taken over: such an instance stays as it is. */
function isOurs(world: World, instance: Instance): boolean {
  const owner = ownership(world, instance);
  return (
    owner === 'this-resource' || (owner !== 'foreign' && world.connector.status?.instance?.id === instance.id)
  );
}

/** With the owner gone the garbage collector would take the Secret along, which `Orphan` must not let happen. */
function releaseConnection(world: World): Step | undefined {
  if (deletionPolicyOf(world.connector.spec) !== 'Orphan') {
    return undefined;
  }
  const name = renamedConnection(world) ?? connectionSecretNameOf(world.connector);
  return isOwnSecret(world, name) ? { do: 'release-connection-secret', name } : undefined;
}
