import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { IMAGE_FLAGS } from '../image/node-flags.ts';
import type { Workbench } from './workbench.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** The operator in a separate process that a test can kill. */
export interface OperatorProcess {
  readonly pid: number;
  readonly lines: readonly string[];
  /** Resolves with the first line, past or future, that `matches`; rejects if the process ends before. */
  line(matches: (line: string) => boolean): Promise<string>;
  /** Its exit code after its end; null after a signal. */
  readonly ended: Promise<number | null>;
  /** Kills it, as a crash does. */
  kill(): Promise<void>;
  /** Sends SIGTERM and resolves with the exit code. */
  terminate(): Promise<number | null>;
}

/** Starts the bundled operator, or another `program` for Node.js, with the environment of the workbench. */
export function startOperatorProcess(
  bench: Workbench,
  env: Readonly<Record<string, string>> = {},
  onLine: (line: string, kill: () => void) => void = () => undefined,
  program: string = join(root, 'dist', 'main.js'),
): OperatorProcess {
  const child = spawn(process.execPath, [...IMAGE_FLAGS, '--disable-warning=ExperimentalWarning', program], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...bench.environment(env) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return superviseOperator(bench, child, onLine);
}

/** The operator in a process that was just started, with its output in pipes. The workbench kills it at its end. */
export function superviseOperator(
  bench: Workbench,
  child: ChildProcess,
  onLine: (line: string, kill: () => void) => void = () => undefined,
): OperatorProcess {
  const { pid } = child;
  if (pid === undefined) {
    throw new Error('the operator did not start');
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const lines: string[] = [];
  bench.watchOutput(lines);
  bench.atStop(() => kill());
  const waiting = new Set<(line: string) => void>();
  const take = (line: string): void => {
    lines.push(line);
    onLine(line, () => child.kill('SIGKILL'));
    for (const look of waiting) {
      look(line);
    }
  };
  for (const stream of streamsOf(child)) {
    createInterface({ input: stream }).on('line', take);
  }
  return {
    pid,
    lines,
    ended,
    line: (matches) =>
      new Promise((resolve, reject) => {
        const found = lines.find(matches);
        if (found !== undefined) {
          resolve(found);
          return;
        }
        const look = (line: string): void => {
          if (matches(line)) {
            waiting.delete(look);
            resolve(line);
          }
        };
        waiting.add(look);
        void ended.then((code) =>
          reject(new Error(`the operator ended (${code}):\n${lines.slice(-20).join('\n')}`)),
        );
      }),
    kill,
    async terminate() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

function streamsOf({ stdout, stderr }: ChildProcess) {
  return [stdout, stderr].filter((stream) => stream !== null);
}
