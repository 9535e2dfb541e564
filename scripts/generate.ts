import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OUTPUTS } from './generate/outputs.ts';

const root = dirname(import.meta.dirname);

for (const { path, render } of OUTPUTS) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, render());
  console.log(path);
}
