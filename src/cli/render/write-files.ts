import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../errors.ts';

/**
 * Writes `files` (text by name) to `folder`, which is created where it does not exist. Existing files are not
 * overwritten. Returns the paths. Throws `CliError`, which names `flag`.
 */
export async function writeFiles(
  flag: string,
  folder: string,
  files: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, text] of files) {
      await writeFile(join(folder, name), text, { flag: 'wx' });
    }
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new CliError(
      'failure',
      exists
        ? `${flag}: a file exists already. Choose an empty folder.`
        : `${flag}: the folder cannot be written.`,
    );
  }
  return [...files.keys()].map((name) => join(folder, name));
}
