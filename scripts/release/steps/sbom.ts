import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf } from '../programs.ts';
import type { Step } from '../step.ts';

/** `sbom.cdx.json`: the production dependencies of the lockfile. The image has its own SBOM with the base. */
export const sbomStep: Step = {
  name: 'sbom',
  run(release) {
    const { root, out } = release;
    writeFileSync(
      join(out, 'sbom.cdx.json'),
      outputOf(process.execPath, ['scripts/sbom.mjs'], { cwd: root }),
    );
    return release;
  },
};
