import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeArchive } from '../archive.ts';
import { copyProgram } from '../copy-program.ts';
import { inScratch } from '../scratch.ts';
import type { Step } from '../step.ts';

/** The bundle that the image contains, for those who build their own image. */
export const operatorStep: Step = {
  name: 'operator',
  run(release) {
    const { root, out, bundle, version, epoch } = release;
    inScratch((scratch) => {
      const folder = join(scratch, `operator-${version}`);
      mkdirSync(folder);
      copyProgram(bundle, 'main', folder);
      copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
      writeArchive(scratch, join(out, `operator-${version}.tar.gz`), epoch);
    });
    return release;
  },
};
