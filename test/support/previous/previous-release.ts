import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
  const archive = run('git', ['archive', PREVIOUS_COMMIT, 'src', 'crds', 'package.json'], root);
  const source = join(folder, 'source');
  mkdirSync(source);
  run('tar', ['-x', '-f', '-', '-C', source], root, archive);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return {
    program: join(source, 'src', 'main.ts'),
    crds: join(source, 'crds'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function run(program: string, args: readonly string[], cwd: string, input?: Buffer): Buffer {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    input,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) {
    throw new Error(`${program} ${args[0]} ended with ${status}: ${stderr}`);
  }
  return stdout;
}
