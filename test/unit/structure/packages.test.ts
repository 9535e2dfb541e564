import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readImports } from './imports.ts';

const root = join(import.meta.dirname, '../../..');

const manifestSchema = z.object({
  name: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
});

const readManifest = (folder: string) =>
  manifestSchema.parse(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')));

const operator = readManifest('.');
const names = readdirSync(join(root, 'packages'));

/** Every file below `folder` with the packages that it imports by name, without those of Node itself. */
function packagesOf(folder: string): readonly { readonly file: string; readonly name: string }[] {
  return [...readImports(folder).packages].flatMap(([file, imported]) =>
    imported.filter((name) => !name.startsWith('node:')).map((name) => ({ file, name })),
  );
}

describe.each(names)('the package %s', (name) => {
  const manifest = readManifest(`packages/${name}`);

  it('has the name of its folder', () => {
    expect(manifest.name).toBe(name);
  });

  it('imports no file outside of itself', () => {
    const outside = [...readImports(`packages/${name}`).imports].flatMap(([file, imported]) =>
      imported.filter(({ to }) => to.startsWith('..')).map(({ to }) => `${file} -> ${to}`),
    );
    expect(outside).toEqual([]);
  });

  it('imports in its sources the packages alone that it depends on', () => {
    const allowed = Object.keys(manifest.dependencies);
    expect(packagesOf(`packages/${name}/src`).filter((one) => !allowed.includes(one.name))).toEqual([]);
  });

  it('imports in its tests the packages alone that it declares, and the test runner', () => {
    const allowed = [
      ...Object.keys(manifest.dependencies),
      ...Object.keys(manifest.devDependencies),
      'vitest',
    ];
    expect(packagesOf(`packages/${name}`).filter((one) => !allowed.includes(one.name))).toEqual([]);
  });

  it('takes the versions that the operator takes', () => {
    const shared = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([dependency, version]) => (operator.dependencies[dependency] ?? version) !== version,
    );
    expect(shared).toEqual([]);
  });
});

describe('src', () => {
  it('imports no package of this repository', () => {
    expect(packagesOf('src').filter(({ name }) => names.includes(name))).toEqual([]);
  });
});
