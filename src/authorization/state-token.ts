import { createHash } from 'node:crypto';
import type { Random } from '../runtime/random.ts';

export const TOKEN_BYTES = 32;

export const TOKEN_PATTERN = /^[\w-]{43}$/;

/** A random text of 256 bits, in characters that may stand in a cookie and in a URL. */
export function newToken(random: Pick<Random, 'bytes'>): string {
  return random.bytes(TOKEN_BYTES).toString('base64url');
}

/** The hash that a record keeps of a cookie or a state. */
export function tokenHash(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}

/** How long a person has from the code to the answer of the provider, milliseconds. */
export const CONSENT_TTL_MS = 15 * 60_000;
