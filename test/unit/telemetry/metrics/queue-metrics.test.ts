import { beforeEach, describe, expect, it, test } from 'vitest';
import { ACCOUNT_RESOURCE, CONNECTOR_RESOURCE } from '../../../../src/api/group.ts';
import type { ResourceType } from '../../../../src/kube/client/paths.ts';
import { formatQueueKey, type QueueKey } from '../../../../src/kube/queue/queue-key.ts';
import { WorkQueue } from '../../../../src/kube/queue/work-queue.ts';
import { createMetrics, type Metrics } from '../../../../src/telemetry/metrics/metrics.ts';
import { observeQueue } from '../../../../src/telemetry/metrics/queue-metrics.ts';
import { readExposition } from '../../../support/exposition.ts';
import { seededRandom } from '../../../support/seeded-random.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const connectorQueue = { name: 'infusionsoftconnector', controller: 'infusionsoftconnector' };

let clock: VirtualClock;
let metrics: Metrics;
let queue: WorkQueue<QueueKey>;
let release: Map<string, { readonly end: () => void; readonly fail: () => void }>;

beforeEach(() => {
  clock = new VirtualClock();
  metrics = createMetrics();
  release = new Map();
  queue = new WorkQueue<QueueKey>({
    idOf: formatQueueKey,
    clock,
    random: seededRandom(1),
    workers: 1,
    observer: observeQueue(metrics, clock, 1),
    onError: () => undefined,
    handle: (key) =>
      new Promise((end, reject) => {
        release.set(formatQueueKey(key), { end, fail: () => reject(new Error('refused')) });
      }),
  });
});

const keyOf = (name: string, resource: ResourceType = CONNECTOR_RESOURCE): QueueKey => ({
  resource,
  object: { namespace: 'team', name },
});
const scrape = async () => readExposition(await metrics.expose());

describe('the metrics of the work queue', () => {
  test('are all there before anything was queued, one queue for each controller', async () => {
    const { value } = await scrape();

    for (const controller of ['infusionsoftconnector', 'openconnectorsaccount']) {
      const labels = { name: controller, controller };
      expect(value('workqueue_adds_total', labels)).toBe(0);
      expect(value('workqueue_retries_total', labels)).toBe(0);
      expect(value('workqueue_depth', { ...labels, priority: '0' })).toBe(0);
      expect(value('workqueue_depth', { ...labels, priority: '-100' })).toBe(0);
      expect(value('workqueue_queue_duration_seconds_count', labels)).toBe(0);
      expect(value('workqueue_unfinished_work_seconds', labels)).toBe(0);
      expect(value('controller_runtime_max_concurrent_reconciles', { controller })).toBe(1);
      expect(value('controller_runtime_active_workers', { controller })).toBe(0);
    }
  });

  test('count what waits by priority; a key that waits is one, and an edit of it makes it a change', async () => {
    queue.add(keyOf('a'), { priority: 'resync' });
    queue.add(keyOf('a'), { priority: 'resync' });
    queue.add(keyOf('b'), { priority: 'resync' });
    queue.add(keyOf('b'));
    queue.add(keyOf('b'), { priority: 'resync' });
    queue.add(keyOf('sap', ACCOUNT_RESOURCE));
    const { value } = await scrape();

    expect(value('workqueue_adds_total', connectorQueue)).toBe(2);
    expect(value('workqueue_depth', { ...connectorQueue, priority: '0' })).toBe(1);
    expect(value('workqueue_depth', { ...connectorQueue, priority: '-100' })).toBe(1);
    expect(value('workqueue_depth', { controller: 'openconnectorsaccount', priority: '0' })).toBe(1);
    expect(value('workqueue_depth', { ...connectorQueue, priority: '0' })).toBe(queue.depth - 2);
  });

  test('do not count a key that was taken back', async () => {
    queue.add(keyOf('a'));
    queue.add(keyOf('b'), { priority: 'resync' });
    queue.discard(keyOf('a'));
    queue.discard(keyOf('b'));
    queue.discard(keyOf('never'));
    const { value } = await scrape();

    expect(queue.depth).toBe(0);
    expect(value('workqueue_depth', { ...connectorQueue, priority: '0' })).toBe(0);
    expect(value('workqueue_depth', { ...connectorQueue, priority: '-100' })).toBe(0);
  });

  it('do not count a key as active that waits without a worker', async () => {
    const call = Promise.withResolvers<void>();
    const waiting = new WorkQueue<QueueKey>({
      idOf: formatQueueKey,
      clock,
      random: seededRandom(1),
      workers: 1,
      observer: observeQueue(metrics, clock, 1),
      onError: () => undefined,
      handle: async (key, _signal, withoutWorker) => {
        await withoutWorker(() => call.promise);
        await new Promise<void>((end) => release.set(formatQueueKey(key), { end, fail: end }));
      },
    });
    const active = async (): Promise<number | undefined> =>
      (await scrape()).value('controller_runtime_active_workers', { controller: 'infusionsoftconnector' });
    waiting.start();
    waiting.add(keyOf('a'));
    await clock.advance(0);
    expect(await active()).toBe(0);
    call.resolve();
    await clock.advance(0);
    expect(await active()).toBe(1);
    release.get(formatQueueKey(keyOf('a')))?.end();
    await clock.advance(0);
    expect(await active()).toBe(0);
  });

  test('show for how long keys wait and are worked on', async () => {
    queue.add(keyOf('a'));
    await clock.advance(3_000);
    queue.start();
    await clock.advance(7_000);
    const running = await scrape();

    expect(running.value('workqueue_queue_duration_seconds_sum', connectorQueue)).toBe(3);
    expect(running.value('workqueue_depth', { ...connectorQueue, priority: '0' })).toBe(0);
    expect(running.value('workqueue_longest_running_processor_seconds', connectorQueue)).toBe(7);
    expect(running.value('workqueue_unfinished_work_seconds', connectorQueue)).toBe(7);
    expect(running.value('controller_runtime_active_workers', { controller: 'infusionsoftconnector' })).toBe(
      1,
    );

    release.get(formatQueueKey(keyOf('a')))?.end();
    await clock.advance(0);
    const done = await scrape();

    expect(done.value('workqueue_work_duration_seconds_sum', connectorQueue)).toBe(7);
    expect(done.value('workqueue_longest_running_processor_seconds', connectorQueue)).toBe(0);
    expect(done.value('controller_runtime_active_workers', { controller: 'infusionsoftconnector' })).toBe(0);
  });

  test('a key that is added while it is worked on is added once, and waits when the work is over', async () => {
    queue.start();
    queue.add(keyOf('a'));
    await clock.advance(0);
    queue.add(keyOf('a'));
    queue.add(keyOf('a'));
    const working = await scrape();

    expect(working.value('workqueue_adds_total', connectorQueue)).toBe(2);
    expect(working.value('workqueue_depth', { ...connectorQueue, priority: '0' })).toBe(0);

    release.get(formatQueueKey(keyOf('a')))?.end();
    await clock.advance(0);
    release.get(formatQueueKey(keyOf('a')))?.end();
    await clock.advance(0);
    const done = await scrape();

    expect(done.value('workqueue_adds_total', connectorQueue)).toBe(2);
    expect(done.value('workqueue_work_duration_seconds_count', connectorQueue)).toBe(2);
    expect(done.value('workqueue_depth', { ...connectorQueue, priority: '0' })).toBe(0);
  });

  test('count a failed key as retried, and as added when its time has come', async () => {
    queue.start();
    queue.add(keyOf('a'));
    await clock.advance(0);
    release.get(formatQueueKey(keyOf('a')))?.fail();
    await clock.advance(0);
    expect((await scrape()).value('workqueue_retries_total', connectorQueue)).toBe(1);
    expect((await scrape()).value('workqueue_adds_total', connectorQueue)).toBe(1);

    await clock.advance(1_000);
    expect((await scrape()).value('workqueue_adds_total', connectorQueue)).toBe(2);
  });
});
