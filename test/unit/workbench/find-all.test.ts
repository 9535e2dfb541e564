import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findAll } from '../../support/workbench/find-all.ts';

describe('findAll', () => {
  it('finds exactly the values that the text includes', () => {
    const letters = fc.constantFrom('a', 'b', 'é', '😀');
    const word = fc.array(letters, { minLength: 10, maxLength: 14 }).map((parts) => parts.join(''));
    const text = fc.array(letters, { maxLength: 400 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), text, fc.boolean(), (values, noise, hidden) => {
        const whole = hidden ? `${noise}${values.at(0) ?? ''}${noise}` : noise;
        expect(findAll(values, whole)).toEqual(new Set(values.filter((value) => whole.includes(value))));
      }),
    );
  });

  it('finds values at the beginning, at the end and inside of each other', () => {
    const text = 'abcdefghijklmnop';
    const values = ['abcdefghij', 'ghijklmnop', 'bcdefghijklmno', 'abcdefghijklmnop', 'abcdefghijX'];
    expect([...findAll(values, text)].sort()).toEqual([...values.slice(0, 4)].sort());
  });

  it('refuses a value that is too short to differ from ordinary words', () => {
    expect(() => findAll(['short'], 'a text')).toThrow(RangeError);
  });
});
