import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_MEMORY } from '../../../../src/connector/input.ts';
import { ConnectorMemory } from '../../../../src/connector/memory.ts';
import { backoffMs } from '../../../../src/reconciler/backoff.ts';
import { decodeText } from '../../../../src/secrets/decode.ts';
import { createFingerprinter } from '../../../../src/secrets/fingerprint.ts';
import { fingerprinter } from '../../../support/builders/fingerprints.ts';

describe('a fingerprint', () => {
  test('is the same for the same value and key, and only then', () => {
    const other = createFingerprinter(Buffer.alloc(32, 8));
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, another) => {
        expect(fingerprinter.of(one) === fingerprinter.of(another)).toBe(one === another);
        expect(other.of(one)).not.toBe(fingerprinter.of(one));
      }),
    );
  });

  test('says which key it was made with, and shows nothing else', () => {
    const other = createFingerprinter(Buffer.alloc(32, 8));
    const made = fingerprinter.of('secret');
    expect(made).toMatch(/^[0-9a-f]{8}:[0-9a-f]{32}$/);
    expect(other.of('secret').slice(0, 8)).not.toBe(made.slice(0, 8));
    expect(other.of('secret').slice(9)).not.toBe(made.slice(9));
  });
});

describe('a backoff', () => {
  const counts = fc.integer({ min: 1, max: 1_000_000 });
  const fractions = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

  test('is at least a second, at most ten minutes, and never below what the remote side asks', () => {
    fc.assert(
      fc.property(
        counts,
        fractions,
        fc.option(fc.integer({ min: 0, max: 3_600_000 })),
        (count, fraction, ask) => {
          const delay = backoffMs(count, fraction, ask ?? undefined);
          expect(delay).toBeGreaterThanOrEqual(Math.max(1_000, ask ?? 0));
          expect(delay).toBeLessThanOrEqual(Math.max(600_000, ask ?? 0));
        },
      ),
    );
  });

  test('grows with the count, whatever the dice say', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fractions, (count, fraction) => {
        expect(backoffMs(count + 1, 0)).toBeGreaterThanOrEqual(backoffMs(count, fraction));
      }),
    );
  });

  test('doubles', () => {
    expect([1, 2, 3, 4, 10, 11].map((count) => backoffMs(count, 0))).toEqual([
      1_000, 2_000, 4_000, 8_000, 300_000, 300_000,
    ]);
  });
});

describe('a value of a Secret', () => {
  const encode = (text: string | Buffer): string => Buffer.from(text).toString('base64');
  test.each([
    ['plain', 'value', 'value'],
    ['with the newline that echo leaves', 'value\n', 'value'],
    ['with the newline of Windows', 'value\r\n', 'value'],
    ['with spaces inside', 'two words', 'two words'],
    ['of other letters', 'Schlüssel', 'Schlüssel'],
    ['as long as may be', 'x'.repeat(8_192), 'x'.repeat(8_192)],
  ])('%s is taken', (_what, text, taken) => {
    expect(decodeText(encode(text))).toEqual({ text: taken });
  });

  test.each([
    ['nothing', '', 'is empty'],
    ['a newline alone', '\n', 'is empty'],
    ['spaces alone', '   ', 'is empty'],
    ['a space before', ' value', 'starts or ends with white space'],
    ['two newlines', 'value\n\n', 'starts or ends with white space'],
    ['a byte order mark', '\ufeffvalue', undefined],
    ['two lines', 'a\nb', 'several lines'],
    ['a zero byte', 'a\u0000b', 'control characters'],
    ['too much', 'x'.repeat(8_193), 'is longer than 8192 characters'],
    ['the mask of the remote side', '********', 'is the mask'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x41]), 'is not text'],
  ])('%s is refused', (_what, text, why) => {
    const decoded = decodeText(encode(text));
    if (why === undefined) {
      expect(decoded).toEqual({ text: 'value' });
    } else {
      expect('why' in decoded ? decoded.why : '').toContain(why);
    }
  });

  test('is never shown in the reason why it is refused', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), (text) => {
        const decoded = decodeText(encode(`\n${text} `));
        expect('why' in decoded && decoded.why.includes(text)).toBe(false);
      }),
    );
  });
});

describe('the memory of a process', () => {
  test('keeps the value by uid, apart from the digest, and drops both together', () => {
    const memory = new ConnectorMemory();
    memory.remember('a', { ...NO_MEMORY, accepted: 'x' });
    memory.rememberInputHash('a', 'w');
    memory.remember('a', { ...NO_MEMORY, accepted: 'y' });
    expect([memory.recall('a').accepted, memory.inputHash('a')]).toEqual(['y', 'w']);
    expect([memory.recall('b'), memory.inputHash('b')]).toEqual([NO_MEMORY, undefined]);
    memory.forget('a');
    expect([memory.recall('a'), memory.inputHash('a')]).toEqual([NO_MEMORY, undefined]);
  });
});
