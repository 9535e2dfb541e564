import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseNotes } from '../changelog.ts';
import type { Step } from '../step.ts';

/** `RELEASE_NOTES.md`, from the changelog. */
export const notesStep: Step = {
  name: 'notes',
  run(release) {
    const { root, out, version } = release;
    const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
    writeFileSync(join(out, 'RELEASE_NOTES.md'), releaseNotes(changelog, version));
    return release;
  },
};
