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

/** What the consent pages work with. */
export interface ConsentPorts {
  readonly addresses: Addresses;
  /** What the pages call this cluster. */
  readonly clusterId: string;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly random: Pick<Random, 'bytes'>;
  /** With a client that any replica may use. */
  readonly secrets: Secrets;
  readonly source: ConsentSource;
  readonly auditLog: AuditLog;
  /** Keeps a value from ever being logged. */
  readonly register: (value: string) => void;
}

/** The one-time code Secret as it is kept in memory: whose it is, and the hash of its code. */
interface CodeDigest {
  readonly owners: readonly string[];
  readonly hash: Buffer;
}

/** Answers requests with the limits and the memory that they share. */
export interface ConsentContext extends ConsentPorts {
  /** Host of the public address, as the pages show it. */
  readonly host: string;
  readonly codeLimiter: SecretLookup<CodeDigest>;
  /** Hashes of the cookies of consents in progress. */
  readonly cookies: SecretLookup<string>;
  readonly records: ConsentRecords;
  /** Consents begun with a right code, for each connector. */
  readonly startLimiter: KeyedLimit;
}

/** Too much at once; nothing was used up. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}

/** The ports with fresh limits and an empty memory. */
export function createContext(ports: ConsentPorts): ConsentContext {
  const { secrets, clock, addresses } = ports;
  return {
    ...ports,
    host: new URL(addresses.origin).host,
    codeLimiter: new SecretLookup(secrets, codeDigest, clock),
    cookies: new SecretLookup(secrets, cookieDigest, clock),
    records: new ConsentRecords(secrets),
    startLimiter: new KeyedLimit({ burst: 10, refillMs: 6_000 }, clock),
  };
}

/** What a one-time code Secret says; `undefined` where it holds no code. */
export function codeDigest(fact: SecretFact): CodeDigest | undefined {
  const encoded = fact.state === 'read' ? fact.data[ONE_TIME_CODE_KEY] : undefined;
  return fact.state === 'read' && encoded !== undefined && encoded !== ''
    ? { owners: fact.owners, hash: oneTimeCodeHash(decodeValue(encoded)) }
    : undefined;
}

function cookieDigest(fact: SecretFact): string | undefined {
  return parseRecord(fact)?.record.cookie;
}

/** Whether `code` is the code of the connector as it stands in the cluster now, made for this very resource. */
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

/** A consent in progress, with the browser that began it. */
export interface CurrentConsent extends StoredRecord {
  readonly target: NamespacedName;
  /** The whole cookie. */
  readonly cookie: string;
}

/** The consent that this browser has begun, still open. Throws `RefusedError`, `BusyError` and `KubeError`. */
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
