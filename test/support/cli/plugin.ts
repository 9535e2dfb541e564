import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { poll } from '../controlplane/poll.ts';

const entry = join(import.meta.dirname, '..', '..', '..', 'bin', 'kubectl-openconnectors');
const PATIENCE_MS = 60_000;

/** How a run of the plugin ended, and all that it printed. */
export interface PluginResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The kubectl plugin in a process of its own, as a person runs it. */
export interface PluginProcess {
  readonly pid: number;
  readonly ended: Promise<PluginResult>;
  /** What it has printed so far, both streams in the order of their coming. */
  printed(): string;
  /** Waits until what was printed matches, and returns the match. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  /** Gives it one line on standard input. */
  enter(line: string): void;
  /** Ends its standard input. */
  closeInput(): void;
  /** Ends it at once, where it has not ended by itself. */
  kill(): void;
}

/** Starts `bin/kubectl-openconnectors` with nothing of this process' environment but what finds programs. */
export function startPlugin(args: readonly string[], env: Readonly<Record<string, string>>): PluginProcess {
  const child = spawn(entry, args, { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: 'pipe' });
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
  // It may end without reading all of its input; its exit code tells.
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
            throw new Error(`the plugin ended with ${child.exitCode} and did not show ${pattern}:\n${all}`);
          }
          return match ?? undefined;
        },
        PATIENCE_MS,
        () => `the plugin did not show ${pattern}:\n${all}`,
      ),
    enter: (line) => void child.stdin.write(`${line}\n`),
    closeInput: () => void child.stdin.end(),
    kill: () => void child.kill('SIGKILL'),
  };
}
