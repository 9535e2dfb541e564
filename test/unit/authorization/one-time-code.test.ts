import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { newOneTimeCode, oneTimeCodeHash, sameHash } from '../../../src/authorization/one-time-code.ts';

const code = (bytes: Uint8Array): string => newOneTimeCode({ bytes: () => Buffer.from(bytes) });
const sixteenBytes = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('a one-time code', () => {
  test('has unambiguous letters and digits, in groups', () => {
    fc.assert(
      fc.property(sixteenBytes, (bytes) => {
        expect(code(bytes)).toMatch(
          /^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}-[0-9A-HJKMNP-TV-Z]{6}$/,
        );
      }),
    );
  });

  test('contains 128 random bits', () => {
    fc.assert(
      fc.property(sixteenBytes, sixteenBytes, (left, right) => {
        expect(code(left) === code(right)).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)) === 0);
      }),
    );
    expect(code(new Uint8Array(16).fill(255))).toBe('ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZW');
  });

  test('uses 16 bytes of strong randomness', () => {
    const bytes = vi.fn((length: number) => Buffer.alloc(length));
    newOneTimeCode({ bytes });
    expect(bytes.mock.calls).toEqual([[16]]);
  });

  test('has the same hash however it is typed, and only then', () => {
    fc.assert(
      fc.property(sixteenBytes, sixteenBytes, (bytes, others) => {
        const right = code(bytes);
        const typed = ` ${right.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}`;
        expect(sameHash(oneTimeCodeHash(typed), oneTimeCodeHash(right))).toBe(true);
        const other = code(others);
        expect(sameHash(oneTimeCodeHash(other), oneTimeCodeHash(right))).toBe(other === right);
      }),
    );
  });
});
