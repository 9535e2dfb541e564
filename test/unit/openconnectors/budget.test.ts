import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  type Budget,
  type BudgetLimits,
  type BudgetOptions,
  createBudget,
} from '../../../src/openconnectors/budget.ts';
import { RemoteError, type RemoteErrorClass } from '../../../src/openconnectors/errors/remote-error.ts';
import { sleep } from '../../../src/runtime/clock.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';
import { errorOf, remoteErrorOf } from './fixture.ts';

const generous: BudgetLimits = { requestsPerSecond: 1_000, burst: 1_000, concurrency: 100 };
const success = async (): Promise<string> => 'done';

function failing(errorClass: RemoteErrorClass, retryAfterMs?: number): () => Promise<never> {
  return async () => {
    throw new RemoteError(errorClass, 'x', { retryAfterMs });
  };
}

interface Held {
  readonly end: (error?: Error) => void;
  readonly outcome: Promise<unknown>;
}

/** A budget on a clock of its own, with a record of what it lets go. */
function setUp(limits: Partial<BudgetLimits> = {}, options: Partial<BudgetOptions> = {}) {
  const clock = new VirtualClock();
  const changes: string[] = [];
  const started: { readonly name: string; readonly at: number }[] = [];
  const budget = createBudget({
    limits: { ...generous, ...limits },
    clock,
    random: { fraction: () => 1 },
    onChange: (state) => changes.push(state),
    ...options,
  });
  /** A call that goes on until the test ends it. */
  const hold = (name: string, signal?: AbortSignal): Held => {
    const call = Promise.withResolvers<string>();
    const outcome = budget.run(() => {
      started.push({ name, at: clock.monotonic() });
      return call.promise;
    }, signal);
    // A test may look at it long after it ended.
    void Promise.allSettled([outcome]);
    return { end: (error) => (error === undefined ? call.resolve(name) : call.reject(error)), outcome };
  };
  return { clock, budget, changes, started, hold, names: () => started.map(({ name }) => name) };
}

const throttled = (retryAfterMs?: number): RemoteError => new RemoteError('throttled', 'x', { retryAfterMs });

describe('the rate', () => {
  test('is a burst first, then so many a second, first come first served', async () => {
    const { clock, hold, started } = setUp({ requestsPerSecond: 2, burst: 3 });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      hold(name);
    }
    await clock.advance(2_000);
    expect(started).toEqual([
      { name: 'a', at: 0 },
      { name: 'b', at: 0 },
      { name: 'c', at: 0 },
      { name: 'd', at: 500 },
      { name: 'e', at: 1_000 },
      { name: 'f', at: 1_500 },
    ]);
    expect(clock.pending).toBe(0);
  });

  test('lets no more than burst + rate x time through, whenever calls come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 10 }),
        fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 40 }),
        async (requestsPerSecond, burst, gaps) => {
          const { clock, budget } = setUp({ requestsPerSecond, burst });
          const starts: number[] = [];
          const all: Promise<unknown>[] = [];
          for (const gap of gaps) {
            await clock.advance(gap);
            all.push(budget.run(async () => void starts.push(clock.monotonic())));
          }
          await clock.advance(60_000);
          await Promise.all(all);
          for (const [index, from] of starts.entries()) {
            for (const [later, to] of starts.slice(index).entries()) {
              expect(later + 1).toBeLessThanOrEqual(burst + ((to - from) * requestsPerSecond) / 1_000 + 1e-3);
            }
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('concurrency', () => {
  test('is capped, and a call that fails makes room too', async () => {
    const { hold, names } = setUp({ concurrency: 2 });
    const [first, second] = [hold('a'), hold('b')];
    hold('c');
    hold('d');
    await settle();
    expect(names()).toEqual(['a', 'b']);
    first?.end();
    await settle();
    expect(names()).toEqual(['a', 'b', 'c']);
    second?.end(new Error('x'));
    await second?.outcome.catch(() => undefined);
    await settle();
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('a wait', () => {
  test('ends with the reason of its signal, and the next in line moves up', async () => {
    const { hold, names, clock } = setUp({ concurrency: 1 });
    const abort = new AbortController();
    const first = hold('a');
    const second = hold('b', abort.signal);
    hold('c');
    const reason = new Error('stop');
    abort.abort(reason);
    expect(await errorOf(second.outcome)).toBe(reason);
    first.end();
    await settle();
    expect(names()).toEqual(['a', 'c']);
    expect(clock.pending).toBe(0);
  });

  test('does not begin when the signal has ended already', async () => {
    const { hold, names } = setUp();
    const reason = new Error('stop');
    expect(await errorOf(hold('a', AbortSignal.abort(reason)).outcome)).toBe(reason);
    expect(names()).toEqual([]);
  });
});

describe('a pause', () => {
  test('lasts as long as Open Connectors requested; one probe follows, then all calls', async () => {
    const { clock, budget, hold, names, changes } = setUp();
    await errorOf(budget.run(failing('throttled', 3_000)));
    expect(budget.throttledUntil).toBe(clock.now() + 3_000);
    const probe = hold('a');
    hold('b');
    hold('c');
    await clock.advance(2_999);
    expect(names()).toEqual([]);
    await clock.advance(1);
    expect(names()).toEqual(['a']);
    expect(budget.throttledUntil).toBeUndefined();
    await clock.advance(4_000);
    expect(names()).toEqual(['a']);
    probe.end();
    await settle();
    expect(names()).toEqual(['a', 'b', 'c']);
    expect(changes).toEqual(['throttled', 'open']);
    expect(clock.pending).toBe(0);
  });

  test('grows while probes are throttled without a time, and starts small again after a success', async () => {
    const { clock, budget } = setUp();
    const pauses: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      await errorOf(budget.run(failing('throttled')));
      pauses.push((budget.throttledUntil ?? 0) - clock.now());
      await clock.advance(pauses.at(-1) ?? 0);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    await budget.run(success);
    await errorOf(budget.run(failing('throttled')));
    expect((budget.throttledUntil ?? 0) - clock.now()).toBe(1_000);
  });

  test('is spread over its upper half', async () => {
    const { clock, budget } = setUp({}, { random: { fraction: () => 0 } });
    await errorOf(budget.run(failing('throttled')));
    expect((budget.throttledUntil ?? 0) - clock.now()).toBe(500);
  });

  test('that is long rejects all calls immediately, with the time to retry', async () => {
    const { clock, budget, hold, names } = setUp({ concurrency: 1 });
    const first = hold('a');
    const queued = hold('b');
    await settle();
    first.end(throttled(60_000));
    await errorOf(first.outcome);
    expect(await remoteErrorOf(queued.outcome)).toMatchObject({
      class: 'throttled',
      processed: 'no',
      retryAfterMs: 60_000,
    });
    await clock.advance(20_000);
    expect(await remoteErrorOf(budget.run(success))).toMatchObject({
      class: 'throttled',
      retryAfterMs: 40_000,
    });
    expect(names()).toEqual(['a']);
    await clock.advance(40_000);
    expect(await budget.run(success)).toBe('done');
  });

  test('is not made longer by each call that was in flight when it began, only by a longer demand', async () => {
    const { clock, budget, hold } = setUp();
    const calls = [hold('a'), hold('b'), hold('c')];
    await settle();
    calls[0]?.end(throttled(4_000));
    await settle();
    await clock.advance(1_000);
    calls[1]?.end(throttled(1_000));
    await settle();
    expect((budget.throttledUntil ?? 0) - clock.now()).toBe(3_000);
    calls[2]?.end(throttled(4_500));
    await settle();
    expect((budget.throttledUntil ?? 0) - clock.now()).toBe(4_500);
    await Promise.all(calls.map((call) => errorOf(call.outcome)));
  });

  test('is not ended by a late success', async () => {
    const { hold, budget } = setUp();
    const [late, refused] = [hold('a'), hold('b')];
    await settle();
    refused?.end(throttled(4_000));
    await settle();
    late?.end();
    await settle();
    expect(budget.throttledUntil).toBeDefined();
    await errorOf(refused?.outcome ?? Promise.resolve());
  });

  test('goes on after a probe that was throttled again', async () => {
    const { clock, budget, hold, names } = setUp();
    await errorOf(budget.run(failing('throttled', 1_000)));
    const probe = hold('a');
    hold('b');
    await clock.advance(1_000);
    probe.end(throttled(2_000));
    await errorOf(probe.outcome);
    await clock.advance(1_999);
    expect(names()).toEqual(['a']);
    await clock.advance(1);
    expect(names()).toEqual(['a', 'b']);
  });

  test('sends another probe when the first was aborted', async () => {
    const { clock, budget, hold, names, changes } = setUp();
    await errorOf(budget.run(failing('throttled', 1_000)));
    const probe = hold('a');
    hold('b');
    hold('c');
    await clock.advance(1_000);
    probe.end(new Error('aborted'));
    await errorOf(probe.outcome);
    await settle();
    expect(names()).toEqual(['a', 'b']);
    expect(changes).toEqual(['throttled']);
  });

  test('with a slow probe keeps no one waiting either', async () => {
    const { clock, budget, hold } = setUp();
    await errorOf(budget.run(failing('throttled', 1_000)));
    const probe = hold('a');
    const waiting = hold('b');
    await clock.advance(1_000);
    const refused = remoteErrorOf(waiting.outcome);
    await clock.advance(5_000);
    expect(await refused).toMatchObject({ class: 'throttled', retryAfterMs: 5_000 });
    expect(await remoteErrorOf(budget.run(success))).toMatchObject({ class: 'throttled' });
    probe.end();
    await probe.outcome;
    expect(await budget.run(success)).toBe('done');
  });

  test('also comes of an outage, after five failures in a row', async () => {
    const { clock, budget, changes } = setUp();
    const fail = (): Promise<unknown> => errorOf(budget.run(failing('unavailable')));
    for (let count = 0; count < 4; count += 1) {
      await fail();
    }
    await budget.run(success);
    for (let count = 0; count < 5; count += 1) {
      expect(changes).toEqual([]);
      await fail();
    }
    expect(changes).toEqual(['unavailable']);
    expect(budget.pause).toEqual({ cause: 'unavailable', until: clock.now() + 1_000 });
    expect(budget.throttledUntil).toBeUndefined();
  });

  test('also comes of a 503 that names a time', async () => {
    const { budget } = setUp();
    await errorOf(budget.run(failing('unavailable', 2_000)));
    expect(budget.pause?.cause).toBe('unavailable');
  });

  test.each<RemoteErrorClass>(['unauthorized', 'forbidden', 'not-found', 'invalid', 'unexpected'])(
    'does not come of %s: the remote side answered',
    async (errorClass) => {
      const { budget } = setUp();
      for (let count = 0; count < 10; count += 1) {
        await errorOf(budget.run(failing(errorClass)));
      }
      expect(budget.pause).toBeUndefined();
    },
  );
});

describe('in any order of events', () => {
  const outcomes: readonly (() => Promise<unknown>)[] = [
    success,
    failing('throttled'),
    failing('throttled', 2_000),
    failing('throttled', 20_000),
    failing('unavailable'),
    failing('not-found'),
    async () => {
      throw new Error('aborted');
    },
  ];

  async function drive(
    budget: Budget,
    clock: VirtualClock,
    steps: readonly (readonly [number, number, number])[],
    cap: number,
  ) {
    let inFlight = 0;
    const all = [];
    for (const [kind, gap, duration] of steps) {
      await clock.advance(gap);
      all.push(
        budget
          .run(async () => {
            inFlight += 1;
            expect(inFlight).toBeLessThanOrEqual(cap);
            await sleep(clock, duration);
            inFlight -= 1;
            return await outcomes[kind]?.();
          })
          .catch((error: unknown) => {
            expect(error).toBeInstanceOf(Error);
          }),
      );
    }
    await clock.advance(10 * 60_000);
    await Promise.all(all);
  }

  test('every call ends, the cap holds, and calls flow again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(outcomes.length - 1), fc.nat(3_000), fc.nat(8_000)), { maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        async (steps, concurrency) => {
          const { clock, budget } = setUp({ concurrency, requestsPerSecond: 5, burst: 2 });
          await drive(budget, clock, steps, concurrency);
          expect(await budget.run(success)).toBe('done');
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a closed budget', () => {
  it.each([
    ['in a pause', throttled(600_000)],
    ['in a pause without a Retry-After', throttled()],
  ])('has no timer %s', async (_when, error) => {
    const { clock, budget, hold } = setUp();
    const call = hold('a');
    await settle();
    call.end(error);
    expect(await errorOf(call.outcome)).toBe(error);
    budget.close();
    expect(clock.pending).toBe(0);
  });

  it('refuses what waits for a token and what comes later, with nothing sent', async () => {
    const { clock, budget, hold, names } = setUp({ requestsPerSecond: 1, burst: 1 });
    hold('first').end();
    const waiting = hold('waiting');
    await settle();
    budget.close();
    expect(await remoteErrorOf(waiting.outcome)).toMatchObject({ class: 'unavailable', status: undefined });
    expect(await remoteErrorOf(hold('later').outcome)).toMatchObject({ class: 'unavailable' });
    expect([names(), clock.pending]).toEqual([['first'], 0]);
  });

  it('begins no pause for a call that ends later', async () => {
    const { clock, budget, hold, changes } = setUp();
    const call = hold('a');
    await settle();
    budget.close();
    call.end(throttled(600_000));
    expect(await remoteErrorOf(call.outcome)).toMatchObject({ class: 'throttled' });
    expect([clock.pending, changes]).toEqual([0, []]);
  });
});
