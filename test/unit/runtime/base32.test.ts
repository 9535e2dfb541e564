import { describe, expect, it } from 'vitest';
import { encodeBase32 } from '../../../src/runtime/base32.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

describe('encodeBase32', () => {
  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('encodes the test vector "%s" of RFC 4648 without padding', (text, expected) => {
    expect(encodeBase32(Buffer.from(text), ALPHABET)).toBe(expected);
  });
});
