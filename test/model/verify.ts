import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputOf } from '../../scripts/release/programs.ts';

/** What the verifier found. */
export interface SearchResult {
  /** Text of the first violated assertion or an unexpected end state; `undefined` where all states are right. */
  readonly violation: string | undefined;
  /** Distinct states that were visited. */
  readonly states: number;
  /** Whether every reachable state was visited: no bound of depth or memory was met. */
  readonly complete: boolean;
}

const MODEL = join(import.meta.dirname, 'create.pml');
/** Steps of the longest path; the search reports where it is too small. */
const DEPTH = 200_000;

/** Searches every state of the model under `defines`, such as `CRASHES=1` or the name of a rule to take out. */
export function verify(defines: readonly string[]): SearchResult {
  const folder = mkdtempSync(join(tmpdir(), 'model-'));
  const checked = (program: string, args: readonly string[]): string =>
    outputOf(program, args, { cwd: folder }).toString();
  try {
    checked('spin', [...defines.map((define) => `-D${define}`), '-a', MODEL]);
    checked('gcc', ['-O2', '-w', '-DSAFETY', '-DCOLLAPSE', '-DVECTORSZ=2048', '-o', 'pan', 'pan.c']);
    const output = checked(join(folder, 'pan'), [`-m${DEPTH}`, '-w24']);
    return {
      violation: /^pan:1: (.*) \(at depth/m.exec(output)?.[1],
      states: Number(/^\s*(\d+) states, stored/m.exec(output)?.[1]),
      complete:
        /errors: 0$/m.test(output) &&
        !output.includes('Search not completed') &&
        !output.includes('max search depth'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
