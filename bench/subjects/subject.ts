import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { IMAGE_FLAGS } from '../../test/support/image/node-flags.ts';
import { type ProcessUsage, usageOf } from '../measure/process-usage.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Every program on Node.js runs with the same. */
const NODE_FLAGS = [...IMAGE_FLAGS, '--disable-warning=ExperimentalWarning'];

/** Characters of the output that are kept. */
const KEPT_OUTPUT = 2_000;

/** A running program that is measured. */
export interface Subject {
  usage(): ProcessUsage;
  /** Resolves with the exit code; `null` after a signal. */
  readonly ended: Promise<number | null>;
  /** The end of what it printed. */
  lastOutput(): string;
  /** Ends it by SIGTERM. */
  stop(): Promise<void>;
  /** Ends it by SIGKILL. */
  kill(): Promise<void>;
}

/** Starts a program of the project in a process of its own. What it prints is kept in part, to explain its end. */
export function startSubject(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Subject {
  return startProgram(process.execPath, [...NODE_FLAGS, ...flags, join(ROOT, program), ...args], env);
}

/** Starts any program in the same way. */
export function startProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Subject {
  const child: ChildProcess = spawn(program, [...args], {
    cwd: ROOT,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    });
  }
  const { pid } = child;
  if (pid === undefined) {
    throw new Error(`${program} did not start.`);
  }
  const ended = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null);
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return {
    usage: () => usageOf(pid),
    ended,
    lastOutput: () => output,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** The bundled operator, as the image starts it; its end writes a CPU profile to `cpuProf`. */
export function startOperator(
  env: Readonly<Record<string, string>>,
  cpuProf: string | undefined = undefined,
  nodeFlags: readonly string[] = [],
): Subject {
  const profile = cpuProf === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(cpuProf)}`];
  return startSubject('dist/main.js', [], { LEADER_ELECT: 'true', ...env }, [...profile, ...nodeFlags]);
}

/** The bare client, for the connectors of a namespace. */
export function startBareClient(
  work: 'create' | 'delete',
  namespace: string,
  env: Readonly<Record<string, string>>,
): Subject {
  return startSubject('bench/subjects/bare.ts', [work, namespace], env);
}

/** The operator on the plain library, for the connectors of a namespace. */
export function startPlainOperator(namespace: string, env: Readonly<Record<string, string>>): Subject {
  return startSubject('bench/subjects/plain.ts', [namespace], env);
}
