import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ALERTS } from '../../../scripts/generate/monitoring/alerts.ts';
import { isReason } from '../../../src/api/reasons.ts';
import { definitions } from '../../../src/telemetry/metrics/definitions.ts';
import { expressions, labelsOf, metricsOf } from './support/promql.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (...path: readonly string[]): string => readFileSync(join(root, ...path), 'utf8');

/** The labels that Prometheus adds to each target. */
const targetLabels = ['job', 'instance'];

describe('every expression', () => {
  test.each(expressions().map(({ where, expr }) => [where, expr] as const))(
    '%s uses labels that its metrics have',
    (_where, expr) => {
      const known = metricsOf(expr).flatMap((metric): readonly string[] => {
        const definition = Object.entries(definitions).find(([name]) => name === metric)?.[1];
        return definition?.labels ?? [];
      });

      expect(metricsOf(expr)).not.toEqual([]);
      expect(
        labelsOf(expr).filter((label) => !known.includes(label) && !targetLabels.includes(label)),
      ).toEqual([]);
    },
  );

  test('names reasons that exist', () => {
    const reasons = expressions().flatMap(({ expr }) =>
      [...expr.matchAll(/reason(?:=~|=)"([^"]*)"/g)].flatMap(([, text = '']) => text.split('|')),
    );

    expect(reasons).not.toEqual([]);
    expect(reasons.filter((reason) => !isReason(reason))).toEqual([]);
  });
});

describe('the runbooks', () => {
  test.each(ALERTS.map(({ name }) => name))('%s has one, with the three parts', (name) => {
    const page = read('docs', 'runbooks', `${name}.md`);

    expect(page.match(/^#+ .*$/gm)).toEqual([`# ${name}`, '## Meaning', '## Diagnosis', '## Mitigation']);
  });

  test('none is there without an alert', () => {
    const pages = readdirSync(join(root, 'docs', 'runbooks')).filter((file) =>
      /^OpenConnectors.*\.md$/.test(file),
    );

    expect(pages.sort()).toEqual(ALERTS.map(({ name }) => `${name}.md`).sort());
  });

  test('name metrics, reasons, settings and pages that exist', () => {
    const pages = readdirSync(join(root, 'docs', 'runbooks'));
    const text = pages.map((page) => read('docs', 'runbooks', page)).join('\n');
    const metrics = (
      text.match(/\b(?:openconnectors|workqueue|controller_runtime|rest_client)_\w+/g) ?? []
    ).map((name) => name.replace(/_bucket$/, ''));
    const links = [...text.matchAll(/\]\(([^)]+\.md)\)/g)].map(([, link = '']) => link);

    expect(metrics.filter((name) => !Object.hasOwn(definitions, name))).toEqual([]);
    expect(links.filter((link) => !link.startsWith('../') && !pages.includes(link))).toEqual([]);
  });
});

describe('the rule files', () => {
  const group = z.object({
    groups: z.array(
      z.object({
        name: z.string(),
        rules: z.array(
          z.object({
            alert: z.string(),
            labels: z.record(z.string(), z.string()),
            annotations: z.record(z.string(), z.string()),
          }),
        ),
      }),
    ),
  });
  const plain = group.parse(parse(read('deploy', 'monitoring', 'rules.yaml')));
  const manifest = z
    .object({ kind: z.literal('PrometheusRule'), spec: z.unknown() })
    .parse(parse(read('deploy', 'monitoring', 'prometheus-rule.yaml')));

  test('say the same to Prometheus and to its operator', () => {
    expect(manifest.spec).toEqual(parse(read('deploy', 'monitoring', 'rules.yaml')));
  });

  test('point to the runbook of each alert', () => {
    for (const { alert, annotations } of plain.groups.flatMap(({ rules }) => rules)) {
      expect(annotations['runbook_url']).toMatch(new RegExp(`docs/runbooks/${alert}\\.md$`));
    }
  });
});

describe('the dashboard', () => {
  const panel = z.object({
    id: z.int(),
    type: z.string(),
    title: z.string(),
    gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  });
  const { panels } = z
    .object({ panels: z.array(panel) })
    .parse(JSON.parse(read('deploy', 'monitoring', 'dashboard.json')));

  test('has each id once and no two panels in one place', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );

    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});
