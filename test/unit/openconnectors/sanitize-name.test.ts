import { describe, expect, test } from 'vitest';
import { isSameName, sanitizeName } from '../../../src/openconnectors/sanitize-name.ts';

describe('a name as the remote side keeps it', () => {
  test.each([
    ['crm', 'crm'],
    ['<a href="https://example.com">x</a>', 'x'],
    ['a<b>b</b>c', 'abc'],
    ['<<b>script>x', 'x'],
    ['a < b', 'a < b'],
    ['1<2>0', '1<2>0'],
    ['a &amp; b', 'a & b'],
    ['&amp;lt;', '&lt;'],
    ['  two   words ', 'two words'],
    ['<!-- x -->crm', 'crm'],
  ])('%s', (name, expected) => {
    expect(sanitizeName(name)).toBe(expected);
  });

  test('is compared in that form', () => {
    expect(isSameName('R&D', 'R&amp;D')).toBe(true);
    expect(isSameName('<i>crm</i>', 'crm')).toBe(true);
    expect(isSameName('crm', 'CRM')).toBe(false);
  });
});
