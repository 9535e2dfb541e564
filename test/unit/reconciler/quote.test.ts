import { describe, expect, it } from 'vitest';
import { quote } from '../../../src/reconciler/quote.ts';

describe('a quotation', () => {
  it.each([
    ['keeps a short text', 'no answer', 'no answer'],
    ['drops the full stop at the end', 'Invalid code.', 'Invalid code'],
    ['joins sentences', 'It failed. Try later! Why? Because.', 'It failed; Try later; Why; Because'],
    ['joins sentences with several marks', 'What?! No.', 'What; No'],
    ['drops all marks at the end', 'No...', 'No'],
    ['joins lines', 'one\n  two', 'one two'],
    ['drops the white space around it', ' no answer. \n', 'no answer'],
    ['keeps a dot inside a word', 'spec.server of crm.', 'spec.server of crm'],
  ])('%s', (_what, text, expected) => {
    expect(quote(text)).toBe(expected);
  });

  it('cuts a long text and marks the cut', () => {
    expect(quote('abcdefgh', 5)).toBe('abcd…');
    expect(quote('abcde', 5)).toBe('abcde');
    expect(quote('abc defgh', 5)).toBe('abc…');
    expect(quote('word '.repeat(100))).toHaveLength(120);
  });

  it('stays well-formed Unicode where the cut goes through a surrogate pair', () => {
    expect(quote('abc😀def', 5).isWellFormed()).toBe(true);
  });
});
