import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const entry = z.object({
  name: z.string(),
  event: z.enum(['started', 'failed', 'skipped']),
  /** Of `started` the version, of `skipped` the missing feature. */
  detail: z.string(),
});

/** A record of a test file about a control plane. */
export type RecordEntry = z.infer<typeof entry>;

/** Appends a record. Test files run in separate processes, so they write lines to a file. */
export function appendRecord(file: string, value: RecordEntry): void {
  appendFileSync(file, `${JSON.stringify(value)}\n`);
}

/** The records of all test files. */
export function readRecord(file: string): readonly RecordEntry[] {
  if (!existsSync(file)) {
    return [];
  }
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => entry.parse(JSON.parse(line)));
}

/** One line that says which control planes ran, what they lacked, and why the others did not run. */
export function summarize(
  sources: readonly { readonly name: string; readonly left: string | undefined }[],
  record: readonly RecordEntry[],
): string {
  const words = sources.map(({ name, left }) => {
    const own = record.filter((line) => line.name === name);
    const version = own.find(({ event }) => event === 'started')?.detail;
    const notes = [outcome(own, left), ...skips(own)].join('; ');
    return version === undefined ? `${name} (${notes})` : `${name} ${version} (${notes})`;
  });
  return `control planes: ${words.join(', ')}`;
}

function outcome(own: readonly RecordEntry[], left: string | undefined): string {
  if (own.some(({ event }) => event === 'failed')) {
    return 'failed to start';
  }
  if (own.some(({ event }) => event === 'started')) {
    return 'ran';
  }
  return left ?? 'no suite used it';
}

function skips(own: readonly RecordEntry[]): string[] {
  const missing = own.filter(({ event }) => event === 'skipped').map(({ detail }) => detail);
  return [...new Set(missing)].sort().map((feature) => {
    const count = missing.filter((other) => other === feature).length;
    return `${count} not run without ${feature}`;
  });
}
