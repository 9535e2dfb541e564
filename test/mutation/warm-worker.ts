import type { PoolWorker, ThreadsPoolWorker, WorkerRequest } from 'vitest/node';
import { z } from 'zod';

type Request<Type extends WorkerRequest['type']> = Extract<WorkerRequest, { type: Type }>;
type Listener = (...args: unknown[]) => void;

/** A thread that outlives the runs of the tests, and the request that configures the current run. */
export interface WarmThread {
  readonly worker: ThreadsPoolWorker;
  start: Request<'start'> | undefined;
}

/** What a worker needs from the pool that has it. */
export interface WarmHost {
  readonly name: string;
  /** Whether a test of the current run failed. */
  hasFailed(): boolean;
  /** The suites of a run, those first that failed last. */
  order(files: readonly string[]): readonly string[];
  /** Remembers a suite that failed. */
  promote(file: string): void;
  /** Forgets the thread, which ended. */
  drop(): void;
}

const finished = z.object({ type: z.literal('testfileFinished'), error: z.undefined().optional() });

/**
 * A worker of Vitest's pool for one run on a thread that goes on. It answers `start` and `stop` itself, and hands the
 * suites over one by one, so that none is loaded after a test has failed.
 */
export class WarmWorker implements PoolWorker {
  readonly name: string;
  readonly #thread: WarmThread;
  readonly #host: WarmHost;
  readonly #listeners: { event: string; listener: Listener; attached: Listener }[] = [];
  #rest: Request<'run'>[] = [];
  #current: Request<'run'> | undefined;
  #isReusable = false;

  constructor(thread: WarmThread, host: WarmHost) {
    this.name = host.name;
    this.#thread = thread;
    this.#host = host;
  }

  on(event: string, listener: Listener): void {
    const attached = event === 'message' ? (message: unknown) => this.#receive(message, listener) : listener;
    this.#listeners.push({ event, listener, attached });
    this.#thread.worker.on(event, attached);
  }

  off(event: string, listener: Listener): void {
    for (const { attached } of this.#listeners.filter(
      (it) => it.event === event && it.listener === listener,
    )) {
      this.#thread.worker.off(event, attached);
    }
  }

  send(message: WorkerRequest): void {
    switch (message.type) {
      case 'start':
        if (this.#thread.start === undefined) {
          this.#thread.worker.send(message);
        } else {
          this.#answer('started');
        }
        this.#thread.start = message;
        break;
      case 'stop':
        this.#isReusable = true;
        this.#answer('stopped');
        break;
      case 'run':
        this.#rest = this.#split(message);
        this.#runNext();
        break;
      default:
        this.#thread.worker.send(message);
    }
  }

  deserialize(data: unknown): unknown {
    return this.#thread.worker.deserialize(data);
  }

  async start(): Promise<void> {
    if (this.#thread.start === undefined) {
      await this.#thread.worker.start();
    }
  }

  async stop(): Promise<void> {
    for (const { event, listener } of this.#listeners) {
      this.off(event, listener);
    }
    if (!this.#isReusable) {
      this.#host.drop();
      await this.#thread.worker.stop();
    }
  }

  /** One request for each suite, with the configuration of this run: the thread has that of its first one. */
  #split(message: Request<'run'>): Request<'run'>[] {
    const { files } = message.context;
    const order = this.#host.order(files.map(({ filepath }) => filepath));
    return order.flatMap((path) => {
      const file = files.find(({ filepath }) => filepath === path);
      const context = { ...message.context, ...this.#thread.start?.context };
      return file === undefined ? [] : [{ ...message, context: { ...context, files: [file] } }];
    });
  }

  #runNext(): void {
    this.#current = this.#rest.shift();
    if (this.#current !== undefined) {
      this.#thread.worker.send(this.#current);
    }
  }

  #receive(message: unknown, listener: Listener): void {
    if (!finished.safeParse(message).success) {
      listener(message);
      return;
    }
    const hasFailed = this.#host.hasFailed();
    const file = this.#current?.context.files[0]?.filepath;
    if (hasFailed && file !== undefined) {
      this.#host.promote(file);
    }
    if (hasFailed || this.#rest.length === 0) {
      listener(message);
    } else {
      this.#runNext();
    }
  }

  /** Answers as the thread would. Asynchronous, because Vitest waits for the answer after it has sent the request. */
  #answer(type: 'started' | 'stopped'): void {
    queueMicrotask(() => {
      for (const { event, listener } of this.#listeners) {
        if (event === 'message') {
          listener({ __vitest_worker_response__: true, type });
        }
      }
    });
  }
}
