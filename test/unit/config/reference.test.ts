import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { renderSettings, renderUsage } from '../../../src/config/reference.ts';
import { flagOf, settingList } from '../../../src/config/settings.ts';

describe('the documentation of the settings', () => {
  test('has a row for each setting, and the usage an entry', () => {
    const page = renderSettings();
    const usage = renderUsage();
    for (const { env } of settingList()) {
      expect(page).toContain(`| \`${env}\``);
      expect(usage).toContain(`${flagOf(env)}  (${env}`);
    }
  });

  test('every row has five cells', () => {
    const rows = renderSettings()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    for (const row of rows) {
      expect(row.split(/(?<!\\)\|/)).toHaveLength(7);
    }
  });

  test('the checked-in page is the generated one', () => {
    const file = new URL('../../../docs/reference/settings.md', import.meta.url);
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(renderSettings());
  });
});

test('no two settings share a variable or a name', () => {
  const names = settingList().flatMap(({ env, aliases = [] }) => [env, ...aliases]);
  expect(new Set(names).size).toBe(names.length);
});
