import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Compiled modules of earlier processes: most of the time of a short one goes into loading. */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/simulation');
/** Most objects of a run die young; with a larger young generation few are copied. */
const FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=64'];

/** Runs `npm run simulate` with these arguments in a process of its own. */
export async function simulateInProcess(
  ...argv: readonly string[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  const main = join(import.meta.dirname, 'main.ts');
  const child = spawn(process.execPath, [...FLAGS, main, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: CACHE },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  return { code, output };
}
