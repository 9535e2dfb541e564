import { cpSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { parseImage } from '../image-reference.ts';
import { outputOf, starts } from '../programs.ts';
import { inScratch } from '../scratch.ts';
import type { Step } from '../step.ts';

/** The Helm package, which names the released image. helm writes the times of the files into it. */
export const chartStep: Step = {
  name: 'chart',
  missing: () => (starts('helm', 'version') ? undefined : 'helm not found'),
  run(release) {
    const { root, out, image, version, epoch } = release;
    inScratch((scratch) => {
      const chart = join(scratch, 'chart');
      cpSync(join(root, 'deploy', 'chart'), chart, { recursive: true });
      const values = join(chart, 'values.yaml');
      writeFileSync(values, withImage(readFileSync(values, 'utf8'), image, version));
      for (const path of readdirSync(chart, { recursive: true, encoding: 'utf8' })) {
        utimesSync(join(chart, path), epoch, epoch);
      }
      outputOf('helm', ['package', chart, '--destination', out]);
    });
    return release;
  },
};

/** The values with the image, and their comments. The version of the chart stands for its own tag. */
function withImage(values: string, image: string, version: string): string {
  const { name, tag = '', digest = '' } = parseImage(image);
  const document = parseDocument(values);
  document.setIn(['image', 'repository'], name);
  document.setIn(['image', 'tag'], tag === version ? '' : tag);
  document.setIn(['image', 'digest'], digest);
  return document.toString({ lineWidth: 0 });
}
