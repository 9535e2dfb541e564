import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** Exit code and output of a kubectl run. */
export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real kubectl, bound to one control plane. */
export interface Kubectl {
  /**
   * Runs `kubectl <args>` with `input` on standard input (`apply -f -`). Rejects with standard error if the exit code is
   * not 0, unless `check` is false.
   */
  run(
    args: readonly string[],
    options?: { readonly input?: string; readonly check?: boolean },
  ): Promise<KubectlResult>;
  /** Removes its folder. */
  close(): Promise<void>;
}

/** Name or path of the program: `KUBECTL`, or kubectl on `PATH`. */
export function kubectlProgram(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return env['KUBECTL'] ?? 'kubectl';
}

/** Whether `program` can be run at all. */
export function hasKubectl(program: string): boolean {
  return spawnSync(program, ['version', '--client'], { stdio: 'ignore' }).status === 0;
}

/** Keeps kubeconfig and discovery cache in a temporary folder, separate from other runs. */
export async function createKubectl(program: string, kubeconfig: string): Promise<Kubectl> {
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-'));
  const config = join(folder, 'config');
  await writeFile(config, kubeconfig, { mode: 0o600 });
  const env = { ...process.env, HOME: folder, KUBECONFIG: config };

  return {
    async run(args, { input, check = true } = {}) {
      const child = spawn(program, [`--cache-dir=${join(folder, 'cache')}`, ...args], { env });
      const code = new Promise<number>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (status) => resolve(status ?? -1));
      });
      // kubectl may exit without reading all of its input; the exit code shows the failure.
      child.stdin.once('error', () => undefined);
      child.stdin.end(input ?? '');
      const [status, stdout, stderr] = await Promise.all([code, text(child.stdout), text(child.stderr)]);
      if (check && status !== 0) {
        throw new Error(`kubectl ${args.join(' ')} ended with ${status}: ${stderr.trim()}`);
      }
      return { code: status, stdout, stderr };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
