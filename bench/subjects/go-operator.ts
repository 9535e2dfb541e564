import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Subject, startProgram } from './subject.ts';

const SOURCES = join(import.meta.dirname, '..', 'go');

/** The operator in Go, or why there is none. */
export type GoOperator =
  | { readonly state: 'built'; start(env: Readonly<Record<string, string>>): Subject }
  | { readonly state: 'skipped'; readonly reason: string };

/** Builds the operator in Go outside of the checkout. The first build takes minutes; Go caches it for the next. */
export function buildGoOperator(): GoOperator {
  if (spawnSync('go', ['version']).status !== 0) {
    return { state: 'skipped', reason: 'Go is not installed' };
  }
  const program = join(mkdtempSync(join(tmpdir(), 'bench-go-')), 'operator');
  const built = spawnSync('go', ['build', '-o', program, '.'], { cwd: SOURCES, encoding: 'utf8' });
  if (built.status !== 0) {
    return { state: 'skipped', reason: `go build failed: ${built.stderr.trim()}` };
  }
  return { state: 'built', start: (env) => startProgram(program, [], env) };
}
