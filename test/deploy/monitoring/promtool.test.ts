import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ALERTS } from '../../../scripts/generate/monitoring/alerts.ts';
import { has, run } from '../../support/program.ts';

const root = join(import.meta.dirname, '..', '..', '..');

const casesSchema = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z.array(
        z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()).default([]) }),
      ),
    }),
  ),
});
const text = readFileSync(join(root, 'test', 'deploy', 'monitoring', 'rules.test.yaml'), 'utf8');
const checks = casesSchema.parse(parse(text)).tests.flatMap((one) => one.alert_rule_test);

test.each(ALERTS.map(({ name }) => name))('%s has a case that fires and one that stays silent', (name) => {
  const own = checks.filter(({ alertname }) => alertname === name);

  expect(new Set(own.map((check) => check.exp_alerts.length > 0))).toEqual(new Set([true, false]));
});

describe.skipIf(!has('promtool'))('the alerts by promtool (Debian: prometheus)', () => {
  test('are rules', () => {
    const { code, output } = run(
      'promtool',
      ['check', 'rules', '--lint-fatal', 'deploy/monitoring/rules.yaml'],
      root,
    );
    expect(output).toContain(`SUCCESS: ${ALERTS.length} rules found`);
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
