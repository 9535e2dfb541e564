import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const packageSchema = z.object({ version: z.string(), description: z.string() });

/** Version and description of the project, from package.json. */
export function project(): z.infer<typeof packageSchema> {
  const file = join(import.meta.dirname, '..', '..', 'package.json');
  return packageSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Address of the source repository where a release names no other. */
export const REPOSITORY = 'https://git.example.com/operators/infusionsoft';

/** Where the files of a version can be downloaded. */
export function downloadUrlOf(repository: string, version: string): string {
  return `${repository}/releases/download/v${version}`;
}

/** Words by which the catalogs of Artifact Hub and OperatorHub find the operator. */
export const KEYWORDS = ['operator', 'open-connectors', 'infusionsoft', 'keap', 'sap'];

/** Oldest version of Kubernetes on which the operator was installed. */
export const MINIMUM_KUBERNETES = '1.20.0';
