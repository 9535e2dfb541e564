import { spawnSync } from 'node:child_process';

/** Whether a program is installed; `versionFlag` is the one that it knows. */
export function has(program: string, versionFlag = '--version'): boolean {
  return spawnSync(program, [versionFlag], { stdio: 'ignore' }).status === 0;
}

/** Runs a program to its end and returns its exit code with all that it printed. */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  return { code: status, output: `${stdout}${stderr}` };
}
