import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../runtime/random.ts';

/** Crockford's base 32: no letter that is taken for another one, or for a digit. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const BYTES = 16;

/** 128 bits take 26 letters of 5 bits. */
const LETTERS = 26;

/** Key of the code in the one-time code Secret. */
export const ONE_TIME_CODE_KEY = 'code';

/** A new code of 128 random bits, in groups that a person can read aloud: `7ZK4M-...`. */
export function newOneTimeCode(random: Pick<Random, 'bytes'>): string {
  let bits = BigInt(`0x${random.bytes(BYTES).toString('hex')}`);
  let letters = '';
  for (let count = 0; count < LETTERS; count += 1) {
    letters = `${ALPHABET[Number(bits & 31n)]}${letters}`;
    bits >>= 5n;
  }
  return letters.replace(/^(.{5})(.{5})(.{5})(.{5})/, '$1-$2-$3-$4-');
}

/** What a code is compared by: its hash, whatever was typed for dashes, spaces, case and look-alikes. */
export function oneTimeCodeHash(code: string): Buffer {
  const plain = code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return createHash('sha256').update(plain).digest();
}

/** Whether two hashes are equal, in a time that does not tell where they differ. */
export function sameHash(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
