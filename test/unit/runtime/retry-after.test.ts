import { describe, expect, test } from 'vitest';
import { retryAfterMs } from '../../../src/runtime/retry-after.ts';

const now = Date.UTC(1994, 10, 6, 8, 49, 0);

describe('Retry-After', () => {
  test.each([
    ['seconds', '120', 120_000],
    ['none', '0', 0],
    ['beyond an hour', '3601', 3_600_000],
    ['beyond all numbers', '9'.repeat(400), 3_600_000],
    ['spaces around', ' 5 ', 5_000],
    ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
    ['RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', 37_000],
    ['asctime', 'Sun Nov  6 08:49:37 1994', 37_000],
    ['a date that has passed', 'Sun, 06 Nov 1994 08:00:00 GMT', 0],
    ['a date beyond an hour', 'Mon, 07 Nov 1994 08:49:37 GMT', 3_600_000],
    ['a date that is none', 'Sun, 99 Nov 1994 08:49:37 GMT', undefined],
    ['negative', '-5', undefined],
    ['a fraction', '1.5', undefined],
    ['ISO 8601', '1994-11-06T08:49:37Z', undefined],
    ['words', 'soon', undefined],
    ['empty', '', undefined],
  ])('%s', (_name, value, expected) => {
    expect(retryAfterMs({ 'retry-after': value }, now)).toBe(expected);
  });

  test('is absent', () => {
    expect(retryAfterMs({}, now)).toBeUndefined();
  });

  test('counts a date from the date of the response, not from the local clock', () => {
    const headers = {
      'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT',
      date: 'Sun, 06 Nov 1994 08:49:30 GMT',
    };
    expect(retryAfterMs(headers, Date.UTC(2030, 0, 1))).toBe(7_000);
    expect(retryAfterMs({ ...headers, date: 'yesterday' }, now)).toBe(37_000);
  });
});
