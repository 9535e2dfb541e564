// Builds every artifact of a release into `out/`: see docs/development/release.md.
//   npm run release -- --dry-run    pushes nothing, and skips what this machine lacks a program for
//   npm run release                 pushes the image, and ends at the first missing program
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundle } from './build/bundle.ts';
import { readOptions } from './release/options.ts';
import type { Release } from './release/step.ts';
import { STEPS } from './release/steps.ts';

const options = readOptions(dirname(import.meta.dirname), process.argv.slice(2), process.env);

emptyFolder(options.release.out);
const programs = mkdtempSync(join(tmpdir(), 'bundle-'));
await bundle(programs);
let release: Release = { ...options.release, bundle: programs };
for (const step of STEPS) {
  const missing = step.missing?.();
  if (options.skip.includes(step.name)) {
    console.log(`${step.name}: skipped as requested`);
  } else if (missing === undefined) {
    release = step.run(release);
    console.log(`${step.name}: done`);
  } else if (release.dryRun) {
    console.log(`${step.name}: skipped, ${missing}`);
  } else {
    throw new Error(`${step.name}: ${missing}`);
  }
}
rmSync(programs, { recursive: true });

/** Removes an earlier release, and nothing else. */
function emptyFolder(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0 && !existsSync(join(folder, 'SHA256SUMS'))) {
    throw new Error(`${folder} is not empty and holds no release`);
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
