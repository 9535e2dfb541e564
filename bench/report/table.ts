import { WORDS, YARDSTICKS } from '../scenarios/names.ts';
import type { Figures, Row } from './medians.ts';

const HEAD = [
  'connectors',
  'scenario',
  'program',
  'wall s',
  'CPU ms/each',
  'peak MiB',
  'kube calls/each',
  'events/each',
  'Secret GETs/each',
  'external/each',
  'wall / bare',
  'CPU / bare',
  'wall / Go',
  'CPU / Go',
];

/** The table of a run, in Markdown. */
export function renderTable(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ connectors, scenario, operator, yardsticks }) => {
    const line = (program: string, figures: Figures | undefined): string[][] =>
      figures === undefined
        ? []
        : [
            [
              String(connectors),
              scenario,
              program,
              ...cellsOf(figures),
              ...ratios(figures, yardsticks.bare),
              ...ratios(figures, yardsticks.go),
            ],
          ];
    return [
      ...line('operator', operator),
      ...YARDSTICKS.flatMap((name) => line(WORDS[name], yardsticks[name])),
    ];
  });
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

function ratios(figures: Figures, yardstick: Figures | undefined): string[] {
  return yardstick === undefined
    ? ['–', '–']
    : [(figures.wallMs / yardstick.wallMs).toFixed(2), (figures.cpuMsEach / yardstick.cpuMsEach).toFixed(2)];
}
