import { describe, expect, it } from 'vitest';
import { secretText } from '../../../src/cli/cluster/secret-text.ts';

describe('the text of a Secret', () => {
  it('is decoded, and an invalid one is named by Secret and key', () => {
    const data = {
      good: Buffer.from('value\n').toString('base64'),
      bad: Buffer.from('two\nlines').toString('base64'),
    };
    expect(secretText(data, 's', 'good')).toBe('value');
    expect(() => secretText(data, 's', 'bad')).toThrow(
      /^Key "bad" of Secret "s" contains control characters or several lines/,
    );
    expect(() => secretText(data, 's', 'none')).toThrow('Secret "s" has no key "none"');
  });
});
