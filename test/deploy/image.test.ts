import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { outputOf } from '../../scripts/release/programs.ts';
import { VERSION } from '../../src/config/version.ts';
import { buildImage, canBuildImages, docker, dockerResult } from '../support/image/docker.ts';
import { RESTRICTED } from '../support/image/restricted.ts';
import { timeLimit } from '../support/time-limit.ts';

const BASE = 'gcr.io/distroless/nodejs24-debian13:nonroot';
const EPOCH = 1_700_000_000;
const BUILD_LIMIT_MS = timeLimit(300_000);

/** What each image adds to its base, MiB. Change a number together with what changes it. */
const STAGES = [
  {
    target: 'runtime',
    title: 'infusionsoft-connector-operator',
    addedMiB: 5,
    added:
      /^app\/(dist\/(main\.js|main\.js\.map|main-chunks\/([\w.-]+\.js(\.map)?)?|LICENSES\.txt|package\.json)?)?$/,
    help: '--help',
  },
  {
    target: 'simulator',
    title: 'open-connectors-simulator',
    addedMiB: 6.2,
    added: /^app\/(packages\/((open-connectors-simulator|test-kit)\/.*)?|node_modules\/.*)?$/,
    help: '--help',
  },
] as const;
const TOLERANCE = 0.1;

const inspection = z.tuple([
  z.object({
    Size: z.number(),
    RootFS: z.object({ Layers: z.array(z.string()) }),
    Config: z.object({
      User: z.string(),
      Labels: z.record(z.string(), z.string()).nullish(),
      Cmd: z.array(z.string()).nullish(),
    }),
  }),
]);

const inspect = (image: string) => inspection.parse(JSON.parse(docker('image', 'inspect', image)))[0];

/** The paths of an image; folders end in a slash. */
function filesOf(image: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'image-files-'));
  const container = docker('create', image);
  try {
    const archive = join(folder, 'files.tar');
    docker('export', '--output', archive, container);
    return outputOf('tar', ['-tf', archive]).toString().split('\n').slice(0, -1);
  } finally {
    docker('rm', container);
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.skipIf(!canBuildImages)('images (need docker with BuildKit and the base images)', () => {
  describe.each(STAGES)('$title', ({ target, title, addedMiB, added, help }) => {
    let image = '';
    beforeAll(() => {
      // A layer from the cache keeps the times of the build that it is from.
      image = buildImage(target, EPOCH, '--no-cache');
    }, BUILD_LIMIT_MS);
    afterAll(() => {
      dockerResult('rmi', image);
    });

    it('adds the program to its base, and nothing else', () => {
      const base = new Set(filesOf(BASE));
      const files = filesOf(image).filter((path) => !base.has(path));

      expect(files).toContain('app/');
      expect(files.filter((path) => !added.test(path))).toEqual([]);
    });

    it('contains no shell, no package manager and no tests', () => {
      const files = filesOf(image);

      expect(files).toContain('nodejs/bin/node');
      expect(files.filter((path) => /\/(sh|bash|dash|busybox|npm|npx|apt|dpkg)$/.test(path))).toEqual([]);
      expect(files.filter((path) => /^app\/.*\.test\.[jt]s$/.test(path))).toEqual([]);
    });

    it('has the recorded size', () => {
      const size = (inspect(image).Size - inspect(BASE).Size) / 2 ** 20;

      expect(size).toBeGreaterThan(addedMiB * (1 - TOLERANCE));
      expect(size).toBeLessThan(addedMiB * (1 + TOLERANCE));
    });

    it('runs as user 65532 and names what it is', () => {
      const { User, Labels, Cmd } = inspect(image).Config;

      expect(User).toBe('65532:65532');
      expect(Cmd ?? []).toEqual([]);
      expect(Labels).toMatchObject({
        'org.opencontainers.image.title': title,
        'org.opencontainers.image.version': VERSION,
        'org.opencontainers.image.licenses': 'Apache-2.0',
      });
    });

    it('starts with a read-only file system, without capabilities and network', () => {
      const { status, stdout, stderr } = dockerResult(
        'run',
        '--rm',
        '--network=none',
        '--memory=384m',
        ...RESTRICTED,
        image,
        help,
      );

      expect(status, stderr).toBe(0);
      expect(stdout).toContain('--');
    });

    it('has the same layers when it is built again without a cache', { timeout: BUILD_LIMIT_MS }, () => {
      const again = buildImage(target, EPOCH, '--no-cache');
      const layers = [image, again].map((one) => inspect(one).RootFS.Layers);
      if (again !== image) {
        docker('rmi', again);
      }

      expect(layers[1]).toEqual(layers[0]);
    });
  });
});
