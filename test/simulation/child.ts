import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Compiled modules of earlier processes: most of the time of a short one goes into loading. */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/simulation');
/** Most objects of a run die young; with a larger young generation few are copied. */
const FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=64'];

/** Runs `npm run simulate` with these arguments in a process of its own; `onLine` gets each line as it is written. */
export async function simulateInProcess(
  argv: readonly string[],
  onLine: (line: string) => void = () => undefined,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const main = join(import.meta.dirname, 'main.ts');
  const child = spawn(process.execPath, [...FLAGS, main, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: CACHE },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output += `${line}\n`;
      onLine(line);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  return { code, output };
}
