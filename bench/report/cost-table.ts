import { type CostScenario, WORDS, YARDSTICKS } from '../scenarios/names.ts';
import { markdownTable, ratio } from './markdown.ts';
import type { Figures, Row } from './medians.ts';

/** A column: its cell for a program in a row. */
type Column = readonly [head: string, cell: (figures: Figures, row: Row) => string];

const WALL: Column = ['wall s', ({ wallMs }) => (wallMs / 1_000).toFixed(1)];
const CPU: Column = ['CPU ms/each', ({ cpuMsEach }) => cpuMsEach.toFixed(1)];
const PEAK: Column = ['peak MiB', ({ peakRssMiB }) => peakRssMiB.toFixed(0)];
const WRITES: Column = ['writes/each', ({ writesEach }) => writesEach.toFixed(2)];
const EVENTS: Column = ['events/each', ({ eventsEach }) => eventsEach.toFixed(2)];
const SECRET_READS: Column = ['Secret GETs/each', ({ secretReadsEach }) => secretReadsEach.toFixed(2)];
const KUBE: Column = ['kube calls/each', ({ kubeCallsEach }) => kubeCallsEach.toFixed(2)];
const EXTERNAL: Column = ['external/each', ({ externalCallsEach }) => externalCallsEach.toFixed(2)];
/** Sums, where the number for each connector is close to zero. */
const TOTAL: readonly Column[] = [
  ['kube calls', ({ kubeCallsEach }, { connectors }) => (kubeCallsEach * connectors).toFixed(0)],
  ['writes', ({ writesEach }, { connectors }) => (writesEach * connectors).toFixed(0)],
  ['Secret GETs', ({ secretReadsEach }, { connectors }) => (secretReadsEach * connectors).toFixed(0)],
  ['external', ({ externalCallsEach }, { connectors }) => (externalCallsEach * connectors).toFixed(0)],
];
const RATIOS: readonly Column[] = [
  ['wall / bare', ({ wallMs }, { yardsticks }) => ratio(wallMs, yardsticks.bare?.wallMs)],
  ['CPU / bare', ({ cpuMsEach }, { yardsticks }) => ratio(cpuMsEach, yardsticks.bare?.cpuMsEach)],
  ['peak / bare', ({ peakRssMiB }, { yardsticks }) => ratio(peakRssMiB, yardsticks.bare?.peakRssMiB)],
  ['wall / Go', ({ wallMs }, { yardsticks }) => ratio(wallMs, yardsticks.go?.wallMs)],
  ['CPU / Go', ({ cpuMsEach }, { yardsticks }) => ratio(cpuMsEach, yardsticks.go?.cpuMsEach)],
];

const COLUMNS: Readonly<Record<CostScenario, readonly Column[]>> = {
  create: [WALL, CPU, PEAK, KUBE, WRITES, EVENTS, SECRET_READS, EXTERNAL, ...RATIOS],
  idle: [
    WALL,
    CPU,
    ['RSS MiB', ({ rssMiB }) => rssMiB.toFixed(0)],
    ['growth MiB/min', ({ growthMiBPerMinute }) => growthMiBPerMinute?.toFixed(2) ?? '–'],
    ...TOTAL,
  ],
  restart: [WALL, CPU, PEAK, ...TOTAL],
  delete: [WALL, CPU, KUBE, WRITES, EVENTS, EXTERNAL, ...RATIOS],
};

/** The table of one scenario: a row for each program and number of connectors. */
export function renderCosts(scenario: CostScenario, rows: readonly Row[]): string {
  const columns = COLUMNS[scenario];
  const lines = rows.flatMap((row) => {
    const line = (program: string, figures: Figures | undefined): string[][] =>
      figures === undefined
        ? []
        : [[String(row.connectors), program, ...columns.map(([, cell]) => cell(figures, row))]];
    return [
      ...line(WORDS.operator, row.operator),
      ...YARDSTICKS.flatMap((name) => line(WORDS[name], row.yardsticks[name])),
    ];
  });
  return markdownTable(['connectors', 'program', ...columns.map(([head]) => head)], lines);
}
