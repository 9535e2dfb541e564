import type { InfusionsoftConnector } from '../api/connector.ts';
import { oneTimeCodeSecretNameOf } from '../api/defaults.ts';
import { ONE_TIME_CODE_KEY, oneTimeCodeHash, sameHash } from '../authorization/one-time-code.ts';
import { matchesTokenHash } from '../authorization/state-token.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import { decodeValue } from '../secrets/secret-data.ts';
import type { SecretFact } from '../secrets/secret-fact.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { AuditLog } from './audit-log.ts';
import type { NamespacedName } from './connector-name.ts';
import type { Addresses } from './http/addresses.ts';
import { readConsentCookie } from './http/cookies.ts';
import { RefusedError } from './http/request.ts';
import { KeyedLimit } from './limits.ts';
import { SecretLookup } from './lookup.ts';
import { ConsentRecords, parseRecord, type StoredRecord } from './records.ts';
import type { ConsentSource } from './source.ts';

/** What the consent pages depend on. */
export interface ConsentPorts {
  readonly addresses: Addresses;
  /** The name of this cluster on the pages. */
  readonly clusterId: string;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly random: Pick<Random, 'bytes'>;
  /** With a client that every replica may use, not only the leader. */
  readonly secrets: Secrets;
  readonly source: ConsentSource;
  readonly auditLog: AuditLog;
  /** Redacts a value in all logs. */
  readonly register: (value: string) => void;
}

/** A one-time code Secret in the cache: its owners, and the hash of its code. */
interface CodeDigest {
  readonly owners: readonly string[];
  readonly hash: Buffer;
}

/** The dependencies, with the limits and caches that all requests share. */
export interface ConsentContext extends ConsentPorts {
  /** Host of the public URL, which the pages show. */
  readonly host: string;
  readonly codes: SecretLookup<CodeDigest>;
  /** Hashes of the cookies of pending consents. */
  readonly cookies: SecretLookup<string>;
  readonly records: ConsentRecords;
  /** Limits the consents that are started with a valid code, for each connector. */
  readonly startLimiter: KeyedLimit;
}

/** Too many requests; nothing was changed. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}

/** The dependencies with new limits and empty caches. */
export function createContext(ports: ConsentPorts): ConsentContext {
  const { secrets, clock, addresses } = ports;
  return {
    ...ports,
    host: new URL(addresses.origin).host,
    codes: new SecretLookup(secrets, codeDigest, clock),
    cookies: new SecretLookup(secrets, cookieDigest, clock),
    records: new ConsentRecords(secrets),
    startLimiter: new KeyedLimit({ burst: 10, refillMs: 6_000 }, clock),
  };
}

/** The digest of a one-time code Secret; `undefined` where it has no code. */
export function codeDigest(fact: SecretFact): CodeDigest | undefined {
  const encoded = fact.state === 'read' ? fact.data[ONE_TIME_CODE_KEY] : undefined;
  return fact.state === 'read' && encoded !== undefined && encoded !== ''
    ? { owners: fact.owners, hash: oneTimeCodeHash(decodeValue(encoded)) }
    : undefined;
}

function cookieDigest(fact: SecretFact): string | undefined {
  return parseRecord(fact)?.record.cookie;
}

/** Whether `code` is the current code of the connector, from a Secret that this resource owns. Reads the Secret. */
export async function isCurrentCode(
  { secrets }: ConsentPorts,
  { metadata }: InfusionsoftConnector,
  code: string,
  signal: AbortSignal,
): Promise<boolean> {
  const fact = await secrets.read(metadata.namespace, oneTimeCodeSecretNameOf({ metadata }), signal);
  const digest = codeDigest(fact);
  return digest?.owners.includes(metadata.uid) === true && sameHash(digest.hash, oneTimeCodeHash(code));
}

/** A pending consent, with the browser that started it. */
export interface CurrentConsent extends StoredRecord {
  readonly target: NamespacedName;
  /** The whole cookie. */
  readonly cookie: string;
}

/** The pending consent of this browser. Throws `RefusedError`, `BusyError` and `KubeError`. */
export async function currentConsent(
  context: ConsentContext,
  headers: Headers,
  signal: AbortSignal,
): Promise<CurrentConsent> {
  const cookie = readConsentCookie(headers);
  if (cookie === undefined || !context.source.isServed(cookie.target)) {
    throw new RefusedError('refused-cookie');
  }
  const { target, value } = cookie;
  await requireKnownCookie(context, target, value, signal);
  const stored = await context.records.read(target, signal);
  if (stored === undefined || !matchesTokenHash(stored.record.cookie, value)) {
    throw new RefusedError('refused-used');
  }
  if (context.clock.now() >= stored.record.expiresAt) {
    throw new RefusedError('refused-late');
  }
  context.register(value);
  return { ...stored, target, cookie: value };
}

async function requireKnownCookie(
  { cookies, records }: ConsentContext,
  target: NamespacedName,
  value: string,
  signal: AbortSignal,
): Promise<void> {
  const secretName = records.nameFor(target);
  const found = await cookies.find(
    target.namespace,
    secretName,
    (hash) => matchesTokenHash(hash, value),
    signal,
  );
  if (found.state === 'busy') {
    throw new BusyError();
  }
  if (found.state === 'missing') {
    throw new RefusedError('refused-cookie');
  }
}
