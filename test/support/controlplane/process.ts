import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** A program that runs beside the tests, with its output in a file. */
export interface Daemon {
  readonly name: string;
  /** `undefined` while it runs, then its exit code or signal, e.g. `code 1` or `SIGTERM`. */
  ended(): string | undefined;
  /** The last `lines` lines of its output. */
  logTail(lines: number): Promise<string>;
  /** SIGTERM, then SIGKILL after `graceMs`; resolves when the process has ended. */
  stop(graceMs?: number): Promise<void>;
}

/** Starts `command` with its output in `logFile`. A start that fails (no such file) shows in `ended()`. */
export function startDaemon(command: string, args: readonly string[], logFile: string): Daemon {
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, { stdio: ['ignore', log, log] });
  closeSync(log);

  let ended: string | undefined;
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ended = error.message;
      resolve();
    });
    child.once('exit', (code, signal) => {
      ended = signal ?? `code ${code}`;
      resolve();
    });
  });
  // A test process that ends without its teardown (a crash, `process.exit`) must not leave servers behind.
  const killAtExit = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', killAtExit);

  return {
    name: basename(command),
    ended: () => ended,
    logTail: async (lines) =>
      (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-lines).join('\n'),
    async stop(graceMs = 10_000) {
      await terminate(child, () => ended !== undefined, gone, graceMs);
      process.off('exit', killAtExit);
    },
  };
}

async function terminate(
  child: ChildProcess,
  hasEnded: () => boolean,
  gone: Promise<void>,
  graceMs: number,
): Promise<void> {
  if (hasEnded()) {
    return;
  }
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(kill);
}
