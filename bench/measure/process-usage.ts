import { readFileSync } from 'node:fs';

/** Kernel ticks in a second; Linux reports 100 to user space on every architecture. */
const TICKS_PER_SECOND = 100;

/** What a process used since its start. */
export interface ProcessUsage {
  /** User and system time, milliseconds. */
  readonly cpuMs: number;
  readonly rssMiB: number;
  readonly peakRssMiB: number;
}

/** Reads the accounting of the kernel (`/proc`, Linux). Throws if the process has ended. */
export function usageOf(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command in parentheses may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  if (!status.includes('VmHWM')) {
    // A process that nobody has waited for yet has no memory any more.
    throw new Error(`process ${pid} has ended`);
  }
  return {
    cpuMs: ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND,
    rssMiB: kibibytes(status, 'VmRSS') / 1_024,
    peakRssMiB: kibibytes(status, 'VmHWM') / 1_024,
  };
}

function kibibytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN);
}
