import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Report, ReportedMutant } from './report.ts';

const PATH = join(import.meta.dirname, 'summary.json');
const TEXT_LIMIT = 80;

const survivorSchema = z.object({
  line: z.int(),
  mutator: z.string(),
  /** The code and what the mutant has instead, both shortened. */
  original: z.string(),
  replacement: z.string(),
  /** No test reaches the code. */
  uncovered: z.boolean().optional(),
});

const summarySchema = z.record(z.string(), z.object({ killed: z.int(), survivors: z.array(survivorSchema) }));

/** A mutant that no test fails with. */
export type Survivor = z.infer<typeof survivorSchema>;

/** What the full run found, by file from the root of the project. */
export type Summary = z.infer<typeof summarySchema>;

/** The recorded summary. */
export function readSummary(): Summary {
  return summarySchema.parse(JSON.parse(readFileSync(PATH, 'utf8')));
}

/** Records a summary. */
export function writeSummary(summary: Summary): void {
  writeFileSync(PATH, `${JSON.stringify(summary, undefined, 1)}\n`);
}

/** The results of a report, and those recorded earlier for files that the report does not have. */
export function summarize({ files }: Report, earlier: Summary): Summary {
  const found = Object.entries(files).map(([path, { source, mutants }]) => {
    const lines = source.split('\n');
    const tested = mutants.filter(({ status }) => COUNTED.has(status));
    const survivors = tested
      .filter(({ status }) => !KILLED.has(status))
      .map((mutant) => survivor(lines, mutant))
      .sort((left, right) => left.line - right.line || left.replacement.localeCompare(right.replacement));
    return [path, { killed: tested.length - survivors.length, survivors }] as const;
  });
  const all = { ...earlier, ...Object.fromEntries(found) };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, { killed, survivors }]) => killed + survivors.length > 0)
      .sort(([left], [right]) => left.localeCompare(right)),
  );
}

const KILLED = new Set(['Killed', 'Timeout']);
const COUNTED = new Set([...KILLED, 'Survived', 'NoCoverage']);

function survivor(lines: readonly string[], mutant: ReportedMutant): Survivor {
  const { start, end } = mutant.location;
  const text = lines
    .slice(start.line - 1, end.line)
    .map((line, index, { length }) =>
      line.slice(index === 0 ? start.column - 1 : 0, index === length - 1 ? end.column - 1 : undefined),
    )
    .join(' ');
  return {
    line: start.line,
    mutator: mutant.mutatorName,
    original: short(text),
    replacement: short(mutant.replacement),
    ...(mutant.status === 'NoCoverage' && { uncovered: true }),
  };
}

function short(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length <= TEXT_LIMIT ? flat : `${flat.slice(0, TEXT_LIMIT - 3)}...`;
}
