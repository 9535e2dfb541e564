import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputOf } from '../../../scripts/release/programs.ts';

const root = join(import.meta.dirname, '..', '..', '..');
/** The program of Docker. */
export const DOCKER = process.env['DOCKER'] ?? 'docker';
const env = { ...process.env, DOCKER_BUILDKIT: '1' };

/** Runs docker in the root of the project. Returns its standard output; throws with its error output if it fails. */
export function docker(...args: readonly string[]): string {
  return outputOf(DOCKER, args, { cwd: root, env }).toString().trim();
}

/** Runs docker, whatever its exit code. */
export function dockerResult(...args: readonly string[]) {
  return spawnSync(DOCKER, args, { cwd: root, env, encoding: 'utf8' });
}

/** The bases that the Dockerfile names. */
function bases(): readonly string[] {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
  return [...text.matchAll(/^ARG \w+_IMAGE=(\S+)$/gm)].map(([, name = '']) => name);
}

/** Whether Docker with BuildKit runs and has the bases of the images. Suites that need them are skipped without. */
export const canBuildImages =
  dockerResult('build', '--help').status === 0 && dockerResult('image', 'inspect', ...bases()).status === 0;

/** Builds a stage of the Dockerfile and returns the id of its image. */
export function buildImage(target: string, epoch: number, ...args: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  try {
    const file = join(folder, 'id');
    // The network of the host is available also where Docker has no bridge.
    const options = ['--network', 'host', '--target', target, '--iidfile', file];
    docker('build', ...options, '--build-arg', `SOURCE_DATE_EPOCH=${epoch}`, ...args, '.');
    return readFileSync(file, 'utf8').trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
