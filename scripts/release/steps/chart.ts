import { cpSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, parseDocument, stringify } from 'yaml';
import { OPERATOR_NAME } from '../../generate/rbac-roles.ts';
import { releaseNotes } from '../changelog.ts';
import { chartChanges } from '../chart-changes.ts';
import { parseImage } from '../image-reference.ts';
import { outputOf, starts } from '../programs.ts';
import { inScratch } from '../scratch.ts';
import type { Release, Step } from '../step.ts';

/** The Helm package, which names the released image. helm writes the times of the files into it. */
export const chartStep: Step = {
  name: 'chart',
  missing: () => (starts('helm', 'version') ? undefined : 'helm not found'),
  run(release) {
    const { root, out, epoch } = release;
    inScratch((scratch) => {
      const chart = join(scratch, 'chart');
      cpSync(join(root, 'deploy', 'chart'), chart, { recursive: true });
      edit(join(chart, 'values.yaml'), (values) => setImage(values, release));
      edit(join(chart, 'Chart.yaml'), (metadata) => setMetadata(metadata, release));
      for (const path of readdirSync(chart, { recursive: true, encoding: 'utf8' })) {
        utimesSync(join(chart, path), epoch, epoch);
      }
      outputOf('helm', ['package', chart, '--destination', out]);
    });
    return release;
  },
};

/** Changes a YAML file, and keeps its comments. */
function edit(file: string, change: (document: Document) => void): void {
  const document = parseDocument(readFileSync(file, 'utf8'));
  change(document);
  writeFileSync(file, document.toString({ lineWidth: 0 }));
}

/** The version of the chart stands for its own tag. */
function setImage(values: Document, { image, version }: Release): void {
  const { name, tag = '', digest = '' } = parseImage(image);
  values.setIn(['image', 'repository'], name);
  values.setIn(['image', 'tag'], tag === version ? '' : tag);
  values.setIn(['image', 'digest'], digest);
}

/** What Artifact Hub shows of a release. */
function setMetadata(metadata: Document, { root, image, version, repository }: Release): void {
  const notes = releaseNotes(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version);
  metadata.set('home', repository);
  metadata.set('sources', [repository]);
  const annotate = (name: string, value: object): void =>
    metadata.setIn(['annotations', `artifacthub.io/${name}`], stringify(value, { lineWidth: 0 }));
  annotate('images', [{ name: OPERATOR_NAME, image }]);
  annotate('changes', chartChanges(notes));
}
