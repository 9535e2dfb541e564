import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { WorkQueue, type WorkQueueOptions } from '../../../src/kube/queue/work-queue.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

/** A queue whose handlers run until they are told to end. */
function createQueue(overrides: Partial<WorkQueueOptions<string>> = {}) {
  const clock = new VirtualClock();
  const handled: string[] = [];
  const running = new Map<string, () => void>();
  const errors: unknown[] = [];
  const queue = new WorkQueue<string>({
    idOf: (key) => key,
    clock,
    random: { ...seededRandom(1), fraction: () => 0 },
    workers: 1,
    groupOf: (key) => key.split('/')[0] ?? '',
    handle: (key) => {
      handled.push(key);
      return new Promise((resolve) => running.set(key, resolve));
    },
    onError: (_key, error) => errors.push(error),
    ...overrides,
  });
  const finish = async (key: string): Promise<void> => {
    running.get(key)?.();
    running.delete(key);
    await settle();
  };
  return { clock, queue, handled, running, errors, finish };
}

describe('a work queue', () => {
  test('holds keys until it is started, each once', async () => {
    const { queue, handled } = createQueue({ workers: 4 });
    queue.add('a/1');
    queue.add('a/1');
    queue.add('a/2');
    await settle();
    expect([handled, queue.depth]).toEqual([[], 2]);
    queue.start();
    await settle();
    expect(handled).toEqual(['a/1', 'a/2']);
  });

  test('runs a key again that was added while it ran, and not at the same time', async () => {
    const { queue, handled, finish } = createQueue({ workers: 4 });
    queue.start();
    queue.add('a/1');
    await settle();
    queue.add('a/1');
    queue.add('a/1');
    await settle();
    expect(handled).toEqual(['a/1']);
    await finish('a/1');
    expect(handled).toEqual(['a/1', 'a/1']);
    await finish('a/1');
    expect([handled.length, queue.inFlight, queue.depth]).toEqual([2, 0, 0]);
  });

  test('gives every namespace its turn', async () => {
    const { queue, handled, finish } = createQueue();
    for (const key of ['big/1', 'big/2', 'big/3', 'small/1', 'tiny/1']) {
      queue.add(key);
    }
    queue.start();
    await settle();
    for (let n = 0; n < 5; n++) {
      await finish(handled.at(-1) ?? '');
    }
    expect(handled).toEqual(['big/1', 'small/1', 'tiny/1', 'big/2', 'big/3']);
  });

  test('takes an edit before thousands of resyncs, and lets resyncs that have waited have their share', async () => {
    const { clock, queue, handled, finish } = createQueue({ starvationGuard: { afterMs: 1_000, share: 4 } });
    for (let n = 0; n < 1_000; n++) {
      queue.add(`a/resync-${n}`, { priority: 'resync' });
    }
    for (let n = 0; n < 8; n++) {
      queue.add(`a/edit-${n}`);
    }
    await clock.advance(2_000);
    queue.start();
    await settle();
    for (let n = 0; n < 7; n++) {
      await finish(handled.at(-1) ?? '');
    }
    expect(handled.map((key) => key.split('-')[0])).toEqual(
      ['edit', 'edit', 'edit', 'resync', 'edit', 'edit', 'edit', 'resync'].map((kind) => `a/${kind}`),
    );
  });

  it('serves a user edit next among 10,000 triggered keys, however long they have waited', async () => {
    const { clock, queue, handled, finish } = createQueue();
    for (let n = 0; n < 10_000; n++) {
      queue.add(`a/triggered-${n}`);
    }
    queue.start();
    await settle();
    await clock.advance(60_000);
    for (let n = 0; n < 10; n++) {
      await finish(handled.at(-1) ?? '');
    }
    expect(handled.at(-1)).toBe('a/triggered-10');
    queue.add('a/edited', { priority: 'edit' });
    await finish('a/triggered-10');
    expect(handled.at(-1)).toBe('a/edited');
  });

  it('gives changes and resyncs their share during a stream of edits', async () => {
    const { clock, queue, handled, finish } = createQueue({ starvationGuard: { afterMs: 1_000, share: 4 } });
    for (let n = 0; n < 20; n++) {
      queue.add(`a/resync-${n}`, { priority: 'resync' });
      queue.add(`a/change-${n}`);
      queue.add(`a/edit-${n}`, { priority: 'edit' });
    }
    await clock.advance(2_000);
    queue.start();
    await settle();
    for (let n = 0; n < 15; n++) {
      await finish(handled.at(-1) ?? '');
    }
    const count = (kind: string): number => handled.filter((key) => key.startsWith(`a/${kind}`)).length;
    expect([count('change') > 0, count('resync') > 0]).toEqual([true, true]);
    expect(count('edit')).toBeGreaterThanOrEqual(8);
  });

  test('a resync that becomes an edit moves forward', async () => {
    const { queue, handled, finish } = createQueue();
    queue.add('a/1', { priority: 'resync' });
    queue.add('a/2', { priority: 'resync' });
    queue.add('a/2');
    queue.start();
    await settle();
    await finish('a/2');
    expect(handled).toEqual(['a/2', 'a/1']);
  });

  test('of several delays the earliest counts, and a plain add overrides them', async () => {
    const { clock, queue, handled, finish } = createQueue();
    queue.start();
    queue.addAfter('a/1', 500);
    queue.addAfter('a/1', 100);
    queue.addAfter('a/1', 900);
    await clock.advance(99);
    expect(handled).toEqual([]);
    await clock.advance(1);
    expect(handled).toEqual(['a/1']);
    await finish('a/1');
    await clock.advance(2_000);
    expect(handled).toHaveLength(1);
    queue.addAfter('a/1', 500);
    queue.add('a/1');
    await settle();
    expect(handled).toHaveLength(2);
    await finish('a/1');
    await clock.advance(2_000);
    expect(handled).toHaveLength(2);
  });

  test('a handler that throws is retried with a growing delay until it succeeds', async () => {
    const { clock, queue, errors } = createQueue({
      backoff: { baseMs: 100, maxMs: 300 },
      handle: () => Promise.reject(new Error('boom')),
    });
    queue.start();
    queue.add('a/1');
    await settle();
    const attempts: number[] = [errors.length];
    for (const ms of [100, 200, 300, 300]) {
      await clock.advance(ms - 1);
      attempts.push(errors.length);
      await clock.advance(1);
      attempts.push(errors.length);
    }
    expect(attempts).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5]);
    expect(queue.failuresOf('a/1')).toBe(5);
    queue.forget('a/1');
    expect(queue.retry('a/1')).toBe(100);
  });

  test('drain waits for what runs, takes nothing new and leaves no timer', async () => {
    const { clock, queue, handled, finish } = createQueue();
    queue.start();
    queue.add('a/1');
    queue.add('a/2');
    queue.addAfter('a/3', 1_000);
    await settle();
    const drained = queue.drain(10_000);
    queue.add('a/4');
    await finish('a/1');
    await expect(drained).resolves.toBe(0);
    expect([handled, clock.pending]).toEqual([['a/1'], 0]);
  });

  test('drain aborts the signal of a handler that does not end in time', async () => {
    let told: unknown;
    const { clock, queue } = createQueue({
      handle: (_key, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            told = signal.reason;
            resolve();
          });
        }),
    });
    queue.start();
    queue.add('a/1');
    await settle();
    const drained = queue.drain(10_000);
    await clock.advance(9_999);
    expect(told).toBeUndefined();
    await clock.advance(1);
    await expect(drained).resolves.toBe(1);
    expect(told).toBeInstanceOf(Error);
  });
});

/** A queue whose handlers wait without a worker until `answer`, then work until `finish`. */
function createWaitingQueue(overrides: Partial<WorkQueueOptions<string>> = {}) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const calls = new Map<string, () => void>();
  const works = new Map<string, () => void>();
  const queue = new WorkQueue<string>({
    idOf: (key) => key,
    clock,
    random: seededRandom(1),
    workers: 1,
    laneOf: (key) => key.split('/')[0],
    onError: (_key, error) => log.push(String(error)),
    async handle(key, _signal, withoutWorker) {
      log.push(`call ${key}`);
      await withoutWorker(() => new Promise<void>((resolve) => calls.set(key, resolve)));
      log.push(`work ${key}`);
      await new Promise<void>((resolve) => works.set(key, resolve));
    },
    ...overrides,
  });
  const end = async (pending: Map<string, () => void>, key: string): Promise<void> => {
    pending.get(key)?.();
    pending.delete(key);
    await settle();
  };
  const answer = (key: string): Promise<void> => end(calls, key);
  const finish = (key: string): Promise<void> => end(works, key);
  return { clock, queue, log, answer, finish };
}

describe('a handler that waits without a worker', () => {
  it('lets other keys have the worker, and goes on before new ones', async () => {
    const { queue, log, answer, finish } = createWaitingQueue();
    for (const key of ['a/1', 'b/1', 'c/1']) {
      queue.add(key);
    }
    queue.start();
    await settle();
    expect(log).toEqual(['call a/1', 'call b/1', 'call c/1']);
    await answer('b/1');
    await answer('a/1');
    queue.add('d/1');
    await settle();
    // One worker: `b/1` has it, `a/1` comes next, and the new key last.
    expect(log.slice(3)).toEqual(['work b/1']);
    await finish('b/1');
    await finish('a/1');
    expect(log.slice(3)).toEqual(['work b/1', 'work a/1', 'call d/1']);
  });

  it('is not called twice at a time, but again after a change', async () => {
    const { queue, log, answer, finish } = createWaitingQueue({ workers: 2 });
    queue.start();
    queue.add('a/1');
    await settle();
    queue.add('a/1');
    await settle();
    expect([log, queue.inFlight]).toEqual([['call a/1'], 1]);
    await answer('a/1');
    await finish('a/1');
    expect(log).toEqual(['call a/1', 'work a/1', 'call a/1']);
  });

  it('leaves the keys of a full lane in the queue, and those of other lanes have their turn', async () => {
    const { queue, log, answer, finish } = createWaitingQueue({ waiting: { perLane: 3, total: 100 } });
    for (let n = 0; n < 20; n++) {
      queue.add(`a/${n}`, { priority: 'edit' });
    }
    queue.add('b/1', { priority: 'resync' });
    queue.start();
    await settle();
    expect(log).toEqual(['call a/0', 'call a/1', 'call a/2', 'call b/1']);
    expect([queue.depth, queue.inFlight]).toEqual([17, 4]);
    await answer('a/1');
    await finish('a/1');
    expect(log.slice(4)).toEqual(['work a/1', 'call a/3']);
  });

  it('fills a full lane again in groups, without edits waiting for the others of a group', async () => {
    const { queue, log, answer, finish } = createWaitingQueue({ waiting: { perLane: 8, total: 100 } });
    for (let n = 0; n < 20; n++) {
      queue.add(`a/${n}`, { priority: 'resync' });
    }
    queue.start();
    await settle();
    const end = async (key: string): Promise<void> => {
      await answer(key);
      await finish(key);
    };
    const called = (): readonly string[] => log.splice(0).filter((line) => line.startsWith('call '));
    expect(called()).toHaveLength(8);
    await end('a/0');
    expect(called()).toEqual([]);
    queue.add('a/19', { priority: 'edit' });
    await settle();
    expect(called()).toEqual(['call a/19']);
    await end('a/1');
    expect(called()).toEqual([]);
    await end('a/2');
    expect(called()).toEqual(['call a/8', 'call a/9']);
  });

  it('moves to another lane with its key', async () => {
    const lanes = new Map([
      ['a/1', 'slow'],
      ['a/2', 'slow'],
    ]);
    const { queue, log } = createWaitingQueue({
      laneOf: (key) => lanes.get(key),
      waiting: { perLane: 1, total: 100 },
    });
    queue.add('a/1');
    queue.add('a/2');
    queue.start();
    await settle();
    expect(log).toEqual(['call a/1']);
    lanes.set('a/2', 'other');
    queue.add('a/2');
    await settle();
    expect(log).toEqual(['call a/1', 'call a/2']);
  });

  it('is one of a bounded number', async () => {
    const { queue, answer, finish } = createWaitingQueue({ waiting: { perLane: 100, total: 5 } });
    for (let n = 0; n < 50; n++) {
      queue.add(`${n}/1`);
    }
    queue.start();
    await settle();
    expect([queue.inFlight, queue.depth]).toEqual([6, 44]);
    await answer('0/1');
    await finish('0/1');
    expect([queue.inFlight, queue.depth]).toEqual([6, 43]);
  });

  it('holds no worker that could be stuck', async () => {
    const { clock, queue, answer } = createWaitingQueue();
    queue.start();
    queue.add('a/1');
    await settle();
    await clock.advance(60_000);
    expect([queue.longestRunningMs, queue.unfinishedMs]).toEqual([0, 60_000]);
    await answer('a/1');
    await clock.advance(5_000);
    expect([queue.longestRunningMs, queue.unfinishedMs]).toEqual([5_000, 65_000]);
  });

  it('continues immediately when all handlers have to end', async () => {
    const { queue, log, answer } = createWaitingQueue();
    queue.add('a/1');
    queue.add('b/1');
    queue.start();
    await settle();
    await answer('a/1');
    await answer('b/1');
    expect(log.slice(2)).toEqual(['work a/1']);
    queue.abort(new Error('the end'));
    await settle();
    expect(log.slice(2)).toEqual(['work a/1', 'work b/1']);
  });

  it('gives its worker back when it ends before what it waits for', async () => {
    const call = Promise.withResolvers<void>();
    const handled: string[] = [];
    const { queue } = createWaitingQueue({
      async handle(key, _signal, withoutWorker) {
        handled.push(key);
        void withoutWorker(() => call.promise);
      },
    });
    queue.start();
    queue.add('a/1');
    await settle();
    call.resolve();
    await settle();
    for (const key of ['b/1', 'c/1']) {
      queue.add(key);
      await settle();
    }
    expect([handled, queue.inFlight]).toEqual([['a/1', 'b/1', 'c/1'], 0]);
  });

  it('never uses more workers than allowed, and loses no key, for every order of events', async () => {
    const event = fc.record({ do: fc.constantFrom('add', 'wait', 'answer', 'finish', 'fail'), key });
    const limits = fc.record({
      perLane: fc.integer({ min: 1, max: 2 }),
      total: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 80 }),
        fc.integer({ min: 1, max: 3 }),
        limits,
        async (events, workers, waiting) => {
          const working = new Map<string, PromiseWithResolvers<'wait' | 'finish' | 'fail'>>();
          const calls = new Map<string, PromiseWithResolvers<void>>();
          const owed = new Set<string>();
          const violations: string[] = [];
          let isFinishing = false;
          const queue = new WorkQueue<string>({
            idOf: (key) => key,
            clock: new VirtualClock(),
            random: seededRandom(3),
            workers,
            waiting,
            groupOf: (name) => name.split('/')[0] ?? '',
            laneOf: (name) => name.split('/')[0],
            backoff: { baseMs: 0, maxMs: 0 },
            onError: () => undefined,
            async handle(name, _signal, withoutWorker) {
              owed.delete(name);
              if (working.has(name) || calls.has(name)) {
                violations.push(`${name} runs twice`);
              }
              while (!isFinishing) {
                const order = Promise.withResolvers<'wait' | 'finish' | 'fail'>();
                working.set(name, order);
                if (working.size > workers) {
                  violations.push('more workers than allowed');
                }
                const what = await order.promise;
                working.delete(name);
                if (what === 'fail') {
                  throw new Error('failed');
                }
                if (what === 'finish') {
                  return;
                }
                const call = Promise.withResolvers<void>();
                calls.set(name, call);
                await withoutWorker(() => call.promise);
                calls.delete(name);
              }
            },
          });
          queue.start();
          for (const step of events) {
            if (step.do === 'add') {
              owed.add(step.key);
              queue.add(step.key);
            } else if (step.do === 'answer') {
              calls.get(step.key)?.resolve();
            } else {
              working.get(step.key)?.resolve(step.do);
            }
            await settle();
            if (working.size + calls.size > workers + waiting.total) {
              violations.push('more handlers than allowed');
            }
          }
          isFinishing = true;
          while (working.size + calls.size > 0) {
            for (const { resolve } of working.values()) {
              resolve('finish');
            }
            for (const { resolve } of calls.values()) {
              resolve();
            }
            await settle();
          }
          expect([violations, [...owed], queue.depth, queue.inFlight]).toEqual([[], [], 0, 0]);
        },
      ),
      { numRuns: 150 },
    );
  });
});

type Command =
  | { readonly do: 'add' | 'retry' | 'finish' | 'fail'; readonly key: string }
  | { readonly do: 'after'; readonly key: string; readonly ms: number }
  | { readonly do: 'pass'; readonly ms: number };

const key = fc.constantFrom('a/1', 'a/2', 'b/1', 'c/1');
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ do: fc.constantFrom('add', 'retry', 'finish', 'fail'), key }),
  fc.record({ do: fc.constant('after'), key, ms: fc.nat(2_000) }),
  fc.record({ do: fc.constant('pass'), ms: fc.nat(2_000) }),
);

describe('for every order of events a work queue', () => {
  test('never runs a key twice at a time, never exceeds its workers and loses nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(command, { maxLength: 60 }),
        fc.integer({ min: 1, max: 3 }),
        async (commands, workers) => {
          const clock = new VirtualClock();
          const running = new Map<string, PromiseWithResolvers<void>>();
          /** Keys with a change that no run has begun after. */
          const owed = new Set<string>();
          /** Not thrown, as the queue would take it for a failure of the handler. */
          const violations: string[] = [];
          let isFinishing = false;
          const queue: WorkQueue<string> = new WorkQueue<string>({
            idOf: (key) => key,
            clock,
            random: seededRandom(7),
            workers,
            groupOf: (name) => name.split('/')[0] ?? '',
            onError: () => undefined,
            handle: (name) => {
              if (running.has(name)) {
                violations.push(`two workers on ${name}`);
              }
              const run = Promise.withResolvers<void>();
              running.set(name, run);
              if (running.size > workers) {
                violations.push('more workers than allowed');
              }
              owed.delete(name);
              if (isFinishing) {
                running.delete(name);
                run.resolve();
              }
              return run.promise;
            },
          });
          queue.start();
          for (const step of commands) {
            if (step.do === 'add') {
              queue.add(step.key);
            }
            if (step.do === 'retry') {
              queue.retry(step.key);
            }
            if (step.do === 'after') {
              queue.addAfter(step.key, step.ms);
            }
            if (step.do === 'pass') {
              await clock.advance(step.ms);
            }
            if (step.do === 'add' || step.do === 'retry' || step.do === 'after') {
              owed.add(step.key);
            }
            if (step.do === 'finish' || step.do === 'fail') {
              const run = running.get(step.key);
              running.delete(step.key);
              if (step.do === 'finish') {
                run?.resolve();
              } else {
                run?.reject(new Error('failed'));
              }
            }
            await settle();
          }
          isFinishing = true;
          for (const [name, run] of [...running]) {
            running.delete(name);
            run.resolve();
          }
          await clock.advance(600_000);
          expect(violations).toEqual([]);
          expect([...owed]).toEqual([]);
          expect([queue.depth, queue.inFlight, queue.delayed, clock.pending]).toEqual([0, 0, 0, 0]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
