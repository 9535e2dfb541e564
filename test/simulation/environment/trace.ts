import { createHash } from 'node:crypto';

/** What happened in a run, one line each, without values of Secrets. */
export interface Trace {
  note(source: string, text: string): void;
  readonly lines: readonly string[];
  /** Equal for equal traces. */
  digest(): string;
}

/** `elapsed`: virtual milliseconds since the start. */
export function createTrace(elapsed: () => number): Trace {
  const lines: string[] = [];
  return {
    lines,
    note: (source, text) => void lines.push(`${clockFace(elapsed())} ${source.padEnd(10)} ${text}`),
    digest: () => createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16),
  };
}

function clockFace(ms: number): string {
  const pad = (value: number, width = 2): string => String(Math.floor(value)).padStart(width, '0');
  return `${pad(ms / 3_600_000)}:${pad((ms / 60_000) % 60)}:${pad((ms / 1_000) % 60)}.${pad(ms % 1_000, 3)}`;
}
