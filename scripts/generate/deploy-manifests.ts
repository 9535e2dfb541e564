import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const deploy = join(import.meta.dirname, '..', '..', 'deploy');

/** What every object of a manifest has. */
export const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
});

/** An object of a manifest. */
export type Source = z.infer<typeof manifestSchema>;

/** The objects of a file of `deploy/`, as they stand there. */
export function manifestsOf(file: string): readonly Source[] {
  return parseAllDocuments(readFileSync(join(deploy, file), 'utf8')).map((document) =>
    manifestSchema.parse(document.toJS()),
  );
}
