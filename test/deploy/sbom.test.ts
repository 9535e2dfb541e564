import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '..', '..');

const bomSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.object({ component: z.object({ name: z.string(), version: z.string() }) }),
  components: z.array(z.object({ purl: z.string() })),
});
interface Tree {
  readonly version?: string | undefined;
  readonly dependencies?: Readonly<Record<string, Tree>> | undefined;
}
const treeSchema: z.ZodType<Tree> = z.lazy(() =>
  z.object({
    version: z.string().optional(),
    dependencies: z.record(z.string(), treeSchema).optional(),
  }),
);

const npm = (...args: readonly string[]): string => {
  const { stdout, stderr } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  expect(stdout, stderr).not.toBe('');
  return stdout;
};

/** `name@version` of everything below a package in the tree of `npm ls`. */
const namesBelow = ({ dependencies = {} }: Tree): readonly string[] =>
  Object.entries(dependencies).flatMap(([name, child]) =>
    // npm lists a package that an optional dependency names and that is not installed, without a version.
    child.version === undefined ? [] : [`${name}@${child.version}`, ...namesBelow(child)],
  );

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
    // What the Dockerfile installs: without development dependencies and without workspaces.
    const options = ['--package-lock-only', '--omit=dev', '--workspaces=false'];
    const tree = treeSchema.parse(JSON.parse(npm('ls', '--all', '--json', ...options)));
    const production = namesBelow(tree).map((name) => `pkg:npm/${name.replace(/^@/, '%40')}`);
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
