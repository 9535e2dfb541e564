import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanMessage, LONGEST_MESSAGE } from '../../../src/openconnectors/errors/clean-message.ts';

/** Values as they occur: base64, hexadecimal, ids with signs, and passphrases with anything in them. */
const secret = fc.oneof(
  fc.base64String({ minLength: 8, maxLength: 60 }),
  fc.stringMatching(/^[0-9a-f]{32}$/),
  fc.stringMatching(/^[A-Za-z0-9._~-]{6,40}$/),
  fc.string({ minLength: 6, maxLength: 30, unit: 'grapheme' }),
);

const forms: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => encodeURIComponent(value.toWellFormed()),
  (value) => encodeURIComponent(value.toWellFormed()).toLowerCase(),
  (value) => new URLSearchParams({ '': value }).toString().slice(1),
  (value) => Buffer.from(value).toString('base64'),
  (value) => Buffer.from(value).toString('base64url'),
  (value) => Buffer.from(`user:${value}`).toString('base64'),
  (value) => Buffer.from(value).toString('hex'),
  (value) => JSON.stringify(value).slice(1, -1),
  (value) => value.replace(/[a-z]/g, (letter) => letter.toUpperCase()),
];

/** Letters whose other case is in another block, or which have no other case of one letter. */
const foldedLetters = fc.constantFrom(
  '\u212a',
  '\u017f',
  '\u212b',
  '\u0130',
  '\u0131',
  'ß',
  '\u1e9e',
  'ς',
  'k',
  'S',
);

/** What stands around a secret: words, and what gets removed or shortened. */
const around = fc.array(
  fc.oneof(
    fc.lorem({ maxCount: 3 }),
    fc.uuid(),
    fc.webUrl({ withQueryParameters: true }),
    fc.string({ maxLength: 20 }),
    fc.constantFrom('\u200b', '\n', '  ', '<b>', '…', '[hidden]', '2026-01-01T00:00:00Z', '"', '='),
  ),
  { maxLength: 8 },
);

describe('no secret survives', () => {
  test('in any form, anywhere in a text', () => {
    fc.assert(
      fc.property(
        secret,
        fc.constantFrom(...forms),
        around,
        around,
        fc.boolean(),
        (value, form, before, after, tight) => {
          const joint = tight ? '' : ' ';
          const text = [...before, form(value), ...after].join(joint);
          const cleaned = cleanMessage(text, ['another secret', value]);
          expect(cleaned).not.toContain(value);
          if (form(value).length >= 6) {
            expect(cleaned).not.toContain(form(value));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('not even one that is put together by what is taken out between its parts', () => {
    fc.assert(
      fc.property(
        fc.tuple(
          fc.stringMatching(/^[a-z]{3,8}$/),
          fc.constantFrom(' ', '…', ''),
          fc.stringMatching(/^[a-z]{3,8}$/),
        ),
        fc.constantFrom(
          '\u200b',
          '  ',
          ' <b> ',
          '\n',
          '?a=b',
          ' 2026-01-01 ',
          '00000000-0000-4000-8000-000000000000',
        ),
        ([left, joint, right], between) => {
          const value = `${left}${joint}${right}`;
          expect(cleanMessage(`x ${left}${between}${right} y`, [value])).not.toContain(value);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('not one with letters that ignoring case changes', () => {
    fc.assert(
      fc.property(
        fc.string({
          minLength: 6,
          maxLength: 12,
          unit: fc.oneof(foldedLetters, fc.constantFrom('\u00a1', '"', '-')),
        }),
        fc.string({ minLength: 6, maxLength: 12, unit: foldedLetters }),
        (value, other) => {
          expect(cleanMessage(`x ${value} y`, [other, value])).not.toContain(value);
        },
      ),
    );
    const kelvin = '\u212a\u00a1 !\'\u00a1"';
    expect(cleanMessage(kelvin, ['another secret', kelvin])).toBe('[hidden]');
  });

  test('nor where a text is cut', () => {
    const value = 'sEcret-valUe-0123456789';
    for (let length = LONGEST_MESSAGE - 40; length <= LONGEST_MESSAGE + 5; length += 1) {
      const cleaned = cleanMessage(`${'word '.repeat(60).slice(0, length)}${value}`, [value]);
      expect(cleaned).not.toMatch(/sEc/);
    }
    expect(cleanMessage(`${' '.repeat(3_990)}${value} and ${value}`, [value])).not.toMatch(/sEc/);
  });

  test('nor in our own marks: then nothing is left', () => {
    expect(cleanMessage('that is hidden from you', ['hidden'])).toBe('');
    expect(cleanMessage('that is hidden from you', ['[hidden]'])).toBe('that is hidden from you');
  });

  test('unknown ones either, when they look like one', () => {
    const unknown = [
      'dGhlLWluc3RhbmNlLXRva2VuLW9mLXRoZS10ZXN0',
      '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
      'AKIAIOSFODNN7EXAMPLEKEY1',
    ];
    for (const value of unknown) {
      expect(cleanMessage(`Refused: ${value}.`, [])).not.toContain(value.slice(0, 12));
    }
    const cut = 4_000 - 15;
    expect(cleanMessage(`${' '.repeat(cut)}${unknown[0]}`, [])).toBe('');
    expect(cleanMessage('client_secret=abc&code=1', [])).toBe('client_secret=[hidden]&code=1');
    expect(cleanMessage('{"password":"hunter2"}', [])).toBe('{"password":"[hidden]"}');
    expect(cleanMessage('Authorization: Basic dXNlcjpwYXNzd29yZA==', [])).not.toContain('dXNl');
  });
});

describe('a message stays the same', () => {
  const template = (id: string, uuid: string, time: string): string =>
    `Request ${id} (trace ${uuid}) failed at ${time}: see https://api.example.com/errors/list?id=${id}&t=${time}#${id}`;

  test('for other request ids, times and queries', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.stringMatching(/^[0-9a-f]{24}$/),
            fc.uuid(),
            fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }),
          ),
          {
            minLength: 2,
            maxLength: 2,
          },
        ),
        (variants) => {
          const [first, second] = variants.map(([id, uuid, date]) =>
            cleanMessage(template(`5${id.slice(1)}`, uuid, date.toISOString()), []),
          );
          expect(first).toBe(second);
          expect(first).toBe('Request … (trace …) failed at …: see https://api.example.com/errors/list');
        },
      ),
    );
  });

  test.each([
    ['Retry in 17 seconds', 'Retry in … seconds'],
    ['took 812ms', 'took … ms'],
    ['at Sun, 06 Nov 1994 08:49:37 GMT', 'at …'],
    ['at 1735689600000', 'at …'],
  ])('%s', (text, expected) => {
    expect(cleanMessage(text, [])).toBe(expected);
  });
});

describe('what users can act on stays', () => {
  test.each([
    'You must provide an OAuth code in order to create an instance of this element',
    'Invalid Organization or User secret, or invalid Element token provided.',
    'No account found with ID 123456',
    'The required configuration oauth.callback.url, infusionsoft.private.key is missing',
    'PUT /elements/api-v2/instances/4711 is not retrieveObjectsAfterInstantiation',
    'invalid token: expired',
    'Unknown element infusionsoftcrm',
    'Ungültiger Schlüssel für das Konto «Müller»',
  ])('%s', (text) => {
    expect(cleanMessage(text, ['some secret value'])).toBe(text);
  });

  test('in one printable line', () => {
    expect(cleanMessage('  one\r\n\ttwo\u0000\u001b[31m<br/>three <b class="x">four</b>\u2028', [])).toBe(
      'one two [31m three four',
    );
  });

  test('within bounds, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1_000 }), (text) => {
        const cleaned = cleanMessage(text, ['some secret value']);
        expect(cleaned.length).toBeLessThanOrEqual(LONGEST_MESSAGE);
        expect(cleaned).not.toMatch(/[\p{C}\n\r]/u);
        expect(cleaned).toBe(cleaned.trim());
      }),
    );
  });
});
