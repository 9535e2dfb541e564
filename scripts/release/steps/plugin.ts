import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pluginArchiveName, renderKrewManifest } from '../../generate/krew.ts';
import { writeArchive } from '../archive.ts';
import { copyProgram } from '../copy-program.ts';
import { inScratch } from '../scratch.ts';
import { sha256 } from '../sha256.ts';
import type { Step } from '../step.ts';

/** The archive of the kubectl plugin for every platform with Node.js, and its krew manifest. */
export const pluginStep: Step = {
  name: 'plugin',
  run(release) {
    const { root, out, bundle, version, epoch, downloadUrl, repository } = release;
    const name = pluginArchiveName(version);
    inScratch((scratch) => {
      const lib = join(scratch, 'lib');
      mkdirSync(lib);
      copyProgram(bundle, 'kubectl-openconnectors', lib);
      for (const program of ['kubectl-openconnectors', 'kubectl_complete-openconnectors']) {
        copyFileSync(join(root, 'bin', program), join(scratch, program));
        chmodSync(join(scratch, program), 0o755);
      }
      copyFileSync(join(root, 'LICENSE'), join(scratch, 'LICENSE'));
      writeArchive(scratch, join(out, name), epoch);
    });
    const manifest = renderKrewManifest({
      uri: `${downloadUrl}/${name}`,
      sha256: sha256(join(out, name)),
      homepage: repository,
    });
    writeFileSync(join(out, 'openconnectors.yaml'), manifest);
    return release;
  },
};
