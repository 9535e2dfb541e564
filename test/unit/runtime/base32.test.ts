import { describe, expect, it } from 'vitest';
import { encodeBase32 } from '../../../src/runtime/base32.ts';

const RFC_4648 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

describe('encodeBase32', () => {
  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('encodes "%s" of RFC 4648, section 10, as "%s"', (text, encoded) => {
    expect(encodeBase32(Buffer.from(text), RFC_4648)).toBe(encoded);
  });
});
