import type { Figures, Row } from './medians.ts';

const HEAD = [
  'scenario',
  'program',
  'wall s',
  'CPU ms/each',
  'peak MiB',
  'kube calls/each',
  'events/each',
  'Secret GETs/each',
  'external/each',
  'wall ratio',
  'CPU ratio',
];

/** The table of a run, in Markdown. */
export function renderTable(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ scenario, operator, bare, wallRatio, cpuRatio }) => [
    [scenario, 'operator', ...cellsOf(operator), ratio(wallRatio), ratio(cpuRatio)],
    ...(bare === undefined ? [] : [[scenario, 'bare client', ...cellsOf(bare), '1', '1']]),
  ]);
  const widths = HEAD.map((name, index) =>
    Math.max(name.length, ...lines.map((line) => line[index]?.length ?? 0)),
  );
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  return [row(HEAD), row(widths.map((width) => '-'.repeat(width))), ...lines.map(row), ''].join('\n');
}

function cellsOf(figures: Figures): string[] {
  return [
    (figures.wallMs / 1_000).toFixed(1),
    figures.cpuMsEach.toFixed(1),
    figures.peakRssMiB.toFixed(0),
    figures.kubeCallsEach.toFixed(2),
    figures.eventsEach.toFixed(2),
    figures.secretReadsEach.toFixed(2),
    figures.externalCallsEach.toFixed(2),
  ];
}

function ratio(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(2);
}
