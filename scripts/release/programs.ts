import { spawnSync } from 'node:child_process';

/** Whether a program starts with these arguments. */
export function starts(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/** The standard output of a program. Throws with its error output if it fails. */
export function outputOf(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Buffer {
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    ...options,
    maxBuffer: 256 * 1024 * 1024,
  });
  if (error !== undefined) {
    throw error;
  }
  if (status !== 0) {
    throw new Error(
      `${program} ${args[0] ?? ''} ended with ${status ?? signal}: ${stderr.toString().trim()}`,
    );
  }
  return stdout;
}
