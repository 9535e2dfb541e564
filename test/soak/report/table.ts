import type { MemoryUse } from '../stage/memory.ts';
import { OPERATION_NAMES } from '../storm/schedule.ts';
import { type SoakResult, violationsOf } from './result.ts';

type Row = readonly [string, string | number];

const WIDTH = 46;

function section(title: string, rows: readonly Row[]): readonly string[] {
  return [title, ...rows.map(([name, value]) => `  ${name.padEnd(WIDTH - 2)}${value}`)];
}

/** The result as text. */
export function formatTable(result: SoakResult): string {
  const { options, audit, counts, faults, deaths, watches } = result;
  const operations = [...OPERATION_NAMES, 'rotate account'] as const;
  const killed = deaths.filter((death) => death.killed).length;
  const lines = [
    ...section('Run', [
      ['seed', options.seed],
      ['control plane', result.controlPlane],
      ['minutes, connectors, replicas', `${options.minutes}, ${options.connectors}, ${options.replicas}`],
      ['settled after', `${(result.tookMs / 1_000).toFixed(0)} s`],
    ]),
    ...section('Operations', [
      ...operations.map((name): Row => [name, counts.operations.get(name) ?? 0]),
      ['did not apply', counts.skipped],
    ]),
    ...section('Faults of Open Connectors (requests hit)', [...faults]),
    ...section('While a call was under way', [...counts.ambushes]),
    ...section('Operator and API server', [
      ['SIGKILLs', killed],
      ['replicas that ended by themselves', deaths.length - killed],
      ['memory of a replica, at most', `${result.memory.peakMiB.toFixed(0)} MiB`],
      ['its growth after the first half minute', growthInWords(result.memory)],
      [`watches (delayed by ${options.watchDelayMs} ms)`, watches.watches],
      ['watches cut', watches.cut],
      ['watches answered with 410', watches.gone],
    ]),
    ...section('Outcome', [
      ['instances created', result.instancesCreated],
      ['codes stored on request', result.codesStored],
      ['connectors Ready', audit.ready],
      ['connectors asking about an ambiguous owner', audit.asking],
      ['connectors deleted', audit.deleted],
      ['codes lost unsent, a death explains it', audit.lost.explained.length],
      ['codes asked for while one lay unread', audit.lost.unread.length],
      ['foreign instances hit by a call under way', audit.foreignRaced.length],
    ]),
    ...section(
      'Must be 0',
      violationsOf(result).map(({ title, findings }): Row => [title, findings.length]),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function growthInWords({ growthMiBPerMinute }: MemoryUse): string {
  return growthMiBPerMinute === undefined
    ? 'unknown: none was older than a minute'
    : `${growthMiBPerMinute.toFixed(2)} MiB in a minute`;
}

/** The findings, one line each. */
export function formatFindings(result: SoakResult): string {
  const wrong = violationsOf(result).flatMap(({ title, findings }) =>
    findings.map(({ subject, text }) => `${title}: ${subject === undefined ? '' : `${subject}: `}${text}`),
  );
  return wrong.map((line) => `${line}\n`).join('');
}
