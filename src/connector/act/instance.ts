import { isDeepStrictEqual } from 'node:util';
import type { Reason } from '../../api/reasons.ts';
import { RemoteError } from '../../openconnectors/errors/remote-error.ts';
import { subjectOfRefusal } from '../../provider/ping.ts';
import { quote } from '../../reconciler/quote.ts';
import type { PingAnswer } from '../action-log.ts';
import { describePatch } from '../decide/desired-instance.ts';
import type { ConnectorInput, Memory } from '../input.ts';
import { withConnector } from '../observe/observe.ts';
import {
  type ActionContext,
  type ActionHandler,
  done,
  type Effect,
  type ReadContext,
  type ReadHandler,
  stale,
  withMemory,
} from './action-context.ts';

/** Asks for everything with this resource's owner tag. */
export const search: ReadHandler<'search'> = async (context, input) => {
  const { api, inventory } = context.session();
  const startedAt = context.ports.clock.now();
  const found = await api.listInstancesByTag(input.tags.owner, context.signal);
  inventory.searched(input.tags.owner, found, startedAt);
  return done(input);
};

/** Reads the defaults of an element. Without a usable response it has none, and the operator's own table applies. */
export const readElement: ReadHandler<'read-element'> = async (context, input, { element }) => {
  const { api, inventory } = context.session();
  try {
    inventory.learnElement(element, await api.readElement(element, context.signal));
  } catch (error) {
    if (!(error instanceof RemoteError) || !NO_DEFINITION.includes(error.class)) {
      throw error;
    }
    inventory.learnElement(element, new Map());
  }
  return done(input);
};

/** Errors that say that the account does not show the definition; the others are retried. */
const NO_DEFINITION: readonly RemoteError['class'][] = ['not-found', 'forbidden', 'invalid', 'unexpected'];

/** Reads one instance by id: the only proof that it does not exist. */
export const readInstance: ReadHandler<'read-instance'> = async (context, input, { id }) => {
  await readById(context, id);
  return done(input, { read: id });
};

/** A response that took longer shows what the instance was, so that it is asked for once more. Milliseconds. */
const SLOW_READ_MS = 2_000;

async function readById(context: ReadContext, id: number): Promise<void> {
  const { clock } = context.ports;
  const sentAt = clock.monotonic();
  await readOnce(context, id);
  if (clock.monotonic() - sentAt > SLOW_READ_MS) {
    await readOnce(context, id);
  }
}

async function readOnce(context: ReadContext, id: number): Promise<void> {
  const { api, inventory } = context.session();
  try {
    inventory.learn(await api.readInstance(id, context.signal));
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
    inventory.markGone(id);
  }
}

/**
 * Reads the instance right before a write to it: a listing may be minutes old, and another owner may have taken it over
 * since. `differs`: it is not what the write was decided on, so that `decide` has to judge it again.
 */
export async function readBeforeWrite(
  context: ActionContext,
  input: ConnectorInput,
  id: number,
): Promise<{ readonly differs: boolean; readonly read: number | undefined }> {
  if (context.justRead === id) {
    return { differs: false, read: undefined };
  }
  await readById(context, id);
  const shown = context.session().inventory.about(input.tags.owner, [id]).instances.get(id);
  return { differs: !isDeepStrictEqual(input.external.instances.get(id), shown), read: id };
}

const verbs: Partial<Record<Reason, string>> = {
  Adopted: 'Adopted',
  TakenOver: 'Took over',
  DriftCorrected: 'Reverted drift on',
};

/** Changes what differs. */
export const patch: ActionHandler<'patch'> = async (context, input, { id, patch: change, reason }) => {
  const { differs, read } = await readBeforeWrite(context, input, id);
  if (differs) {
    return stale(input, read);
  }
  const { api, inventory } = context.session();
  try {
    inventory.learn(await api.patchInstance(id, change, context.signal));
  } catch (error) {
    return readAgain(context, stale(input, read), id, error);
  }
  const message = `${verbs[reason] ?? 'Updated'} instance ${id}: ${describePatch(change)}.`;
  return done(input, { read, events: [{ reason, message }] });
};

/**
 * Writes that the operator is about to disable the instance, on the condition that the resource was not edited. Without
 * it, a spec that asks for the opposite by the end of the call would take our own change for a revoked authorization.
 */
export const recordDisabling: ActionHandler<'record-disabling'> = async ({ ports }, input) => {
  const disabled = { instance: { enabled: false } };
  return done(withConnector(input, await ports.connectors.patchStatus(input.connector, disabled)));
};

/** Enables or disables. */
export const enable: ActionHandler<'enable'> = async (context, input, { id, enabled }) => {
  const { differs, read } = await readBeforeWrite(context, input, id);
  if (differs) {
    return stale(input, read);
  }
  const { api, inventory } = context.session();
  try {
    await api.setInstanceEnabled(id, enabled, context.signal);
  } catch (error) {
    return readAgain(context, stale(input, read), id, error);
  }
  inventory.amend(id, { disabled: !enabled });
  const message = `${enabled ? 'Enabled' : 'Disabled'} instance ${id}.`;
  return done(input, { read, events: [{ reason: 'Updated', message }] });
};

/** One call through the instance. A refusal is an answer, for `decide` to judge. */
export const ping: ReadHandler<'ping'> = async (context, input, { token }) => {
  const answered = (answer: PingAnswer, memory: Partial<Memory> = {}): Effect => ({
    observation: withMemory(context, input, memory),
    outcome: { kind: 'ping', answer },
  });
  try {
    const answer = await context.session().api.pingInstance(token, context.signal);
    const at = context.ports.clock.now();
    return answered(answer, { pingedAt: at, tested: { at, answer } });
  } catch (error) {
    const answer = answerOf(error);
    const tested = { at: context.ports.clock.now(), answer: answer ?? 'outage' } as const;
    if (answer === undefined) {
      if (error instanceof RemoteError && error.class === 'unavailable') {
        withMemory(context, input, { tested });
      }
      throw error;
    }
    // A refusal is also the answer to an ambiguous re-authorization: it did not help.
    return answered(answer, answer === 'refused' ? { ambiguous: undefined, tested } : { tested });
  }
};

/** One call through the instance of another connector. A failure of Open Connectors itself is no evidence. */
export const pingPeer: ReadHandler<'ping-peer'> = async ({ ports, session, signal }, input, action) => {
  const remember = (answer: PingAnswer): void => {
    const memory = ports.memory.recall(action.uid);
    ports.memory.remember(action.uid, { ...memory, tested: { at: ports.clock.now(), answer } });
  };
  try {
    remember(await session().api.pingInstance(action.token, signal));
  } catch (error) {
    if (!(error instanceof RemoteError)) {
      throw error;
    }
    const answer = answerOf(error) ?? (error.class === 'unavailable' ? 'outage' : undefined);
    if (answer !== undefined) {
      remember(answer);
    }
  }
  return { observation: input, outcome: { kind: 'peer' } };
};

/** What a failed call through an instance says; `undefined`: nothing about the instance. */
function answerOf(error: unknown): PingAnswer | undefined {
  if (!(error instanceof RemoteError) || error.class === 'throttled') {
    return undefined;
  }
  const isOutage = error.status === 410 || (error.source === 'provider' && isUnavailable(error));
  if (isOutage || error.status === 404) {
    return 'outage';
  }
  // What else the provider answers is a refusal.
  if (error.class !== 'unauthorized' && error.source !== 'provider') {
    return error.class === 'forbidden' ? 'forbidden' : undefined;
  }
  switch (subjectOfRefusal(error.message)) {
    case 'client':
      return 'client-refused';
    case 'credential':
      return 'refused';
    case 'nothing':
      return error.class === 'invalid' ? undefined : 'unexplained';
  }
}

function isUnavailable({ class: errorClass }: RemoteError): boolean {
  return errorClass === 'unavailable' || errorClass === 'not-found' || errorClass === 'unexpected';
}

/** Shows that not the account's credentials are refused: they work, and the instance can be read. */
export const verifyAccount: ReadHandler<'verify-account'> = async (context, input, { id }) => {
  await context.session().api.organization(context.signal);
  await readById(context, id);
  return done(input, { read: id });
};

/**
 * Removes the owner tags from an instance that stays. With `ignore` tried once: the resource goes whether or not it
 * succeeds.
 */
export const releaseTags: ActionHandler<'release-tags'> = async (context, input, { id, tags, onFailure }) => {
  try {
    const { differs, read } = await readBeforeWrite(context, input, id);
    if (differs) {
      return stale(input, read);
    }
    const { api, inventory } = context.session();
    inventory.learn(await api.patchInstance(id, { tags }, context.signal));
    const message = `Left instance ${id} in Open Connectors.`;
    return done(input, { read, events: [{ reason: 'Orphaned', message }] });
  } catch (error) {
    if (!(error instanceof RemoteError) || onFailure === 'retry') {
      throw error;
    }
    const message = `Left instance ${id} in Open Connectors with its k8s- tags: ${quote(error.message)}. Remove the tags in Open Connectors.`;
    return done(input, { events: [{ reason: 'Orphaned', message }] });
  }
};

/**
 * Writes the id of the instance that is to be deleted to status, on the condition that the resource was not changed: a
 * leader with a stale cache fails here, before it deletes an instance that is in use by now.
 */
export const recordRemoval: ActionHandler<'record-removal'> = async ({ ports }, input, { id }) => {
  const connector = await ports.connectors.patchStatus(input.connector, { removing: { id } });
  return done(withConnector(input, connector));
};

/** Deletes by id. Only a read by id proves afterwards that the instance does not exist. */
export const deleteInstance: ActionHandler<'delete-instance'> = async (context, input, { id, reason }) => {
  const { differs, read } = await readBeforeWrite(context, input, id);
  if (differs) {
    return stale(input, read);
  }
  const { api, inventory } = context.session();
  try {
    await api.deleteInstance(id, context.signal);
  } catch (error) {
    if (isNotFound(error)) {
      inventory.forget(id);
      return done(input, { read });
    }
    throw error;
  }
  inventory.forget(id);
  const messages: Partial<Record<Reason, string>> = {
    DuplicateRemoved: `Deleted duplicate instance ${id} of an interrupted create call.`,
    Replaced: `Deleted instance ${id}, which is not in use any more.`,
  };
  const message = messages[reason] ?? `Deleted instance ${id}.`;
  return done(input, { read, events: [{ reason, message }] });
};

/** A 404 on a change is no proof that the instance does not exist: `decide` has it read next. */
function readAgain(context: ActionContext, effect: Effect, id: number, error: unknown): Effect {
  if (!isNotFound(error)) {
    throw error;
  }
  context.session().inventory.forget(id);
  return effect;
}

function isNotFound(error: unknown): boolean {
  return error instanceof RemoteError && error.class === 'not-found';
}
