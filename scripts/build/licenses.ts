import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const PACKAGE = z.object({ name: z.string(), version: z.string(), license: z.string().optional() });

/** The folder of the package that a file of node_modules belongs to. */
const PACKAGE_FOLDER = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** The license texts of the packages with files among `inputs` (paths relative to `root`), in the order of their names. */
export function licensesOf(root: string, inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap((input) => PACKAGE_FOLDER.exec(input)?.[1] ?? []));
  return [...folders]
    .map((folder) => licenseOf(join(root, folder)))
    .sort()
    .join('\n\n');
}

function licenseOf(folder: string): string {
  const {
    name,
    version,
    license = 'unknown',
  } = PACKAGE.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice)/i.test(file) && existsSync(join(folder, file)))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}
