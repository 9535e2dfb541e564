import { z } from 'zod';

/** A write-ahead record as it is stored now, as far as the earlier form has it. */
const recordSchema = z.object({
  digest: z.string(),
  at: z.string(),
  client: z.string().optional(),
  credential: z.string().optional(),
  earlier: z.array(z.object({ digest: z.string(), created: z.string() })).default([]),
});

/** The most credentials before the current one that the earlier form held. */
const MOST_SPENT = 10;

/** Fields of the status that the release before does not write. */
const NEW_STATUS: readonly (readonly string[])[] = [
  ['authorization', 'grant'],
  ['binding', 'fingerprint'],
  ['binding', 'resourceVersion'],
  ['instance', 'disabledAt'],
  ['replacing', 'until'],
  ['events'],
  ['importId'],
  ['lastHandledSwitchAt'],
  ['plan'],
  ['removing'],
];

/** The key of the connection Secret that the release before does not write. */
export const NEW_KEY = 'element';

/**
 * Keyed hashes by digest. A record holds both of its current credential alone, so that each has to be seen when it is
 * stored.
 */
export type KeyedHashes = Map<string, string>;

/** Remembers the keyed hash of the current credential of a record. */
export function learnKeyedHash(hashes: KeyedHashes, annotation: string | undefined): void {
  const record = recordOf(annotation);
  if (record?.credential !== undefined) {
    hashes.set(record.digest, record.credential);
  }
}

/**
 * The record as the release before wrote it: keyed hashes, and neither kind, operation nor account. `undefined` without a
 * record, and where it has that form already.
 */
export function earlierRecord(hashes: KeyedHashes, annotation: string | undefined): string | undefined {
  const record = recordOf(annotation);
  if (record === undefined) {
    return undefined;
  }
  const { digest, at, client, earlier } = record;
  const spent = earlier.slice(0, MOST_SPENT).map((one) => keyed(hashes, one.digest));
  return JSON.stringify({ credential: keyed(hashes, digest), at, client, spent });
}

/** A merge patch of the status that removes what the release before does not write; `undefined` without such a field. */
export function earlierStatus(status: Readonly<Record<string, unknown>>): object | undefined {
  const patches = NEW_STATUS.filter((path) => has(status, path)).map(removalOf);
  return patches.length === 0 ? undefined : patches.reduce(merged);
}

/**
 * Whether the earlier form loses what an outcome depends on. It had no `status.next`, and of the credentials before the
 * current one it held the hashes alone: an instance that a lost one of them still creates is not found by it.
 */
export function losesOutcome(
  status: Readonly<Record<string, unknown>>,
  annotation: string | undefined,
): boolean {
  const isUnknown = recordOf(annotation)?.earlier.some(({ created }) => created === 'unknown') === true;
  return 'next' in status || isUnknown;
}

function recordOf(annotation: string | undefined): z.infer<typeof recordSchema> | undefined {
  return annotation === undefined ? undefined : recordSchema.safeParse(JSON.parse(annotation)).data;
}

/** Digests of the earlier form are keyed hashes themselves. */
function keyed(hashes: KeyedHashes, digest: string): string {
  const hash = digest.includes(':') ? digest : hashes.get(digest);
  if (hash === undefined) {
    throw new Error(`no keyed hash is known for the digest ${digest}`);
  }
  return hash;
}

function has(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) {
    return true;
  }
  return typeof value === 'object' && value !== null && name in value
    ? has(Object.entries(value).find(([key]) => key === name)?.[1], rest)
    : false;
}

/** A merge patch. */
type Removal = Readonly<Record<string, object | null>>;

function removalOf([name = '', ...rest]: readonly string[]): Removal {
  return { [name]: rest.length === 0 ? null : removalOf(rest) };
}

function merged(left: Removal, right: Removal): Removal {
  const all = new Map(Object.entries(left));
  for (const [key, value] of Object.entries(right)) {
    all.set(key, value && { ...all.get(key), ...value });
  }
  return Object.fromEntries(all);
}
