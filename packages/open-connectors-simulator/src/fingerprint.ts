import { createHash } from 'node:crypto';

/** The first 16 hex digits of the SHA-256 of a secret, to compare secrets in tests. */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 16);
}
