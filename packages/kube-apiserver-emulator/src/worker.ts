import type { Clock } from 'test-kit/clock.ts';

/**
 * Runs the jobs of controllers after the response to the change that caused them, one at a time in order of their
 * arrival. A queued key is not queued again.
 */
export class Worker {
  readonly #clock: Clock;
  readonly #jobs = new Map<string, () => void>();
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  enqueue(key: string, job: () => void): void {
    if (this.#stopped || this.#jobs.has(key)) {
      return;
    }
    this.#jobs.set(key, job);
    this.#cancel ??= this.#clock.schedule(0, () => this.#run());
  }

  stop(): void {
    this.#stopped = true;
    this.#jobs.clear();
    this.#cancel?.();
  }

  #run(): void {
    this.#cancel = undefined;
    const [next] = this.#jobs;
    if (next === undefined) {
      return;
    }
    const [key, job] = next;
    this.#jobs.delete(key);
    if (this.#jobs.size > 0) {
      this.#cancel = this.#clock.schedule(0, () => this.#run());
    }
    job();
  }
}
