import { alignColumns } from '../render/table.ts';
import type { Board } from './board.ts';
import type { Change } from './changes/change.ts';
import type { Item } from './item.ts';
import { detailsOf, type Report, summaryOf } from './report.ts';
import type { BatchProgress } from './run-batches.ts';

const NOTHING = '-';

/** The connectors as a table, with what changes or why not. */
export function renderPlan(items: readonly Item[], withNamespace: boolean): readonly string[] {
  const header = ['NAME', 'INSTANCE', 'CALLBACK', 'SCOPE', 'RESULT', 'CHANGE OR REASON'];
  const rows = items.map(({ connector: { metadata, spec, status }, state }) => [
    ...(withNamespace ? [metadata.namespace] : []),
    metadata.name,
    String(status?.instance?.id ?? NOTHING),
    callbackOf(spec.oauth.callbackUrl),
    spec.oauth.scope ?? '(default)',
    state.kind,
    detailsOf(state) ?? NOTHING,
  ]);
  return items.length === 0
    ? []
    : alignColumns([[...(withNamespace ? ['NAMESPACE'] : []), ...header], ...rows]);
}

function callbackOf(callbackUrl: string | undefined): string {
  if (callbackUrl === undefined) {
    return '(operator)';
  }
  return URL.canParse(callbackUrl) ? new URL(callbackUrl).host : NOTHING;
}

/** The report at the end of a run as text: counts, and each connector that is not done. */
export function renderText(change: Change, report: Report): readonly string[] {
  const open = report.connectors.filter(({ result }) => result !== 'done');
  const rows = open.map(({ namespace, name, result, details = '' }) => [
    `  ${result}`,
    `${namespace}/${name}`,
    details,
  ]);
  return [summaryOf(change, report), ...alignColumns(rows)];
}

/** The report as a Markdown document. */
export function renderMarkdown(change: Change, report: Report): readonly string[] {
  const rows = report.connectors.map(({ namespace, name, result, details }) =>
    [namespace, name, result, details ?? ''].map(markdownCell),
  );
  return [
    `## Result of ${change.words.verb}${report.dryRun ? ' (dry run)' : ''}`,
    '',
    summaryOf(change, report),
    '',
    '| namespace | connector | result | change or reason |',
    '|---|---|---|---|',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ];
}

function markdownCell(text: string): string {
  return text.replaceAll(/[|\\<`*_]/g, String.raw`\$&`).replaceAll(/\s+/g, ' ');
}

const BAR_WIDTH = 24;

/** The progress bar of a terminal. */
export function renderProgress(change: Change, board: Board, batch: BatchProgress): string {
  const done = board.count('done');
  const total = done + board.count('waiting') + board.count('planned');
  const filled = total === 0 ? BAR_WIDTH : Math.floor((BAR_WIDTH * done) / total);
  const bar = `${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}`;
  return `[${bar}] ${done}/${total} ${change.words.done}; batch ${batch.number}: ${batch.done}/${batch.size}`;
}
