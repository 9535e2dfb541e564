import { readFileSync } from 'node:fs';
import { z } from 'zod';

const position = z.object({ line: z.int(), column: z.int() });

const reportSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.string(),
      mutants: z.array(
        z.object({
          mutatorName: z.string(),
          replacement: z.string().default(''),
          status: z.string(),
          location: z.object({ start: position, end: position }),
        }),
      ),
    }),
  ),
});

/** Stryker's report, as far as the summary needs it: mutants by file. */
export type Report = z.infer<typeof reportSchema>;

/** One mutant of the report. */
export type ReportedMutant = Report['files'][string]['mutants'][number];

/** Reads a report of Stryker (mutation-testing-report-schema). */
export function readReport(path: string): Report {
  return reportSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}
