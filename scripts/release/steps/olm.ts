import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { olmBundle } from '../../generate/olm/bundle.ts';
import { writeArchive } from '../archive.ts';
import type { Step } from '../step.ts';

/** `olm-bundle/`, the bundle with the released image, to be built as an image by its bundle.Dockerfile; and its archive. */
export const olmStep: Step = {
  name: 'olm',
  run(release) {
    const { out, image, repository, version, epoch } = release;
    const folder = join(out, 'olm-bundle');
    for (const { path, render } of olmBundle(image, repository)) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, render());
    }
    writeArchive(folder, join(out, `olm-bundle-${version}.tar.gz`), epoch);
    return release;
  },
};
