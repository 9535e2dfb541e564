import { expect, test } from 'vitest';
import { WorkQueue } from '../../../src/kube/queue/work-queue.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

/** Handles each key in 1 ms without waiting for anything but promises. */
function createBusyQueue(workers: number) {
  const clock = new VirtualClock();
  const handled: string[] = [];
  let now = 0;
  const queue = new WorkQueue<string>({
    idOf: (key) => key,
    clock: {
      now: () => clock.now(),
      monotonic: () => now,
      schedule: (ms, callback) => clock.schedule(ms, callback),
    },
    random: seededRandom(1),
    workers,
    handle: async (key) => {
      await Promise.resolve();
      now += 1;
      handled.push(key);
    },
    onError: (_key, error) => {
      throw error;
    },
  });
  return { queue, handled };
}

test.each([1, 10])(
  'an edit that arrives in the next turn overtakes a thousand resyncs (%i workers)',
  async (workers) => {
    const { queue, handled } = createBusyQueue(workers);
    for (let index = 0; index < 1_000; index++) {
      queue.add(`resync-${index}`, { priority: 'resync' });
    }
    setImmediate(() => queue.add('edit'));
    queue.start();
    while (queue.inFlight > 0 || queue.depth > 0) {
      await settle();
    }
    expect(handled).toHaveLength(1_001);
    expect(handled.indexOf('edit')).toBeLessThan(30);
  },
);

test('drain does not wait for the next turn', async () => {
  const { queue, handled } = createBusyQueue(1);
  for (let index = 0; index < 1_000; index++) {
    queue.add(`resync-${index}`, { priority: 'resync' });
  }
  queue.start();
  while (handled.length === 0) {
    await settle();
  }
  await queue.drain(1_000);
  const seen = handled.length;
  await settle();
  expect(handled).toHaveLength(seen);
  expect(seen).toBeLessThan(1_000);
});
