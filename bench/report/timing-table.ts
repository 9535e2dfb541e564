import { WORDS } from '../scenarios/names.ts';
import type { Timing } from '../scenarios/result.ts';
import { markdownTable, ratio } from './markdown.ts';
import { median, percentile } from './statistics.ts';

const HEAD = [
  'connectors',
  'event',
  'program',
  'samples',
  'p50 ms',
  'p99 ms',
  'max ms',
  'p50 / bare',
  'p50 / Go',
];

/** The samples of all runs in one: the same scenario, number of connectors, event and program. */
export function mergeTimings(timings: readonly Timing[]): readonly Timing[] {
  const groups = Map.groupBy(timings, ({ scenario, connectors, event, program }) =>
    JSON.stringify([scenario, connectors, event, program]),
  );
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map((first) => ({ ...first, samplesMs: group.flatMap(({ samplesMs }) => samplesMs) })),
  );
}

/** The table of the merged times of one scenario. */
export function renderTimings(timings: readonly Timing[]): string {
  const lines = timings.map(({ connectors, event, program, samplesMs }) => {
    const p50 = median(samplesMs);
    const yardstick = (name: Timing['program']): number | undefined => {
      const found = timings.find(
        (other) => other.program === name && other.event === event && other.connectors === connectors,
      );
      return found === undefined ? undefined : median(found.samplesMs);
    };
    return [
      String(connectors),
      event,
      WORDS[program],
      String(samplesMs.length),
      ...[p50, percentile(samplesMs, 0.99), Math.max(...samplesMs)].map((value) => value.toFixed(0)),
      ratio(p50, yardstick('bare')),
      ratio(p50, yardstick('go')),
    ];
  });
  return markdownTable(HEAD, lines);
}
