import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { boundedStatus } from '../../../src/reconciler/bounded-status.ts';

const schema = z.object({
  name: z.string().max(4).optional(),
  count: z.int().max(9).optional(),
  tags: z.array(z.string().max(3)).max(2).optional(),
  organization: z.object({ id: z.string().max(3), name: z.string().optional() }).optional(),
});
type Status = z.infer<typeof schema>;

const SMILE = '\u{1F600}';
const HALF = '\ud83d';

const bounded = (status: Status): Status => boundedStatus(schema, status);

describe('a status', () => {
  it('that fits is the same object', () => {
    const status: Status = { name: 'abcd', tags: ['a', 'b'], organization: { id: SMILE } };
    expect(bounded(status)).toBe(status);
  });

  it.each<[title: string, Status, Status]>([
    ['a text', { name: 'abcde', organization: { id: 'a' } }, { name: 'abcd', organization: { id: 'a' } }],
    ['a list', { tags: ['a', 'b', 'c'] }, { tags: ['a', 'b'] }],
    ['a text in a list', { tags: ['a', 'bcde'] }, { tags: ['a', 'bcd'] }],
    ['one text of a list', { tags: [SMILE + SMILE, 'abcd'] }, { tags: [SMILE + SMILE, 'abc'] }],
    ['a list and a text in it', { tags: ['a', 'bcde', 'f'] }, { tags: ['a', 'bcd'] }],
    [
      'a text in an object, beside others',
      { organization: { id: 'abcd', name: 'long enough' }, name: 'abcde' },
      { organization: { id: 'abc', name: 'long enough' }, name: 'abcd' },
    ],
  ])('is cut where it is too long: %s', (_title, status, expected) => {
    expect(bounded(status)).toStrictEqual(expected);
  });

  it('is not cut through a pair', () => {
    expect(bounded({ name: `abc${SMILE}d` })).toEqual({ name: 'abc' });
    expect(bounded({ name: `ab${SMILE}cd` })).toEqual({ name: `ab${SMILE}` });
    expect(bounded({ name: `${SMILE}abcd` })).toEqual({ name: `${SMILE}ab` });
  });

  it.each<[title: string, Status, Status]>([
    ['in a text', { name: `a${HALF}` }, { name: 'a\ufffd' }],
    ['in a list', { tags: ['a', HALF] }, { tags: ['a', '\ufffd'] }],
    ['in an object', { organization: { id: HALF }, count: 3 }, { organization: { id: '\ufffd' }, count: 3 }],
  ])('becomes well-formed: half of a pair %s', (_title, status, expected) => {
    expect(bounded(status)).toStrictEqual(expected);
  });

  it('keeps null where it becomes well-formed', () => {
    const open = z.record(z.string(), z.unknown());
    const status = { nothing: null, text: HALF, list: [null, 1, true] };
    expect(boundedStatus(open, status)).toStrictEqual({ ...status, text: '\ufffd' });
    const wellFormed = { nothing: null };
    expect(boundedStatus(open, wellFormed)).toBe(wellFormed);
  });

  it('is refused where something else than a length is wrong, with the place and without the value', () => {
    expect(() => bounded({ organization: { id: 7 } } as never)).toThrow(
      'the status is invalid at "organization.id" (invalid_type)',
    );
    expect(() => boundedStatus(z.string().min(1), '')).toThrow('the status is invalid at "" (too_small)');
    expect(() => bounded({ count: 10 })).toThrow('the status is invalid at "count" (too_big)');
    expect(() => boundedStatus(z.string(), 7 as never)).toThrow('the status is invalid at "" (invalid_type)');
  });

  it('is cut as a whole where it is no object', () => {
    expect(boundedStatus(z.string().max(2), 'abc')).toBe('ab');
    expect(boundedStatus(z.array(z.string()).max(1), ['a', 'b'])).toEqual(['a']);
  });
});
