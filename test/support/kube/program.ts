import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** One line of output of a program. */
export interface Told {
  readonly type: string;
  readonly name?: string;
  readonly message?: string;
}

/** Which base class the program is built on. */
export type ProgramName = 'plain' | 'reliable';

/** An operator in a separate process, because the library may end its process. */
export class Program implements AsyncDisposable {
  /** Its output so far. */
  readonly told: Told[] = [];
  /** Its standard error, for messages of failed tests. */
  stderr = '';
  readonly #child: ChildProcess;
  readonly #directory: string;
  #exit: { readonly code: number | null; readonly signal: string | null } | undefined;

  private constructor(child: ChildProcess, directory: string) {
    this.#child = child;
    this.#directory = directory;
    if (child.stdout === null || child.stderr === null) {
      throw new Error('the program has no output');
    }
    createInterface({ input: child.stdout }).on('line', (line) => this.told.push(JSON.parse(line) as Told));
    child.stderr.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString('utf8');
    });
    child.on('exit', (code, signal) => {
      this.#exit = { code, signal };
    });
  }

  /** Starts the program with a kubeconfig of this content. */
  static async start(name: ProgramName, kubeconfig: string): Promise<Program> {
    const directory = await mkdtemp(join(tmpdir(), 'operator-program-'));
    const file = join(directory, 'kubeconfig');
    await writeFile(file, kubeconfig);
    const script = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
      env: { PATH: process.env['PATH'], KUBECONFIG: file },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Program(child, directory);
  }

  /** The exit code, `undefined` while it runs. */
  get exitCode(): number | null | undefined {
    return this.#exit?.code;
  }

  /** Whether its output has a line that matches `expected`. */
  hasTold(expected: Partial<Told>): boolean {
    return this.count(expected) > 0;
  }

  /** Number of lines of its output that match `expected`. */
  count(expected: Partial<Told>): number {
    return this.told.filter(
      ({ type, name }) =>
        (expected.type === undefined || expected.type === type) &&
        (expected.name === undefined || expected.name === name),
    ).length;
  }

  terminate(): void {
    this.#child.kill('SIGTERM');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#exit === undefined) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve));
      this.#child.kill('SIGKILL');
      await ended;
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}
