import { ANNOTATIONS, FINALIZER } from '../../api/group.ts';
import { RemoteError } from '../../openconnectors/errors/remote-error.ts';
import type { Grant, Instance, InstanceBody, Turn } from '../../openconnectors/port.ts';
import {
  adopted,
  type Credential,
  formatRecord,
  nextRecord,
  type RecordDraft,
  type WriteAheadRecord,
} from '../../ownership/write-ahead-record.ts';
import type { Observation } from '../input.ts';
import { withConnector } from '../observe/observe.ts';
import { type ActionContext, type ActionHandler, withDone, withEvent, withMemory } from './action-context.ts';
import { readBeforeWrite } from './instance.ts';

/** Bytes of a new salt. */
const SALT_BYTES = 16;

/** Writes the finalizer alone. */
export const addFinalizer: ActionHandler<'add-finalizer'> = async ({ ports }, input) => {
  return withConnector(input, await ports.connectors.patchMetadata(input.connector, withFinalizer(input)));
};

/** Replaces the record without sending anything. */
export const writeRecord: ActionHandler<'write-record'> = async (context, input, { record: change }) => {
  switch (change.kind) {
    case 'absent':
      return withRecord(context, input, { ...change.record, absentAt: new Date(change.at).toISOString() });
    case 'adopt': {
      const salt = newSalt(context);
      return withRecord(
        context,
        input,
        adopted(change.record, change.credential, change.credentialKind, salt),
      );
    }
  }
};

const LEGACY = {
  reason: 'LegacyConnector',
  message:
    'Connector infusionsoftcrm works by legacy keys and XML-RPC, which Keap ends at the end of 2026. Plan the move to spec.connector: infusionsoftrest.',
} as const;

/** Creates the instance. Its credential is spent, unless the answer proves that it was not processed. */
export const create: ActionHandler<'create'> = async (context, input, { body, draft }) => {
  const { api } = context.session();
  const sending = { body, draft, type: 'create', record: input.record } as const;
  const done = await send(context, input, sending, async (turn) => {
    const instance = await api.createInstance(body, context.signal, turn);
    // An answer may leave the tags out; by them the instance is known as ours.
    return { ...instance, tags: instance.tags ?? body.tags };
  });
  if (!('instance' in done)) {
    return done.input;
  }
  const created = withEvent(done.input, {
    reason: 'Created',
    message: `Created instance ${done.instance.id}.`,
  });
  return body.connector === 'infusionsoftcrm' ? withEvent(created, LEGACY) : created;
};

/** Gives an existing instance a new grant; its id stays. */
export const reauthorize: ActionHandler<'reauthorize'> = async (context, input, { id, body, draft }) => {
  const read = await readBeforeWrite(context, input, id);
  if (read.differs) {
    return read.input;
  }
  const { api } = context.session();
  const sending = { body, draft, type: 'reauthorize', record: input.record } as const;
  const done = await send(context, read.input, sending, (turn) =>
    api.reauthorizeInstance(id, body, context.signal, turn),
  );
  return 'instance' in done
    ? withEvent(done.input, { reason: 'Reauthorized', message: `Authorized instance ${id} anew.` })
    : done.input;
};

interface Sending {
  readonly type: 'create' | 'reauthorize';
  readonly body: InstanceBody;
  readonly draft: RecordDraft;
  /** The record of the credential that was sent before. */
  readonly record: WriteAheadRecord | undefined;
}

/**
 * Waits for the account's turn, writes the record, and sends. The record comes after the wait, so that a crash spends a
 * credential only when it may have left this machine.
 */
async function send(
  context: ActionContext,
  input: Observation,
  sending: Sending,
  call: (turn: Turn) => Promise<Instance>,
): Promise<{ readonly input: Observation; readonly instance: Instance } | { readonly input: Observation }> {
  const session = context.session();
  const turn = await session.api.reserve(context.signal);
  try {
    const recorded = await recordSend(context, input, sending);
    return await transmit(context, recorded, sending, async () => {
      const instance = await call(turn);
      session.inventory.learn(instance);
      return instance;
    });
  } finally {
    turn.release();
  }
}

interface Recorded {
  readonly input: Observation;
  readonly record: WriteAheadRecord;
}

async function transmit(
  context: ActionContext,
  recorded: Recorded,
  sending: Sending,
  call: () => Promise<Instance>,
): Promise<{ readonly input: Observation; readonly instance: Instance } | { readonly input: Observation }> {
  try {
    const instance = await call();
    const authorized = withDone(recorded.input, {
      authorized: true,
      ping: undefined,
      accountProven: false,
    });
    return { instance, input: withMemory(context, authorized, { accepted: recorded.record.digest }) };
  } catch (error) {
    if (!(error instanceof RemoteError)) {
      throw error;
    }
    return { input: await afterRefusal(context, recorded.input, recorded.record, sending, error) };
  }
}

/** Writes the record of the credential, and the finalizer, in one patch. */
async function recordSend(
  context: ActionContext,
  input: Observation,
  { body, draft, record: previous }: Sending,
): Promise<Recorded> {
  const value = credentialText(body.grant);
  const credential: Credential = { value, fingerprint: context.ports.fingerprinter.of(value) };
  const now = context.ports.clock.now();
  const record = nextRecord(previous, credential, draft, newSalt(context), now);
  const next = await withRecord(context, input, record);
  // What this process remembers is about the send before.
  const memory = { ambiguous: undefined, unprocessed: undefined, refused: undefined, accepted: undefined };
  return { record, input: withMemory(context, next, { ...memory, clockSetBackAt: undefined }) };
}

async function afterRefusal(
  context: ActionContext,
  input: Observation,
  record: WriteAheadRecord,
  { type: action }: Sending,
  error: RemoteError,
): Promise<Observation> {
  const words = action === 'create' ? 'create the instance' : 'authorize the instance';
  // A refresh token is replaced when it is used, so only one that never left this machine is sent again.
  if (error.processed === 'no' && (record.kind === 'code' || error.status === undefined)) {
    return await notProcessed(
      context,
      withDone(input, { failure: { type: action, words, error } }),
      record,
      error,
    );
  }
  if (error.class === 'ambiguous') {
    const ambiguous = { digest: record.digest, at: context.ports.clock.now() };
    return withDone(withMemory(context, input, { ambiguous }), { ping: undefined });
  }
  if (error.class === 'unauthorized') {
    context.session().invalidate();
  }
  const created = error.processed === 'refused' ? 'no' : 'unknown';
  return withMemory(context, input, { refused: { digest: record.digest, message: error.message, created } });
}

/** The credential is still good. The record says so, so that a restart does not take it for spent. */
async function notProcessed(
  context: ActionContext,
  input: Observation,
  record: WriteAheadRecord,
  error: RemoteError,
): Promise<Observation> {
  const waitMs = Math.max(error.retryAfterMs ?? 0, input.settings.searchGraceMs);
  const unprocessed = { notBefore: new Date(context.ports.clock.now() + waitMs).toISOString() };
  // Without an answer no byte has left: it does not count as a send.
  const sends = error.status === undefined ? record.sends - 1 : record.sends;
  const remembered = withMemory(context, input, {
    unprocessed: { digest: record.digest, sends, ...unprocessed },
  });
  return await withRecord(context, remembered, { ...record, sends, unprocessed });
}

async function withRecord(
  context: ActionContext,
  input: Observation,
  record: WriteAheadRecord,
): Promise<Observation> {
  const connector = await context.ports.connectors.patchMetadata(input.connector, {
    annotations: { [ANNOTATIONS.attempt]: formatRecord(record) },
    ...withFinalizer(input),
  });
  const next = withConnector(input, connector);
  context.advance(next);
  return next;
}

function newSalt({ ports }: ActionContext): string {
  return ports.random.bytes(SALT_BYTES).toString('base64url');
}

function credentialText(grant: Grant): string {
  return grant.kind === 'code' ? grant.code : grant.refreshToken;
}

function withFinalizer(input: Observation): { readonly finalizers?: readonly string[] } {
  const finalizers = input.connector.metadata.finalizers ?? [];
  return finalizers.includes(FINALIZER) ? {} : { finalizers: [...finalizers, FINALIZER] };
}
