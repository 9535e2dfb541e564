import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Copies a program of the bundle, with its chunks, source maps and licenses, into `target`. */
export function copyProgram(bundle: string, program: string, target: string): void {
  const own = new RegExp(`^${program}(\\.js(\\.map)?|-chunks)$|^(LICENSES\\.txt|package\\.json)$`);
  for (const name of readdirSync(bundle).filter((entry) => own.test(entry))) {
    cpSync(join(bundle, name), join(target, name), { recursive: true });
  }
}
