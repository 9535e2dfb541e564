import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createScrubber, MASK, SHORTEST_MASKED } from '../../../src/secrets/redaction.ts';

/** Texts as long as a secret has to be, that do not overlap the mask itself. */
const secretText = fc
  .oneof(
    fc.string({ minLength: SHORTEST_MASKED, maxLength: 80 }),
    fc.string({ minLength: SHORTEST_MASKED, maxLength: 40, unit: 'binary' }),
    fc.base64String({ minLength: 8, maxLength: 64 }),
  )
  .filter(
    (secret) => secret.trim().length >= SHORTEST_MASKED && !/[[\]]/.test(secret) && !MASK.includes(secret),
  );

const anyText = fc.string({ maxLength: 60, unit: 'binary' });

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** How a secret may be written, each with the text that must not survive. */
const encodings: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  'JSON text': (secret) => JSON.stringify({ secret }),
  'JSON text in a JSON text': (secret) => JSON.stringify(JSON.stringify([secret])),
  base64,
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  'a query parameter': (secret) => encodeURIComponent(secret),
  'a query parameter with lower-case digits': (secret) =>
    encodeURIComponent(secret).replace(/%../g, (digits) => digits.toLowerCase()),
  'a form body': (secret) => new URLSearchParams({ secret }).toString().slice('secret='.length),
};

describe('no secret survives', () => {
  test.each(Object.entries(encodings))('as %s, wherever it stands', (_name, encode) => {
    fc.assert(
      fc.property(
        fc.array(secretText, { minLength: 1, maxLength: 5 }),
        anyText,
        anyText,
        (secrets, before, after) => {
          const scrubber = createScrubber();
          for (const secret of secrets) {
            scrubber.register(secret);
          }
          const text = secrets.map((secret) => before + encode(secret)).join('') + after;
          const scrubbed = scrubber.scrub(text);
          for (const secret of secrets) {
            expect(scrubbed).not.toContain(encode(secret).replace(/^\[?\\?"?|"?\\?\]?$/g, ''));
          }
          expect(scrubbed).toContain(MASK);
        },
      ),
    );
  });

  test('within a longer text in base64, at each of its three places', () => {
    fc.assert(
      fc.property(
        secretText,
        fc.string({ maxLength: 9 }),
        fc.string({ maxLength: 9 }),
        (secret, before, after) => {
          const scrubber = createScrubber();
          scrubber.register(secret);
          const whole = base64(before + secret + after);
          const scrubbed = scrubber.scrub(whole);
          const start = Math.ceil((Buffer.byteLength(before) * 8) / 6);
          const end = Math.floor((Buffer.byteLength(before + secret) * 8) / 6);
          expect(scrubbed).not.toContain(whole.slice(start, end));
          expect(scrubbed).toContain(MASK);
        },
      ),
    );
  });

  test('where secrets overlap one mask covers all of them', () => {
    const scrubber = createScrubber();
    for (const secret of ['abcdefgh', 'efghijkl', 'cdefgh', 'zzzzzz']) {
      scrubber.register(secret);
    }
    expect(scrubber.scrub('1 abcdefghijkl 2 zzzzzz 3')).toBe(`1 ${MASK} 2 ${MASK} 3`);
    expect(scrubber.scrub('zzzzzzz')).toBe(MASK);
  });

  test('a secret from a file is masked with and without its newline', () => {
    const scrubber = createScrubber();
    scrubber.register('from-a-file\n');
    expect(scrubber.scrub('token from-a-file, and again from-a-file')).toBe(
      `token ${MASK}, and again ${MASK}`,
    );
  });
});

describe('ordinary text stays', () => {
  test('as it is when it holds no secret', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uuid(), { maxLength: 20 }),
        fc.string({ unit: 'grapheme-ascii' }),
        (secrets, text) => {
          const scrubber = createScrubber();
          for (const secret of secrets) {
            scrubber.register(secret);
          }
          expect(scrubber.scrub(text)).toBe(text);
        },
      ),
    );
  });

  test('values too short to be credentials are not masked, nor is the mask itself', () => {
    const scrubber = createScrubber();
    for (const value of ['', 'true', 'full', '12345', 'redacted', MASK]) {
      scrubber.register(value);
      scrubber.hold(value);
    }
    expect(scrubber.scrub(`true full 12345 ${MASK}`)).toBe(`true full 12345 ${MASK}`);
  });
});

describe('memory', () => {
  test('only the latest values are known, and each use makes a value one of the latest', () => {
    const scrubber = createScrubber(2);
    for (const value of ['first-value', 'second-value', 'first-value', 'third-value']) {
      scrubber.register(value);
    }
    expect(scrubber.scrub('first-value second-value third-value')).toBe(`${MASK} second-value ${MASK}`);
  });

  test('a held value stays known until its last holder lets go, and then is one of the latest', () => {
    const scrubber = createScrubber(1);
    const releases = [scrubber.hold('held-value'), scrubber.hold('held-value')];
    scrubber.register('other-value-1');
    scrubber.register('held-value');
    releases[0]?.();
    releases[0]?.();
    scrubber.register('other-value-2');
    expect(scrubber.scrub('held-value other-value-1 other-value-2')).toBe(`${MASK} other-value-1 ${MASK}`);
    releases[1]?.();
    expect(scrubber.scrub('held-value other-value-2')).toBe(`${MASK} other-value-2`);
    scrubber.register('other-value-3');
    expect(scrubber.scrub('held-value')).toBe('held-value');
  });

  test('forgetting one value keeps what another still needs', () => {
    const scrubber = createScrubber(2);
    scrubber.register('shared-value');
    scrubber.register('shared-value\n');
    scrubber.register('unrelated-value');
    expect(scrubber.scrub('shared-value')).toBe(MASK);
  });
});
