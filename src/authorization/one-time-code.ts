import { createHash, timingSafeEqual } from 'node:crypto';
import { encodeBase32 } from '../runtime/base32.ts';
import type { Random } from '../runtime/random.ts';

/** Crockford's base 32, which omits letters that look like digits. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const BYTES = 16;

/** Key of the code in the one-time code Secret. */
export const ONE_TIME_CODE_KEY = 'code';

/** A new code of 128 random bits, in groups: `7ZK4M-...`. */
export function newOneTimeCode(random: Pick<Random, 'bytes'>): string {
  return encodeBase32(random.bytes(BYTES), ALPHABET).replace(/^(.{5})(.{5})(.{5})(.{5})/, '$1-$2-$3-$4-');
}

/** The hash of a code. Dashes, spaces, case and look-alike letters do not change it. */
export function oneTimeCodeHash(code: string): Buffer {
  const plain = code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return createHash('sha256').update(plain).digest();
}

/** Whether two hashes are equal, compared in constant time. */
export function sameHash(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
