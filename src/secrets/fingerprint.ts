import { createHash, createHmac, createSecretKey } from 'node:crypto';

/**
 * Keyed hashes of Secret values (HMAC-SHA-256) for status and annotations. Without the key, which is in a Secret of the
 * operator's namespace, guesses cannot be tested against a hash.
 */
export interface Fingerprinter {
  /** `<8 characters of the key's id>:<32 characters>`, both lower-case hex. */
  of(value: string): string;
}

/** Whether two fingerprints are of one key. Those of different keys cannot be compared. */
export function sameKey(a: string, b: string): boolean {
  return a.split(':')[0] === b.split(':')[0];
}

/** A `Fingerprinter` for one key; `key` has at least 32 random bytes. */
export function createFingerprinter(key: Buffer): Fingerprinter {
  const keyId = createHash('sha256').update('fingerprint key id').update(key).digest('hex').slice(0, 8);
  // Prepared once: preparing the key costs six times the hash of a short value.
  const prepared = createSecretKey(key);
  return {
    of: (value) => `${keyId}:${createHmac('sha256', prepared).update(value).digest('hex').slice(0, 32)}`,
  };
}
