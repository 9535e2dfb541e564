import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  adopted,
  type Credential,
  digestOf,
  formatRecord,
  fullUntil,
  isUnreadable,
  MAX_REMEMBERED,
  nextRecord,
  parseRecord,
  type RecordDraft,
  type WriteAheadRecord,
  wasSent,
} from '../../../src/ownership/write-ahead-record.ts';
import { createFingerprinter } from '../../../src/secrets/fingerprint.ts';
import { printOf } from '../../support/builders/fingerprints.ts';
import { DRAFT } from '../../support/builders/record-draft.ts';
import { MINUTE, NOW } from '../../support/builders/time.ts';

const DAY = 24 * 60 * MINUTE;
const credential = (value: string, print = printOf): Credential => ({ value, fingerprint: print(value) });
const sent = (values: readonly string[], kind: RecordDraft['kind'] = 'code', stepMs = MINUTE) =>
  values.reduce<WriteAheadRecord | undefined>(
    (record, value, index) =>
      nextRecord(record, credential(value), { ...DRAFT, kind }, `salt-${index}`, NOW + index * stepMs),
    undefined,
  );

describe('the write-ahead record', () => {
  test('reads back as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 20 }), (values) => {
        const record = sent(values);
        expect(record && parseRecord(formatRecord(record))).toEqual(JSON.parse(JSON.stringify(record)));
      }),
    );
  });

  test('counts as none where another text stands in its place', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => parseRecord(text)).not.toThrow();
      }),
    );
    for (const text of ['', '{', 'null', '[]', '{}', '{"credential":"","at":"now"}', '{"credential":1}']) {
      expect(parseRecord(text)).toBeUndefined();
    }
    expect(parseRecord(undefined)).toBeUndefined();
  });

  test('recognizes each of 64 codes of a day without any key, and no other', () => {
    const values = Array.from({ length: MAX_REMEMBERED }, (_, index) => `code-${index}`);
    const record = parseRecord(formatRecord(sent(values) ?? expect.fail('no record')));
    const withoutKey = createFingerprinter(Buffer.alloc(32, 9)).of;
    expect(values.every((value) => wasSent(record, credential(value, withoutKey)))).toBe(true);
    expect(wasSent(record, credential('code-64', withoutKey))).toBe(false);
  });

  test('shows neither a credential nor the same digest for two resources', () => {
    const one = nextRecord(undefined, credential('code-1'), DRAFT, 'salt-1', NOW);
    const two = nextRecord(undefined, credential('code-1'), DRAFT, 'salt-2', NOW);
    expect(formatRecord(one)).not.toContain('code-1');
    expect(one.digest).not.toBe(two.digest);
  });

  test('drops a code after a day, and a refresh token never', () => {
    const next = (kind: RecordDraft['kind']) =>
      nextRecord(sent(['old'], kind), credential('new'), DRAFT, 'x', NOW + DAY);
    expect(wasSent(next('code'), credential('old'))).toBe(false);
    expect(wasSent(next('refresh-token'), credential('old'))).toBe(true);
  });

  test('is full with 64 credentials, until the oldest code is a day old', () => {
    const values = (count: number) => Array.from({ length: count }, (_, index) => `code-${index}`);
    expect(fullUntil(sent(values(63)), NOW + 70 * MINUTE)).toBeUndefined();
    expect(fullUntil(sent(values(64)), NOW + 70 * MINUTE)).toEqual({ until: NOW + DAY });
    expect(fullUntil(sent(values(64)), NOW + DAY)).toBeUndefined();
    expect(fullUntil(sent(values(64), 'refresh-token'), NOW + DAY)).toEqual({ until: undefined });
  });

  test('counts the sends of one credential, from its first record on', () => {
    const first = nextRecord(undefined, credential('code-1'), DRAFT, 'x', NOW);
    const second = nextRecord(first, credential('code-1'), DRAFT, 'y', NOW + MINUTE);
    expect([second.sends, second.firstAt, second.spent]).toEqual([2, first.at, []]);
  });

  test('remembers what an earlier credential created', () => {
    const record = nextRecord(
      sent(['code-1']),
      credential('code-2'),
      { ...DRAFT, previousCreated: 'unknown' },
      'x',
      NOW + MINUTE,
    );
    expect(record.spent).toMatchObject([{ created: 'unknown', kind: 'code' }]);
  });
});

test('a record is still one for the release before, which must not send its code again', () => {
  const record = nextRecord(sent(['code-1']), credential('code-2'), DRAFT, 'x', NOW + MINUTE);
  const text: unknown = JSON.parse(formatRecord(record));
  expect(text).toMatchObject({ credential: printOf('code-2'), at: record.at });
  expect(text).not.toHaveProperty('spent');
});

describe('a record of keyed hashes', () => {
  const lost = createFingerprinter(Buffer.alloc(32, 9)).of;
  const keyed = (print: (value: string) => string) =>
    parseRecord(
      JSON.stringify({
        credential: print('code-1'),
        at: new Date(NOW).toISOString(),
        spent: [print('code-0')],
      }),
    ) ?? expect.fail('not readable');

  test('is compared by the key that made it', () => {
    const record = keyed(printOf);
    expect(['code-0', 'code-1', 'code-2'].map((value) => wasSent(record, credential(value)))).toEqual([
      true,
      true,
      false,
    ]);
    expect(isUnreadable(record, credential('code-1'))).toBe(false);
  });

  test('stays readable when its absence is recorded', () => {
    const record = { ...keyed(lost), absentAt: new Date(NOW + MINUTE).toISOString() };
    expect(parseRecord(formatRecord(record))).toEqual(JSON.parse(JSON.stringify(record)));
  });

  test('stays in force beside the digests that follow', () => {
    const next = nextRecord(keyed(printOf), credential('code-2'), DRAFT, 'x', NOW + 2 * DAY);
    expect(['code-0', 'code-1', 'code-2'].every((value) => wasSent(next, credential(value)))).toBe(true);
  });

  test('counts the first credential as sent where its key is lost, and a different one as new', () => {
    const record = keyed(lost);
    expect(isUnreadable(record, credential('code-1'))).toBe(true);
    const after = adopted(record, credential('code-1'), 'code', 'x');
    expect(isUnreadable(after, credential('code-1'))).toBe(false);
    expect([wasSent(after, credential('code-1')), wasSent(after, credential('code-2'))]).toEqual([
      true,
      false,
    ]);
  });

  test('keeps the earlier digests that can still be compared where its key is lost', () => {
    const earlier = (digest: string) =>
      ({ digest, at: new Date(NOW).toISOString(), kind: 'code', created: 'no' }) as const;
    const record = { ...keyed(lost), spent: [earlier(lost('a')), earlier(printOf('b')), earlier('salted')] };
    const { spent } = adopted(record, credential('code-1'), 'code', 'x');
    expect(spent.map(({ digest }) => digest)).toEqual([printOf('b'), 'salted']);
  });

  test('is readable for each credential of its key', () => {
    expect(isUnreadable(keyed(printOf), credential('code-2'))).toBe(false);
  });

  test('matches no salted digest, because it has no salt', () => {
    const record = { ...keyed(printOf), digest: digestOf('', 'code-1'), spent: [] };
    expect(wasSent(record, credential('code-1'))).toBe(false);
  });
});

test('a first record remembers nothing, and that of another credential counts from its own time', () => {
  const first = nextRecord(undefined, credential('code-1'), DRAFT, 'x', NOW);
  expect([first.spent, first.sends]).toEqual([[], 1]);
  const second = nextRecord(first, credential('code-2'), DRAFT, 'x', NOW + MINUTE);
  expect([second.firstAt, second.sends]).toEqual([new Date(NOW + MINUTE).toISOString(), 1]);
  const again = nextRecord(second, credential('code-2'), DRAFT, 'x', NOW + 2 * MINUTE);
  expect([again.firstAt, again.sends]).toEqual([new Date(NOW + MINUTE).toISOString(), 2]);
});
