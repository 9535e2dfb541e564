import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';

const program = process.env['KUBECTL'] ?? 'kubectl';

/** How a run of kubectl ended. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run that is still going on. */
export interface RunningKubectl {
  /** What it has printed so far. */
  output(): string;
  stop(): Promise<void>;
}

/** The version that kubectl says it has; `undefined` when there is no kubectl. */
export function kubectlVersion(): string | undefined {
  try {
    const text = execFileSync(program, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
    return /"gitVersion": "([^"]+)"/.exec(text)?.[1];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/** The real kubectl with a home of its own, so that it finds no configuration or cache of anybody. */
export class Kubectl {
  private readonly home = mkdtempSync(join(tmpdir(), 'kubectl-'));
  private readonly arguments: readonly string[];

  constructor(kubeconfig: string) {
    const file = join(this.home, 'kubeconfig');
    writeFileSync(file, kubeconfig, { mode: 0o600 });
    this.arguments = ['--kubeconfig', file];
  }

  /** Runs kubectl to its end, with `input` on stdin. */
  run(args: readonly string[], input?: string): Promise<Run> {
    return new Promise((resolve) => {
      const child = execFile(
        program,
        [...this.arguments, ...args],
        { env: this.environment(), timeout: 30_000 },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
          resolve({ code, stdout, stderr });
        },
      );
      child.stdin?.end(input);
    });
  }

  /** Runs kubectl, which has to succeed; returns what it printed. */
  async ok(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, input);
    expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
    return stdout;
  }

  /** Starts a run that has no end of its own. */
  start(args: readonly string[]): RunningKubectl {
    const child: ChildProcess = spawn(program, [...this.arguments, ...args], {
      env: this.environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    return {
      output: () => output,
      async stop() {
        child.kill('SIGKILL');
        await gone;
      },
    };
  }

  close(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  private environment(): NodeJS.ProcessEnv {
    return { PATH: process.env['PATH'], HOME: this.home };
  }
}
