import { isDeepStrictEqual } from 'node:util';
import type { Reason } from '../../api/reasons.ts';
import { RemoteError } from '../../openconnectors/errors/remote-error.ts';
import { describePatch } from '../decide/desired-instance.ts';
import type { ConnectorInput, Observation } from '../input.ts';
import { withConnector } from '../observe/observe.ts';
import {
  type ActionContext,
  type ActionHandler,
  withDone,
  withEvent,
  withMemory,
  withRead,
} from './action-context.ts';

/** Asks for everything with this resource's owner tag. */
export const search: ActionHandler<'search'> = async (context, input) => {
  const { api, inventory } = context.session();
  const startedAt = context.ports.clock.now();
  const found = await api.listInstancesByTag(input.tags.owner, context.signal);
  inventory.searched(input.tags.owner, found, startedAt);
  return withDone(input, { searched: true });
};

/** Reads one instance; only here is "gone" learned. */
export const readInstance: ActionHandler<'read-instance'> = async (context, input, { id }) => {
  const { api, inventory } = context.session();
  try {
    inventory.learn(await api.readInstance(id, context.signal));
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
    inventory.markGone(id);
  }
  return withRead(input, id);
};

/**
 * Reads the instance right before a write to it: a listing may be minutes old, and another owner may have taken it over
 * since. `differs`: it is not what the write was decided on, so that `decide` has to judge it anew.
 */
export async function readBeforeWrite(
  context: ActionContext,
  input: ConnectorInput,
  id: number,
): Promise<{ readonly differs: boolean; readonly input: Observation }> {
  if (context.justRead === id) {
    return { differs: false, input };
  }
  const next = await readInstance(context, input, { type: 'read-instance', id });
  const shown = context.session().inventory.about(input.tags.owner, [id]).instances.get(id);
  return { differs: !isDeepStrictEqual(input.external.instances.get(id), shown), input: next };
}

const verbs: Partial<Record<Reason, string>> = {
  Adopted: 'Adopted',
  TakenOver: 'Took over',
  DriftCorrected: 'Set back',
};

/** Changes what differs. */
export const patch: ActionHandler<'patch'> = async (context, decided, { id, patch: change, reason }) => {
  const { differs, input: world } = await readBeforeWrite(context, decided, id);
  if (differs) {
    return world;
  }
  const { api, inventory } = context.session();
  try {
    inventory.learn(await api.patchInstance(id, change, context.signal));
  } catch (error) {
    return readAgain(context, world, id, error);
  }
  const reconfigured = change.configuration !== undefined;
  const patched = withDone(world, {
    patched: true,
    reconfigured,
    ping: reconfigured ? undefined : world.done.ping,
  });
  return withEvent(patched, {
    reason,
    message: `${verbs[reason] ?? 'Changed'} instance ${id}: ${describePatch(change)}.`,
  });
};

/**
 * Writes that the operator is about to disable the instance, on the condition that nobody edited the resource. Without
 * it, a spec that asks for the opposite by the end of the call would take our own change for a revoked authorization.
 */
export const recordDisabling: ActionHandler<'record-disabling'> = async ({ ports }, input) =>
  withConnector(input, await ports.connectors.patchStatus(input.connector, { instance: { enabled: false } }));

/** Enables or disables. */
export const enable: ActionHandler<'enable'> = async (context, decided, { id, enabled }) => {
  const { differs, input: world } = await readBeforeWrite(context, decided, id);
  if (differs) {
    return world;
  }
  const { api, inventory } = context.session();
  try {
    await api.setInstanceEnabled(id, enabled, context.signal);
  } catch (error) {
    return readAgain(context, world, id, error);
  }
  inventory.amend(id, { disabled: !enabled });
  return withEvent(withDone(world, { enabledSet: true }), {
    reason: 'Updated',
    message: `${enabled ? 'Enabled' : 'Disabled'} instance ${id}.`,
  });
};

/** One call through the instance. A refusal is an answer; whether it means the grant is for `decide` to find out. */
export const ping: ActionHandler<'ping'> = async (context, input, { token }) => {
  try {
    const answer = await context.session().api.pingInstance(token, context.signal);
    return withDone(withMemory(context, input, { pingedAt: context.ports.clock.now() }), { ping: answer });
  } catch (error) {
    if (error instanceof RemoteError && error.class === 'unauthorized') {
      // Also the answer to a re-authorization in doubt: it did not help.
      return withDone(withMemory(context, input, { ambiguous: undefined }), { ping: 'refused' });
    }
    if (error instanceof RemoteError && error.class === 'forbidden') {
      return withDone(input, { ping: 'forbidden' });
    }
    throw error;
  }
};

/** Shows that it is not the account's credentials that are refused: they work, and the instance is there. */
export const proveAccount: ActionHandler<'verify-account'> = async (context, input, { id }) => {
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
  return withDone(withRead(input, id), { accountProven: true });
};

/** Removes the owner tags from an instance that stays. Tried once: the resource goes whether or not it succeeds. */
export const releaseTags: ActionHandler<'release-tags'> = async (context, decided, { id, tags }) => {
  const released = (input: Observation): Observation =>
    withDone(input, { tagsReleased: [...input.done.tagsReleased, id] });
  try {
    const { differs, input: world } = await readBeforeWrite(context, decided, id);
    if (differs) {
      return world;
    }
    const { api, inventory } = context.session();
    inventory.learn(await api.patchInstance(id, { tags }, context.signal));
    return withEvent(released(world), {
      reason: 'Orphaned',
      message: `Left instance ${id} in Open Connectors.`,
    });
  } catch (error) {
    if (!(error instanceof RemoteError)) {
      throw error;
    }
    return withEvent(released(decided), {
      reason: 'Orphaned',
      message: `Left instance ${id} in Open Connectors; its k8s- tags could not be removed (${error.message}).`,
    });
  }
};

/**
 * Writes the id of the instance that is to be deleted to status, on the condition that the resource was not changed: a
 * leader with a stale cache fails here, before it deletes an instance that is in use by now.
 */
export const recordRemoval: ActionHandler<'record-removal'> = async ({ ports }, input, { id }) => {
  const connector = await ports.connectors.patchStatus(input.connector, { removing: { id } });
  return withDone(withConnector(input, connector), {
    removalsRecorded: [...input.done.removalsRecorded, id],
  });
};

/** Deletes by id. That it is gone is not believed before a read says so. */
export const deleteInstance: ActionHandler<'delete-instance'> = async (context, decided, { id, reason }) => {
  const { differs, input: world } = await readBeforeWrite(context, decided, id);
  if (differs) {
    return world;
  }
  const { api, inventory } = context.session();
  const deleted = withDone(world, { deleted: [...world.done.deleted, id] });
  try {
    await api.deleteInstance(id, context.signal);
  } catch (error) {
    if (isNotFound(error)) {
      // Only a read by id tells that it is gone.
      inventory.forget(id);
      return deleted;
    }
    throw error;
  }
  inventory.forget(id);
  const messages: Partial<Record<Reason, string>> = {
    DuplicateRemoved: `Deleted instance ${id}, which an interrupted creation or change had left behind.`,
    Replaced: `Deleted instance ${id} of the old connector; applications use the new one.`,
  };
  return withEvent(deleted, { reason, message: messages[reason] ?? `Deleted instance ${id}.` });
};

/** A 404 on a change is not yet proof that the instance is gone: it is read next. */
function readAgain(context: ActionContext, input: Observation, id: number, error: unknown): Observation {
  if (!isNotFound(error)) {
    throw error;
  }
  context.session().inventory.forget(id);
  return input;
}

function isNotFound(error: unknown): boolean {
  return error instanceof RemoteError && error.class === 'not-found';
}
