import type { Instance } from '../../openconnectors/port.ts';
import type { RecordedAccount } from '../../ownership/recorded-account.ts';
import {
  type Created,
  fullUntil,
  MAX_SENDS,
  type WriteAheadRecord,
} from '../../ownership/write-ahead-record.ts';
import { isAuthorized } from '../action-log.ts';
import type { RecordMatch } from '../connector-secrets.ts';
import type { ConnectorInput, Observation } from '../input.ts';

/** How far the clock of Open Connectors may be behind ours. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** The write-ahead record of the resource, with its outcome as this process remembers it. */
export function learnedRecord({ storedRecord: record, memory }: Observation): WriteAheadRecord | undefined {
  const { unprocessed } = memory;
  return record !== undefined && unprocessed?.digest === record.digest
    ? { ...record, unprocessed: { notBefore: unprocessed.notBefore }, sends: unprocessed.sends }
    : record;
}

/** The account in which instances of the resource are, or may be. */
export function recordedAccountOf({ connector, storedRecord }: Observation): RecordedAccount | undefined {
  return connector.status?.instance?.account ?? storedRecord?.account;
}

/** When the credential was sent (wall clock). A time in the future counts as the moment at which it was noticed. */
export function sentAt(input: ConnectorInput, at: string): number {
  return past(input, Date.parse(at));
}

function past({ now, memory }: ConnectorInput, time: number): number {
  return time > now ? (memory.clockSetBackAt ?? now) : time;
}

/** When Open Connectors was searched last; a search in the future was made before the clock was set back. */
export function searchedAt(input: ConnectorInput): number {
  const time = input.external.searchedAt ?? 0;
  return time > input.now ? 0 : time;
}

/**
 * From when on (wall clock) a search that finds nothing is reported as absence. A process that stood still right before
 * it sent the call ended it at its deadline, but later than the record tells.
 */
export function settlesAt(input: ConnectorInput, record: WriteAheadRecord): number {
  const { createDeadlineMs, searchGraceMs } = input.settings;
  const deadline = sentAt(input, record.at) + createDeadlineMs;
  const doubted = doubtedAt(input, record);
  const endedAt = doubted === undefined ? deadline : past(input, doubted);
  return Math.max(deadline, endedAt) + searchGraceMs;
}

/** When this process saw the call with the credential of the record end in doubt (wall clock). */
export function doubtedAt({ memory }: ConnectorInput, { digest }: WriteAheadRecord): number | undefined {
  return memory.ambiguous?.digest === digest ? memory.ambiguous.at : undefined;
}

/** Whether this process saw the credential of the record being accepted. */
export function isAcceptedHere({ memory, log }: ConnectorInput, { digest }: WriteAheadRecord): boolean {
  return isAuthorized(log) || memory.accepted === digest;
}

/** Whether status, or this process, says that the credential of the record was accepted. */
export function isAccepted(input: ConnectorInput, record: WriteAheadRecord): boolean {
  const { authorization } = input.connector.status ?? {};
  if (isAcceptedHere(input, record)) {
    return true;
  }
  if (record.operation !== undefined) {
    return authorization?.grant === record.digest;
  }
  // Beside a record of the keyed format status has a time alone, in whole seconds.
  const authorizedAt = Date.parse(authorization?.authorizedAt ?? '');
  return authorizedAt >= Math.floor(Date.parse(record.at) / 1_000) * 1_000;
}

/** Whether the outcome is certain: accepted, refused, not processed, or searched for and absent. */
export function isSettled(input: ConnectorInput, record: WriteAheadRecord): boolean {
  return (
    record.operation === 'reauthorize' ||
    record.unprocessed !== undefined ||
    record.absentAt !== undefined ||
    input.memory.refused?.digest === record.digest ||
    isAccepted(input, record)
  );
}

/** What the credential of the record created. */
export function createdBy(input: ConnectorInput, record: WriteAheadRecord): Created {
  const { refused } = input.memory;
  const isRefused = refused?.digest === record.digest && refused.created === 'no';
  if (record.operation === 'reauthorize' || record.unprocessed !== undefined || isRefused) {
    return 'no';
  }
  return isAccepted(input, record) ? 'one' : 'unknown';
}

interface CreateSend {
  /** Wall clock. */
  readonly sentAt: number;
  readonly created: Created;
}

/** Every send that the record remembers. */
function sendsOf(input: ConnectorInput): CreateSend[] {
  const { record } = input;
  if (record === undefined) {
    return [];
  }
  const current = { at: record.at, created: createdBy(input, record) };
  return [current, ...record.spent].map(({ at, created }) => ({ sentAt: sentAt(input, at), created }));
}

/** Until when (wall clock) Open Connectors may still create an instance for this resource; `undefined`: not any more. */
export function lateUntil(input: ConnectorInput): number | undefined {
  const until = endOfLateCommits(input);
  return until > input.now ? until : undefined;
}

/**
 * Until when (wall clock) an instance of a deleted resource has to be searched for, now at the earliest; `undefined`: a
 * search since the last possible commit found what there is.
 */
export function watchUntil(input: ConnectorInput): number | undefined {
  const until = endOfLateCommits(input);
  return until > searchedAt(input) ? Math.max(until, input.now) : undefined;
}

/** When the last send of unknown outcome can take effect at the latest; minus infinity without one. */
function endOfLateCommits(input: ConnectorInput): number {
  const open = sendsOf(input).filter(({ created }) => created === 'unknown');
  return Math.max(...open.map(({ sentAt: sent }) => sent)) + input.settings.lateCommitWindowMs;
}

/**
 * Whether an instance that is not in use was created by a credential of this resource, and not copied by a user: inside
 * the time of one of its sends that none of the instances `inUse` explains.
 */
export function wasCreatedBySend(
  input: ConnectorInput,
  instance: Instance,
  inUse: readonly Instance[],
): boolean {
  const sends = sendsOf(input).filter(({ created }) => created !== 'no');
  const explained = new Set(inUse.map((used) => originOf(input, sends, used)));
  return sends.some((send) => isWithin(input, send, instance) && !explained.has(send));
}

/** The send that created an instance in use: of those that created one, the nearest in time. */
function originOf(
  input: ConnectorInput,
  sends: readonly CreateSend[],
  used: Instance,
): CreateSend | undefined {
  const time = Date.parse(used.createdAt ?? '');
  const distance = ({ sentAt: sent }: CreateSend): number => Math.abs(time - sent);
  return sends
    .filter((send) => send.created === 'one' && isWithin(input, send, used))
    .sort((a, b) => distance(a) - distance(b))[0];
}

/** Whether an instance was created in the time in which the outcome of `send` can have taken effect. */
function isWithin(
  input: ConnectorInput,
  { sentAt: sent, created }: CreateSend,
  { createdAt = '' }: Instance,
): boolean {
  const { createDeadlineMs, lateCommitWindowMs } = input.settings;
  const lengthMs = created === 'unknown' ? lateCommitWindowMs : createDeadlineMs + CLOCK_SKEW_MS;
  const time = Date.parse(createdAt);
  return time >= sent - CLOCK_SKEW_MS && time <= sent + lengthMs;
}

/** Whether `instance` can be what the record's credential created. */
export function mayBeOf(record: WriteAheadRecord, instance: Instance): boolean {
  return (
    record.operation !== 'create' ||
    instance.createdAt === undefined ||
    Date.parse(instance.createdAt) >= Date.parse(record.at) - CLOCK_SKEW_MS
  );
}

/**
 * Whether `instance` is what the record's credential created or authorized again, and not what an earlier credential
 * created that is nearer in time.
 */
export function isOutcomeOf(input: ConnectorInput, record: WriteAheadRecord, instance: Instance): boolean {
  if (record.operation !== 'create') {
    return true;
  }
  if (isExplained(input, record, instance.id)) {
    return false;
  }
  const current: CreateSend = { sentAt: sentAt(input, record.at), created: 'one' };
  const earlier = record.spent
    .filter(({ created }) => created !== 'no')
    .map(({ at }): CreateSend => ({ sentAt: sentAt(input, at), created: 'one' }));
  const origin = originOf(input, [current, ...earlier], instance);
  return mayBeOf(record, instance) && (origin === undefined || origin === current);
}

/** Whether status says that an earlier credential created the instance. */
function isExplained(
  { connector: { status } }: ConnectorInput,
  { spent }: WriteAheadRecord,
  id: number,
): boolean {
  const grant = status?.authorization?.grant;
  return status?.instance?.id === id && spent.some(({ digest }) => digest === grant);
}

/** Whether a credential can be sent, now or later; where not, why. */
export type Sendability =
  | { readonly kind: 'new' }
  /** It was sent, and provably not processed: it may be sent again from `notBefore` (wall clock) on. */
  | { readonly kind: 'again'; readonly notBefore: number }
  /** It was sent, and is not sent again. */
  | { readonly kind: 'spent' }
  /** No further credential can be recorded before `until` (wall clock; `undefined`: never). */
  | { readonly kind: 'full'; readonly until: number | undefined };

/** Whether a credential that relates to the record by `match` can be sent. */
export function sendability(input: ConnectorInput, match: RecordMatch): Sendability {
  const { record } = input;
  if (!match.wasSent) {
    const full = fullUntil(record, input.now);
    return full === undefined ? { kind: 'new' } : { kind: 'full', until: full.until };
  }
  if (record?.unprocessed === undefined || !match.isCurrent) {
    return { kind: 'spent' };
  }
  const notBefore = Date.parse(record.unprocessed.notBefore);
  const ageMs = Math.max(input.now, notBefore) - sentAt(input, record.firstAt);
  const isTooOld = record.kind === 'code' && ageMs >= input.settings.codeLifetimeMs;
  return isTooOld || record.sends >= MAX_SENDS ? { kind: 'spent' } : { kind: 'again', notBefore };
}
