import { createHash } from 'node:crypto';
import { z } from 'zod';

/** How many credentials one record remembers, the current one included. */
export const MAX_REMEMBERED = 64;

/** How long the digest of a code is kept. A code lives for minutes; only a mistake brings an old one back. */
const CODE_MEMORY_MS = 24 * 60 * 60_000;

/** How often one code is sent at most, where each answer but the last proved that it was not processed. */
export const MAX_SENDS = 3;

const digestSchema = z.string().min(1).max(128);
const kindSchema = z.enum(['code', 'refresh-token']);

const accountSchema = z.object({
  uid: z.string().max(128),
  baseUrl: z.string().max(2_048),
  organizationId: z.string().max(256),
});

const createdSchema = z.enum(['no', 'one', 'unknown']);

const sentSchema = z.object({
  digest: digestSchema,
  at: z.iso.datetime(),
  kind: kindSchema,
  created: createdSchema,
});

const recordSchema = z.object({
  /** Empty where a record of the keyed format was written again. */
  salt: z.string().max(64),
  digest: digestSchema,
  at: z.iso.datetime(),
  kind: kindSchema,
  operation: z.enum(['create', 'reauthorize']).optional(),
  account: accountSchema.optional(),
  client: z.string().max(128).optional(),
  changesClient: z.literal(true).optional(),
  reauthorizeAt: z.string().max(256).optional(),
  firstAt: z.iso.datetime(),
  sends: z.int().min(0).max(MAX_SENDS),
  unprocessed: z.object({ notBefore: z.iso.datetime() }).optional(),
  absentAt: z.iso.datetime().optional(),
  // Read by the release before, which must not send the credential again after a downgrade.
  credential: z.string().max(128).optional(),
  earlier: z
    .array(sentSchema)
    .max(MAX_REMEMBERED - 1)
    .default([]),
});

/** The format before salted digests: keyed hashes, and neither kind nor account. */
const keyedSchema = z.object({
  credential: digestSchema,
  at: z.iso.datetime(),
  client: z.string().max(128).optional(),
  spent: z.array(digestSchema).max(10).default([]),
});

/** A credential that was sent before the current one. */
export interface SentCredential {
  readonly digest: string;
  /** When its record was written, RFC 3339. */
  readonly at: string;
  readonly kind: 'code' | 'refresh-token';
  readonly created: Created;
}

/**
 * What a credential created. `unknown`: it was sent to create an instance and its outcome never became known, so that an
 * instance may still appear.
 */
export type Created = z.infer<typeof createdSchema>;

/** The account that a credential was sent to. */
export type RecordedPlace = z.infer<typeof accountSchema>;

/**
 * The write-ahead record of a credential (code or refresh token) that is about to be sent. It is written to the resource
 * before the credential leaves, because Open Connectors has no idempotency key: a process that finds it after a crash
 * concludes that an instance may exist, and that this credential must not be sent again.
 */
export interface WriteAheadRecord {
  /** Random text; empty in a record of the keyed format. */
  readonly salt: string;
  /** Salted SHA-256 of the credential, or its keyed hash in a record of the keyed format. */
  readonly digest: string;
  /** When it was written last, RFC 3339. */
  readonly at: string;
  readonly kind: 'code' | 'refresh-token';
  /** What the credential was sent for. Absent in the keyed format. */
  readonly operation?: 'create' | 'reauthorize' | undefined;
  readonly account?: RecordedPlace | undefined;
  /** Fingerprint of the OAuth client that the credential belongs to. */
  readonly client?: string | undefined;
  /** Before this credential the instance was authorized for another client. */
  readonly changesClient?: true | undefined;
  /** The value of the annotation `reauthorize-at` that this credential answers. */
  readonly reauthorizeAt?: string | undefined;
  /** When this credential was recorded for the first time, RFC 3339. */
  readonly firstAt: string;
  /** How often it may have left this machine. */
  readonly sends: number;
  /** The latest send provably was not processed; it may be repeated from `notBefore` (RFC 3339) on. */
  readonly unprocessed?: { readonly notBefore: string } | undefined;
  /** When a search that could prove it found no instance of this credential, RFC 3339. */
  readonly absentAt?: string | undefined;
  /** Keyed hash of the credential, for the release before, which compares no other. */
  readonly credential?: string | undefined;
  /** Credentials that were sent before, newest first. */
  readonly spent: readonly SentCredential[];
}

/** Reads the annotation. `undefined` where it is absent or unreadable. */
export function parseRecord(annotation: string | undefined): WriteAheadRecord | undefined {
  if (annotation === undefined) {
    return undefined;
  }
  const json = jsonOf(annotation);
  const record = recordSchema.safeParse(json);
  if (record.success) {
    const { earlier, ...rest } = record.data;
    return { ...rest, spent: earlier };
  }
  const keyed = keyedSchema.safeParse(json);
  return keyed.success ? fromKeyed(keyed.data) : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A user put something else there. The inventory still finds every instance by its tags.
    return undefined;
  }
}

/** Kinds were not recorded then, so all its credentials are kept like refresh tokens. */
function fromKeyed({ credential, at, client, spent }: z.infer<typeof keyedSchema>): WriteAheadRecord {
  const kind = 'refresh-token';
  return {
    salt: '',
    digest: credential,
    at,
    kind,
    client,
    firstAt: at,
    sends: 1,
    spent: spent.map((digest) => ({ digest, at, kind, created: 'no' })),
  };
}

/** The annotation's text. */
export function formatRecord(record: WriteAheadRecord): string {
  const { spent, ...rest } = record;
  return JSON.stringify({ ...rest, earlier: spent });
}

/** Salted SHA-256 of a credential, base64url. Credentials are random, so that a hash without a key suffices. */
export function digestOf(salt: string, credential: string): string {
  return createHash('sha256').update(`${salt}\0${credential}`).digest('base64url');
}

/** Whether a digest is a keyed hash (`<key id>:<hash>`), as records held before. */
export function isKeyed(digest: string): boolean {
  return digest.includes(':');
}

/** The id of the key of a keyed hash. */
function keyIdOf(fingerprint: string): string {
  return fingerprint.slice(0, fingerprint.indexOf(':'));
}

/** Compares one credential with the digests of a record. `fingerprint` is the keyed hash of the credential. */
export interface Credential {
  readonly value: string;
  readonly fingerprint: string;
}

/** Whether `digest` of `record` is of this credential. */
function matches(record: WriteAheadRecord, digest: string, credential: Credential): boolean {
  return isKeyed(digest)
    ? digest === credential.fingerprint
    : record.salt !== '' && digest === digestOf(record.salt, credential.value);
}

/** Whether the record is about this credential. */
export function isCurrent(record: WriteAheadRecord | undefined, credential: Credential): boolean {
  return record !== undefined && matches(record, record.digest, credential);
}

/** Whether this credential was ever recorded as sent. */
export function wasSent(record: WriteAheadRecord | undefined, credential: Credential): boolean {
  return (
    record !== undefined &&
    [record.digest, ...record.spent.map(({ digest }) => digest)].some((digest) =>
      matches(record, digest, credential),
    )
  );
}

/**
 * Whether the record's current digest was hashed with a key that is lost, so that nothing can be compared with it. The
 * first credential seen then counts as the one that was sent.
 */
export function isUnreadable(record: WriteAheadRecord | undefined, credential: Credential): boolean {
  return (
    record !== undefined &&
    isKeyed(record.digest) &&
    keyIdOf(record.digest) !== keyIdOf(credential.fingerprint)
  );
}

/** What is about to be sent, for `nextRecord`. */
export interface RecordDraft {
  readonly kind: 'code' | 'refresh-token';
  readonly operation: 'create' | 'reauthorize';
  readonly account: RecordedPlace;
  readonly client: string | undefined;
  readonly changesClient?: true | undefined;
  readonly reauthorizeAt: string | undefined;
  /** What the previous credential created. */
  readonly previousCreated: Created;
}

/** The record for sending `credential` now. `salt` is used where the previous record has none. */
export function nextRecord(
  previous: WriteAheadRecord | undefined,
  credential: Credential,
  draft: RecordDraft,
  salt: string,
  now: number,
): WriteAheadRecord {
  const { previousCreated, ...rest } = draft;
  const kept = previous?.salt === '' || previous === undefined ? salt : previous.salt;
  const at = new Date(now).toISOString();
  const isRepeated = isCurrent(previous, credential);
  return {
    ...rest,
    salt: kept,
    digest: digestOf(kept, credential.value),
    credential: credential.fingerprint,
    at,
    firstAt: isRepeated && previous !== undefined ? previous.firstAt : at,
    sends: isRepeated && previous !== undefined ? previous.sends + 1 : 1,
    spent: remembered(previous, isRepeated ? undefined : previousCreated, now),
  };
}

/** The credentials to remember beside a new one. `previousCreated`: absent where the current one is sent again. */
function remembered(
  previous: WriteAheadRecord | undefined,
  previousCreated: Created | undefined,
  now: number,
): SentCredential[] {
  if (previous === undefined) {
    return [];
  }
  const { digest, at, kind } = previous;
  const current = previousCreated === undefined ? [] : [{ digest, at, kind, created: previousCreated }];
  return [...current, ...previous.spent].filter(
    (sent) => sent.kind === 'refresh-token' || now - Date.parse(sent.at) < CODE_MEMORY_MS,
  );
}

/** Whether no further credential can be recorded now, and until when (wall clock; `undefined`: for ever). */
export function fullUntil(
  record: WriteAheadRecord | undefined,
  now: number,
): { readonly until: number | undefined } | undefined {
  const sent = remembered(record, 'no', now);
  if (sent.length < MAX_REMEMBERED) {
    return undefined;
  }
  const codes = sent.filter(({ kind }) => kind === 'code').map(({ at }) => Date.parse(at));
  return { until: codes.length === 0 ? undefined : Math.min(...codes) + CODE_MEMORY_MS };
}

/** The record after a search that could prove it found no instance of its credential at `at`, milliseconds. */
export function absent(record: WriteAheadRecord, at: number): WriteAheadRecord {
  return { ...record, absentAt: new Date(at).toISOString() };
}

/** Counts a credential that cannot be compared with a lost key's hash as the one that was sent. */
export function adopted(
  record: WriteAheadRecord,
  credential: Credential,
  kind: 'code' | 'refresh-token',
  salt: string,
): WriteAheadRecord {
  const own = keyIdOf(credential.fingerprint);
  return {
    ...record,
    salt,
    digest: digestOf(salt, credential.value),
    credential: credential.fingerprint,
    kind,
    spent: record.spent.filter(({ digest }) => !isKeyed(digest) || keyIdOf(digest) === own),
  };
}
