import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(root, 'docs', 'security', 'consent-threats.md'), 'utf8');

/** The rows of the table: each threat with the tests that it names. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| threat'))
  .map((line) => {
    const [, threat = '', , tests = ''] = line
      .split(' | ')
      .flatMap((cell, index) => (index === 0 ? ['', cell.slice(2)] : [cell]));
    const named: { file: string; name: string }[] = [];
    let file = '';
    for (const [, path, name] of tests.matchAll(/`([^`]+\.test\.ts)`|“([^”]+)”/g)) {
      file = path ?? file;
      if (name !== undefined) {
        named.push({ file, name });
      }
    }
    return { threat, named };
  });

test('there is a table of threats', () => {
  expect(rows.length).toBeGreaterThan(25);
});

test.each(rows)('$threat: the tests that the page names exist', ({ named }) => {
  expect(named.length).toBeGreaterThan(0);
  for (const { file, name } of named) {
    const source = readFileSync(join(root, file), 'utf8').replaceAll(`\\'`, `'`);
    const titles = [...source.matchAll(/\(\s*(['"`])((?:(?!\1).)+)\1,\s*(?:async )?\(/g)].map(
      ([, , title]) => title,
    );
    expect(titles, file).toContain(name);
  }
});
