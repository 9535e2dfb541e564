import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ELEMENT_KEYS } from '../../../src/provider/elements.ts';
import { PARAMETERS } from '../../../src/provider/parameters.ts';
import { readImports } from './imports.ts';

const SRC = join(import.meta.dirname, '../../../src');

describe('an element key or parameter of the provider', () => {
  it.each([...ELEMENT_KEYS, ...Object.values(PARAMETERS)])('is written once: %s', (name) => {
    const others = readImports('src').files.filter((file) => !file.startsWith('provider/'));
    const repeated = others.filter((file) => readFileSync(join(SRC, file), 'utf8').includes(`'${name}'`));
    expect(repeated).toEqual([]);
  });
});
