import { createHash } from 'node:crypto';

/** A short, one-way name of a secret (16 hex digits of its SHA-256), by which a test can tell secrets apart. */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 16);
}
