import { ALERTS } from '../../../../scripts/generate/monitoring/alerts.ts';
import { ROWS } from '../../../../scripts/generate/monitoring/panels.ts';

/** An expression of a dashboard or an alert, and where it stands. */
export interface Expression {
  readonly where: string;
  /** PromQL, with values for Grafana's variables. */
  readonly expr: string;
}

/** Every expression of the alerts and the dashboard. */
export function expressions(): readonly Expression[] {
  const alerts = ALERTS.map(({ name, expr }) => ({ where: `alert ${name}`, expr }));
  const panels = ROWS.flatMap((row) =>
    row.panels.flatMap(({ title, queries }) =>
      queries.map(({ expr }) => ({ where: `panel "${row.title}: ${title}"`, expr: withVariables(expr) })),
    ),
  );
  return [...alerts, ...panels];
}

function withVariables(expr: string): string {
  return expr.replaceAll('$__rate_interval', '5m').replaceAll('$job', '.*');
}

/** The metrics that an expression reads, without the suffixes of histograms. */
export function metricsOf(expr: string): readonly string[] {
  const text = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\b(by|without)\s*\([^)]*\)/g, '')
    .replaceAll(/\{[^}]*\}/g, '');
  const names = text.match(/\b[a-z]\w*_\w+\b/g) ?? [];
  const functions = new Set(['histogram_quantile', 'label_values', 'group_left']);
  return [
    ...new Set(names.filter((name) => !functions.has(name)).map((name) => name.replace(/_bucket$/, ''))),
  ];
}

/** The labels that an expression selects or groups by, with `le` left out. */
export function labelsOf(expr: string): readonly string[] {
  const matched = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(([, label = '']) => label),
  );
  const grouped = [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, inside = '']) =>
    inside.split(',').map((label) => label.trim()),
  );
  return [...new Set([...matched, ...grouped])].filter((label) => label !== 'le');
}
