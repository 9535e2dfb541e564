import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledProgram, bundle } from '../../scripts/build/bundle.ts';
import { IMAGE_FLAGS } from '../support/image/node-flags.ts';

/**
 * Size of each program in bytes, and resident memory in MiB after its modules are loaded (Node of this project on Linux,
 * x64). Change a number together with what changes it.
 */
const RECORDED = {
  'main.js': { bytes: 1_920_000, rssMiB: 78 },
  'kubectl-openconnectors.js': { bytes: 2_023_000, rssMiB: 85 },
} as const;

/** Growth or shrinkage that needs a new record. */
const TOLERANCE = 0.1;

const folders: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Prints the resident memory when the process ends, and whether Node's own copy of undici was loaded. */
const METER = `data:text/javascript,${encodeURIComponent(`
  process.on('exit', () => {
    const isLoaded = process.moduleLoadList.includes('NativeModule internal/deps/undici/undici');
    process.stderr.write('\\nrss=' + process.memoryUsage.rss() + ' undici=' + isLoaded);
  });
`)}`;

/** Runs a program outside of the project, so that it finds no package. */
function run(folder: string, program: string, ...args: readonly string[]) {
  const result = spawnSync(
    process.execPath,
    [...IMAGE_FLAGS, '--import', METER, join(folder, program), ...args],
    { cwd: folder, encoding: 'utf8', env: {} },
  );
  const rss = Number(/rss=(\d+)/.exec(result.stderr)?.[1]);
  return { ...result, rssMiB: rss / 2 ** 20 };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The files of a folder with their content, by path. */
function contentOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length), readFileSync(path, 'utf8')];
    }),
  );
}

describe('the bundle', () => {
  let folder = '';
  let programs: readonly BundledProgram[] = [];
  beforeAll(async () => {
    folder = newFolder();
    programs = await bundle(folder);
  });

  it('has the same bytes when it is built again', async () => {
    const again = newFolder();
    await bundle(again);
    expect(contentOf(again)).toEqual(contentOf(folder));
  });

  it('holds the recorded programs', () => {
    expect(programs.map(({ path }) => path)).toEqual(Object.keys(RECORDED));
  });

  it.each(Object.entries(RECORDED))('has the recorded size: %s', (path, { bytes }) => {
    const size = programs.find((program) => program.path === path)?.bytes ?? 0;
    expect(size).toBeGreaterThan(bytes * (1 - TOLERANCE));
    expect(size).toBeLessThan(bytes * (1 + TOLERANCE));
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64').each(Object.entries(RECORDED))(
    'takes the recorded memory to load: %s',
    (path, { rssMiB }) => {
      const measured = median(Array.from({ length: 5 }, () => run(folder, path, '--help').rssMiB));
      expect(measured).toBeGreaterThan(rssMiB * (1 - TOLERANCE));
      expect(measured).toBeLessThan(rssMiB * (1 + TOLERANCE));
    },
  );

  it.each(Object.keys(RECORDED))('runs without installed packages: %s', (path) => {
    const { status, stdout, stderr } = run(folder, path, '--help');
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('--');
  });

  it.each(Object.keys(RECORDED))("does not load Node's own HTTP client: %s", (path) => {
    expect(run(folder, path, '--help').stderr).toContain(' undici=false');
  });

  it('has no typed API of the Kubernetes client in the operator', () => {
    expect(readFileSync(join(folder, 'main.js'), 'utf8')).not.toContain('readNamespacedSecret');
  });

  it.each(['@kubernetes/client-node', '@dot-i/k8s-operator', 'zod', 'pino', 'undici'])(
    'has the license of %s',
    (name) => {
      const licenses = readFileSync(join(folder, 'LICENSES.txt'), 'utf8');
      expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(\\S+\\)$`, 'm'));
    },
  );
});
