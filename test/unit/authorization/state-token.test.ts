import { describe, expect, it } from 'vitest';
import {
  matchesTokenHash,
  newToken,
  TOKEN_PATTERN,
  tokenHash,
} from '../../../src/authorization/state-token.ts';
import { seededRandom } from '../../support/seeded-random.ts';

describe('a token', () => {
  it('has 256 random bits, in characters of a cookie', () => {
    const asked: number[] = [];
    const token = newToken({
      bytes: (length) => {
        asked.push(length);
        return Buffer.alloc(length, 0xfb);
      },
    });
    expect(asked).toEqual([32]);
    expect(token).toMatch(TOKEN_PATTERN);
    expect(Buffer.from(token, 'base64url')).toEqual(Buffer.alloc(32, 0xfb));
  });

  it.each(['x'.repeat(42), 'x'.repeat(44), `${'x'.repeat(42)}=`, `${'x'.repeat(43)}\n`])(
    'has no other form: %#',
    (text) => {
      expect(text).not.toMatch(TOKEN_PATTERN);
    },
  );

  it('matches its own hash alone', () => {
    const random = seededRandom(1);
    const [mine, other] = [newToken(random), newToken(random)];
    expect(matchesTokenHash(tokenHash(mine), mine)).toBe(true);
    expect(matchesTokenHash(tokenHash(mine), other)).toBe(false);
    expect(matchesTokenHash('', mine)).toBe(false);
    expect(matchesTokenHash(tokenHash(mine).slice(0, 8), mine)).toBe(false);
  });
});
