import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '..', '..');

const bomSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.object({ component: z.object({ name: z.string(), version: z.string() }) }),
  components: z.array(z.object({ purl: z.string() })),
});
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      dev: z.boolean().optional(),
      devOptional: z.boolean().optional(),
    }),
  ),
});

const run = (): string => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/sbom.mjs'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  expect(status, stderr).toBe(0);
  return stdout;
};

describe('the list of components', () => {
  test('has every production dependency of the lockfile, and no other', () => {
    const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
    const production = Object.entries(packages)
      .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
      .map(
        ([path, { version }]) =>
          `pkg:npm/${path.split('node_modules/').at(-1)?.replace('@', '%40')}@${version}`,
      );
    const { components } = bomSchema.parse(JSON.parse(run()));

    expect(new Set(components.map(({ purl }) => purl))).toEqual(new Set(production));
    expect(production).toContainEqual(expect.stringMatching(/^pkg:npm\/undici@/));
  });

  test('is the same on every run, and names the project', () => {
    const first = run();

    expect(run()).toBe(first);
    expect(bomSchema.parse(JSON.parse(first)).metadata.component.name).toBe(
      'infusionsoft-connector-operator',
    );
  });
});
