import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputOf } from '../../../scripts/release/programs.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** The commit of the release before this one. A new release replaces it. */
const PREVIOUS_COMMIT = '1913796';

/** The files of the previous release that run. */
export interface PreviousRelease {
  /** Its entry file, for Node.js. */
  readonly program: string;
  /** The folder of its CRDs. */
  readonly crds: string;
  remove(): void;
}

/** Whether the history of this checkout holds the previous release. */
export function hasPreviousRelease(): boolean {
  return spawnSync('git', ['cat-file', '-e', `${PREVIOUS_COMMIT}^{commit}`], { cwd: root }).status === 0;
}

/**
 * Unpacks the previous release into a temporary folder. Its runtime dependencies are those of this version: both pin the
 * same.
 */
export function unpackPreviousRelease(): PreviousRelease {
  const folder = mkdtempSync(join(tmpdir(), 'previous-release-'));
  const archive = join(folder, 'source.tar');
  const source = join(folder, 'source');
  mkdirSync(source);
  outputOf('git', ['archive', `--output=${archive}`, PREVIOUS_COMMIT, 'src', 'crds', 'package.json'], {
    cwd: root,
  });
  outputOf('tar', ['-x', '-f', archive, '-C', source]);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return {
    program: join(source, 'src', 'main.ts'),
    crds: join(source, 'crds'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
