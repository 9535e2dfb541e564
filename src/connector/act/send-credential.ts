import { ANNOTATIONS, FINALIZER } from '../../api/group.ts';
import { RemoteError } from '../../openconnectors/errors/remote-error.ts';
import type { Grant, Instance, InstanceBody, Turn } from '../../openconnectors/port.ts';
import {
  absent,
  adopted,
  type Credential,
  formatRecord,
  nextRecord,
  type RecordDraft,
  type WriteAheadRecord,
} from '../../ownership/write-ahead-record.ts';
import { LEGACY_ELEMENT } from '../../provider/elements.ts';
import type { DueEvent } from '../action-log.ts';
import type { ConnectorInput, Observation } from '../input.ts';
import { withConnector } from '../observe/observe.ts';
import {
  type ActionContext,
  type ActionHandler,
  done,
  type Effect,
  stale,
  withMemory,
} from './action-context.ts';
import { readBeforeWrite } from './instance.ts';

/** Bytes of a new salt. */
const SALT_BYTES = 16;

/** Writes the finalizer alone. */
export const addFinalizer: ActionHandler<'add-finalizer'> = async ({ ports }, input) => {
  return done(
    withConnector(input, await ports.connectors.patchMetadata(input.connector, withFinalizer(input))),
  );
};

/** Replaces the record without sending anything. */
export const writeRecord: ActionHandler<'write-record'> = async (context, input, { record: change }) => {
  const record =
    change.kind === 'absent'
      ? absent(change.record, change.at)
      : adopted(change.record, change.credential, change.credentialKind, newSalt(context));
  return done(await withRecord(context, input, record));
};

const LEGACY = {
  reason: 'LegacyConnector',
  message:
    'Connector infusionsoftcrm uses XML-RPC, which Keap ends at the end of 2026. Migrate to spec.connector: infusionsoftrest.',
} as const;

/** Creates the instance. Its credential is spent, unless the answer proves that it was not processed. */
export const create: ActionHandler<'create'> = async (context, input, { body, draft }) => {
  const { api } = context.session();
  return await send(context, { body, draft, input }, async (turn) => {
    const instance = await api.createInstance(body, context.signal, turn);
    const created = { reason: 'Created', message: `Created instance ${instance.id}.` } as const;
    return {
      // An answer may leave the tags out; by them the instance is known as ours.
      instance: { ...instance, tags: instance.tags ?? body.tags },
      events: body.element === LEGACY_ELEMENT ? [created, LEGACY] : [created],
    };
  });
};

/** Gives an existing instance a new grant; its id stays. */
export const reauthorize: ActionHandler<'reauthorize'> = async (context, input, { id, body, draft }) => {
  const { differs, read } = await readBeforeWrite(context, input, id);
  if (differs) {
    return stale(input, read);
  }
  const { api } = context.session();
  const effect = await send(context, { body, draft, input }, async (turn) => ({
    instance: await api.reauthorizeInstance(id, body, context.signal, turn),
    events: [{ reason: 'Reauthorized', message: `Reauthorized instance ${id}.` }],
  }));
  return { ...effect, read };
};

interface Sending {
  readonly input: ConnectorInput;
  readonly body: InstanceBody;
  readonly draft: RecordDraft;
}

/** The instance that a call created or changed, and what users should find in the events. */
interface Sent {
  readonly instance: Instance;
  readonly events: readonly DueEvent[];
}

/**
 * Waits for the account's turn, writes the record, and sends. The record comes after the wait, so that a crash spends a
 * credential only when it may have left this machine.
 */
async function send(
  context: ActionContext,
  sending: Sending,
  call: (turn: Turn) => Promise<Sent>,
): Promise<Effect> {
  const session = context.session();
  const turn = await session.api.reserve(context.signal);
  try {
    const recorded = await recordSend(context, sending);
    const { observation, record } = recorded;
    const { searchGraceMs } = observation.settings;
    if (context.ports.clock.now() - Date.parse(record.at) > searchGraceMs) {
      // Absence counts from the time in the record: a search could end before this request does.
      return stale(await notProcessed(context, observation, record, {}));
    }
    return await transmit(context, recorded, async () => {
      const sent = await call(turn);
      session.inventory.learn(sent.instance);
      return sent;
    });
  } finally {
    turn.release();
  }
}

interface Recorded {
  readonly observation: Observation;
  readonly record: WriteAheadRecord;
}

async function transmit(
  context: ActionContext,
  { observation, record }: Recorded,
  call: () => Promise<Sent>,
): Promise<Effect> {
  try {
    const { events } = await call();
    return done(withMemory(context, observation, { accepted: record.digest }), { events });
  } catch (error) {
    if (!(error instanceof RemoteError)) {
      throw error;
    }
    return await afterRefusal(context, observation, record, error);
  }
}

/** Writes the record of the credential, and the finalizer, in one patch. */
async function recordSend(context: ActionContext, { input, body, draft }: Sending): Promise<Recorded> {
  const value = credentialText(body.grant);
  const credential: Credential = { value, fingerprint: context.ports.fingerprinter.of(value) };
  const now = context.ports.clock.now();
  const record = nextRecord(input.record, credential, draft, newSalt(context), now);
  const next = await withRecord(context, input, record);
  // What this process remembers is about the send before.
  const memory = { ambiguous: undefined, unprocessed: undefined, refused: undefined, accepted: undefined };
  return { record, observation: withMemory(context, next, { ...memory, clockSetBackAt: undefined }) };
}

async function afterRefusal(
  context: ActionContext,
  observation: Observation,
  record: WriteAheadRecord,
  error: RemoteError,
): Promise<Effect> {
  // A refresh token is replaced when it is used, so only one that never left this machine is sent again.
  if (error.processed === 'no' && (record.kind === 'code' || error.status === undefined)) {
    return {
      observation: await notProcessed(context, observation, record, error),
      outcome: { kind: 'failed', error },
    };
  }
  if (error.class === 'ambiguous') {
    const ambiguous = { digest: record.digest, at: context.ports.clock.now() };
    return { observation: withMemory(context, observation, { ambiguous }), outcome: { kind: 'ambiguous' } };
  }
  if (error.class === 'unauthorized') {
    context.session().invalidate();
  }
  const created = error.processed === 'refused' ? 'no' : 'unknown';
  const refused = { digest: record.digest, message: error.message, created } as const;
  return { observation: withMemory(context, observation, { refused }), outcome: { kind: 'rejected' } };
}

/** The credential is still good. The record says so, so that a restart does not take it for spent. */
async function notProcessed(
  context: ActionContext,
  observation: Observation,
  record: WriteAheadRecord,
  error: Partial<Pick<RemoteError, 'status' | 'retryAfterMs'>>,
): Promise<Observation> {
  const waitMs = Math.max(error.retryAfterMs ?? 0, observation.settings.searchGraceMs);
  const unprocessed = { notBefore: new Date(context.ports.clock.now() + waitMs).toISOString() };
  // Without an answer no byte has left: it does not count as a send.
  const sends = error.status === undefined ? record.sends - 1 : record.sends;
  const remembered = withMemory(context, observation, {
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
