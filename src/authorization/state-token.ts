import { createHash } from 'node:crypto';
import type { Random } from '../runtime/random.ts';
import { sameHash } from './one-time-code.ts';

const TOKEN_BYTES = 32;

export const TOKEN_PATTERN = /^[\w-]{43}$/;

/** A random text of 256 bits, in characters that a cookie and a URL may contain. */
export function newToken(random: Pick<Random, 'bytes'>): string {
  return random.bytes(TOKEN_BYTES).toString('base64url');
}

/** The hash that a record keeps of a cookie or a state, in base64. */
export function tokenHash(value: string): string {
  return hashOf(value).toString('base64');
}

/** Whether `hash` is the `tokenHash` of `value`, compared in constant time. */
export function matchesTokenHash(hash: string, value: string): boolean {
  return sameHash(Buffer.from(hash, 'base64'), hashOf(value));
}

function hashOf(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}

/** The time from the one-time code to the authorization response, milliseconds. */
export const CONSENT_TTL_MS = 15 * 60_000;
