import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { timeLimit } from '../support/time-limit.ts';
import { DemoFailure } from './failure.ts';

const root = join(import.meta.dirname, '..', '..');

/** Grace period of the operator after SIGTERM, milliseconds. */
const graceMs = timeLimit(5_000);

/** The operator in a separate process, as in a cluster. */
export interface OperatorProcess {
  readonly pid: number;
  /** Rejects if the process ends before `stop` is called. Never resolves. */
  readonly untilItFails: Promise<never>;
  /** The last lines of its log. */
  logTail(lines: number): Promise<string>;
  /** Ends the process with SIGTERM, then SIGKILL. */
  stop(): Promise<void>;
}

/** Starts the bundled operator with `env` and its output in `logFile`. Fails if no process starts. */
export function startOperator(env: Readonly<Record<string, string>>, logFile: string): OperatorProcess {
  const log = openSync(logFile, 'a');
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--import',
      join(import.meta.dirname, 'end-with-parent.ts'),
      join(root, 'dist', 'main.js'),
    ],
    {
      cwd: root,
      // In a separate process group, so that Ctrl-C does not reach it and the demo stops it in order.
      detached: true,
      windowsHide: true,
      stdio: ['pipe', log, log],
      // Without the operator settings of this machine's environment.
      env: { PATH: process.env['PATH'], ...env },
    },
  );
  closeSync(log);
  const killAtExit = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', killAtExit);

  const { promise: gone, resolve: setGone } = Promise.withResolvers<string>();
  child.once('error', (error) => setGone(error.message));
  child.once('exit', (code, signal) => setGone(signal ?? `code ${code}`));
  let stopping = false;
  const untilItFails = gone.then(async (how): Promise<never> => {
    if (stopping) {
      return new Promise<never>(() => undefined);
    }
    throw new DemoFailure(`The operator ended (${how}) in the middle of the demonstration.`);
  });
  // Callers that wait get this rejection; without a caller it must not count as unhandled.
  untilItFails.catch(() => undefined);
  if (child.pid === undefined) {
    throw new DemoFailure('The operator could not be started.');
  }
  return {
    pid: child.pid,
    untilItFails,
    logTail: async (lines) =>
      (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-lines).join('\n'),
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      const force = setTimeout(killAtExit, graceMs);
      await gone;
      clearTimeout(force);
      process.off('exit', killAtExit);
    },
  };
}
