import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { poll } from '../controlplane/poll.ts';
import type { Namespace } from '../workbench/cluster.ts';
import type { Workbench } from '../workbench/workbench.ts';

const entry = join(import.meta.dirname, '..', '..', '..', 'bin', 'kubectl-openconnectors');
const TIMEOUT_MS = 60_000;

/** Exit code and output of a run of the plugin. */
export interface PluginResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The kubectl plugin in a process of its own. */
export interface PluginProcess {
  readonly pid: number;
  readonly ended: Promise<PluginResult>;
  /** The output of both streams so far, in the order of arrival. */
  printed(): string;
  /** Waits until the output matches, and returns the match. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  /** Writes one line to standard input. */
  enter(line: string): void;
  /** Closes standard input. */
  closeInput(): void;
  /** Sends SIGINT, as Ctrl-C does. */
  interrupt(): void;
  /** Kills the process where it still runs. */
  kill(): void;
}

/** How the plugin starts. */
export interface PluginOptions {
  /** The program and its first arguments; absent: `bin/kubectl-openconnectors`. */
  readonly program?: readonly [string, ...string[]];
  /** Its working directory; absent: that of this process. */
  readonly folder?: string;
}

/** Starts the plugin with `env` and the PATH of this process. */
export function startPlugin(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { program: [program, ...first] = [entry], folder }: PluginOptions = {},
): PluginProcess {
  const child = spawn(program, [...first, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: 'pipe',
    ...(folder !== undefined && { cwd: folder }),
  });
  const { pid } = child;
  if (pid === undefined) {
    throw new Error('the plugin did not start');
  }
  let [all, stdout, stderr] = ['', '', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    all += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    all += text;
  });
  // A plugin that ends before it read all input closes the pipe.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<PluginResult>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    pid,
    ended,
    printed: () => all,
    shows: (pattern) =>
      poll(
        async () => {
          const match = new RegExp(pattern).exec(all);
          if (match === null && child.exitCode !== null) {
            throw new Error(`the plugin exited with ${child.exitCode} and did not print ${pattern}:\n${all}`);
          }
          return match ?? undefined;
        },
        TIMEOUT_MS,
        () => `the plugin did not print ${pattern}:\n${all}`,
      ),
    enter: (line) => void child.stdin.write(`${line}\n`),
    closeInput: () => void child.stdin.end(),
    interrupt: () => void child.kill('SIGINT'),
    kill: () => void child.kill('SIGKILL'),
  };
}

/**
 * Runs a command that calls Open Connectors in `namespace`; `home` is the home folder of its user, whose rights are
 * those of the operator without a `kubeconfig` (file).
 */
export function runOnAccount(
  bench: Workbench,
  namespace: Namespace,
  home: string,
  args: readonly string[],
  kubeconfig?: string,
): Promise<PluginResult> {
  const { KUBECONFIG: ofOperator = '', CA_FILE = '' } = bench.environment();
  const KUBECONFIG = kubeconfig ?? ofOperator;
  const host = `localhost:${bench.simulator.port}`;
  const all = [...args, '-n', namespace.name, '--ca-file', CA_FILE, '--allow-host', host];
  return startPlugin(all, { KUBECONFIG, HOME: home, XDG_STATE_HOME: join(home, 'state') }).ended;
}
