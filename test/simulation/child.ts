import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Runs `npm run simulate` with these arguments in a process of its own. */
export async function simulateInProcess(
  ...argv: readonly string[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  const main = join(import.meta.dirname, 'main.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
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
