import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { has, run } from '../../support/program.ts';

const root = join(import.meta.dirname, '..', '..', '..');

describe.skipIf(!has('promtool'))('the alerts by promtool (Debian: prometheus)', () => {
  test('are rules', () => {
    const { code, output } = run(
      'promtool',
      ['check', 'rules', '--lint-fatal', 'deploy/monitoring/rules.yaml'],
      root,
    );
    expect(output).toContain('SUCCESS: 18 rules found');
    expect(code).toBe(0);
  });

  test('fire when they should, and only then', () => {
    const { code, output } = run(
      'promtool',
      ['test', 'rules', 'test/deploy/monitoring/rules.test.yaml'],
      root,
    );
    expect(output).toContain('SUCCESS');
    expect(code).toBe(0);
  });
});
