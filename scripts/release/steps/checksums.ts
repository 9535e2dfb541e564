import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../sha256.ts';
import type { Step } from '../step.ts';

/** Named by its digest in the registry. */
const OF_IMAGE = /^image\./;

/** `SHA256SUMS` of the files that are published, for `sha256sum --check`. */
export const checksumsStep: Step = {
  name: 'checksums',
  run(release) {
    const { out } = release;
    const lines = readdirSync(out, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !OF_IMAGE.test(entry.name))
      .map(({ name }) => name)
      .sort()
      .map((name) => `${sha256(join(out, name))}  ${name}\n`);
    writeFileSync(join(out, 'SHA256SUMS'), lines.join(''));
    return release;
  },
};
