import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OUTPUTS } from '../../../scripts/generate/outputs.ts';

const root = join(import.meta.dirname, '../../..');

describe('generated files', () => {
  test.each(OUTPUTS.map(({ path, render }) => [path, render] as const))(
    '%s is what its source says (npm run generate)',
    (path, render) => {
      expect(readFileSync(join(root, path), 'utf8')).toBe(render());
    },
  );

  test('no CRD is there that nothing generates', () => {
    const generated = OUTPUTS.map(({ path }) => path);

    expect(readdirSync(join(root, 'crds')).filter((file) => !generated.includes(`crds/${file}`))).toEqual([]);
  });

  test('no output is written twice', () => {
    const paths = OUTPUTS.map(({ path }) => path);

    expect(new Set(paths).size).toBe(paths.length);
  });
});
