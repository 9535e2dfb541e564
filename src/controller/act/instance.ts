import type { Reason } from '../../api/reasons.ts';
import { RemoteError } from '../../openconnectors/errors.ts';
import { describePatch } from '../desired.ts';
import type { World } from '../world.ts';
import { type Action, type ActionContext, withIncident, withMemory, withPass } from './action.ts';

/** Asks for everything with this resource's owner tag. */
export const search: Action<'search'> = async (context, world) => {
  const { api, inventory } = context.session();
  const startedAt = context.ports.clock.now();
  const found = await api.listInstancesByTag(world.tags.owner, context.signal);
  inventory.searched(world.tags.owner, found, startedAt);
  return withPass(world, { searched: true });
};

/** Reads one instance; only here is "gone" learned. */
export const readInstance: Action<'read-instance'> = async (context, world, { id }) => {
  const { api, inventory } = context.session();
  try {
    inventory.learn(await api.readInstance(id, context.signal));
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
    inventory.markGone(id);
  }
  return withPass(world, { read: [...world.pass.read, id] });
};

const verbs: Partial<Record<Reason, string>> = {
  Adopted: 'Adopted',
  TakenOver: 'Took over',
  DriftCorrected: 'Set back',
};

/** Changes what differs. */
export const patch: Action<'patch'> = async (context, world, { id, patch: change, reason }) => {
  const { api, inventory } = context.session();
  try {
    inventory.learn(await api.patchInstance(id, change, context.signal));
  } catch (error) {
    return lookAgain(context, world, id, error);
  }
  const reconfigured = change.configuration !== undefined;
  const patched = withPass(world, {
    patched: true,
    reconfigured,
    ping: reconfigured ? undefined : world.pass.ping,
  });
  return withIncident(patched, {
    reason,
    message: `${verbs[reason] ?? 'Changed'} instance ${id}: ${describePatch(change)}.`,
  });
};

/**
 * Writes that the operator is about to disable the instance, on the condition that nobody edited the resource. Without
 * it, a spec that asks for the opposite by the end of the call would take our own change for a revoked authorization.
 */
export const recordDisabling: Action<'record-disabling'> = async ({ ports }, world) => ({
  ...world,
  connector: await ports.connectors.patchStatus(world.connector, { instance: { enabled: false } }),
});

/** Enables or disables. */
export const enable: Action<'enable'> = async (context, world, { id, enabled }) => {
  const { api, inventory } = context.session();
  try {
    await api.setInstanceEnabled(id, enabled, context.signal);
  } catch (error) {
    return lookAgain(context, world, id, error);
  }
  inventory.amend(id, { disabled: !enabled });
  return withIncident(withPass(world, { enabledSet: true }), {
    reason: 'Updated',
    message: `${enabled ? 'Enabled' : 'Disabled'} instance ${id}.`,
  });
};

/** One call through the instance. A refusal is an answer; whether it means the grant is for `decide` to find out. */
export const ping: Action<'ping'> = async (context, world, { token }) => {
  try {
    const answer = await context.session().api.pingInstance(token, context.signal);
    return withPass(withMemory(context, world, { pingedAt: context.ports.clock.now() }), { ping: answer });
  } catch (error) {
    if (error instanceof RemoteError && error.class === 'unauthorized') {
      // Also the answer to a re-authorization in doubt: it did not help.
      return withPass(withMemory(context, world, { ambiguous: undefined }), { ping: 'refused' });
    }
    if (error instanceof RemoteError && error.class === 'forbidden') {
      return withPass(world, { ping: 'forbidden' });
    }
    throw error;
  }
};

/** Shows that it is not the account's credentials that are refused: they work, and the instance is there. */
export const proveAccount: Action<'prove-account'> = async (context, world, { id }) => {
  const { api, inventory } = context.session();
  await api.organization(context.signal);
  try {
    inventory.learn(await api.readInstance(id, context.signal));
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
    inventory.markGone(id);
  }
  return withPass(world, { accountProven: true });
};

/** Takes the operator's tags off an instance that stays behind. Tried once: it is a courtesy to whoever comes next. */
export const releaseTags: Action<'release-tags'> = async (context, world, { id, tags }) => {
  const released = withPass(world, { tagsReleased: true });
  try {
    const { api, inventory } = context.session();
    inventory.learn(await api.patchInstance(id, { tags }, context.signal));
  } catch (error) {
    if (!(error instanceof RemoteError)) {
      throw error;
    }
    return withIncident(released, {
      reason: 'Orphaned',
      message: `Left instance ${id} in Open Connectors; its k8s- tags could not be removed (${error.message}).`,
    });
  }
  return withIncident(released, { reason: 'Orphaned', message: `Left instance ${id} in Open Connectors.` });
};

/** Deletes by id. That it is gone is not believed before a read says so. */
export const deleteInstance: Action<'delete-instance'> = async (context, world, { id, reason }) => {
  const { api, inventory } = context.session();
  const deleted = withPass(world, { deleted: [...world.pass.deleted, id] });
  try {
    await api.deleteInstance(id, context.signal);
  } catch (error) {
    if (isNotFound(error)) {
      inventory.markGone(id);
      return deleted;
    }
    throw error;
  }
  inventory.forget(id);
  const messages: Partial<Record<Reason, string>> = {
    DuplicateRemoved: `Deleted instance ${id}, which an interrupted creation or change had left behind.`,
    Replaced: `Deleted instance ${id} of the old connector; applications use the new one.`,
  };
  return withIncident(deleted, { reason, message: messages[reason] ?? `Deleted instance ${id}.` });
};

/** A 404 on a change is not yet proof that the instance is gone: it is read next. */
function lookAgain(context: ActionContext, world: World, id: number, error: unknown): World {
  if (!isNotFound(error)) {
    throw error;
  }
  context.session().inventory.forget(id);
  return world;
}

function isNotFound(error: unknown): boolean {
  return error instanceof RemoteError && error.class === 'not-found';
}
