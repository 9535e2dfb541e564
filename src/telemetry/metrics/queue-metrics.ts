import { higherOf, PRIORITIES, type Priority } from '../../kube/queue/fair-queue.ts';
import { formatQueueKey, type QueueKey } from '../../kube/queue/queue-key.ts';
import type { WorkQueueObserver } from '../../kube/queue/work-queue.ts';
import type { Clock } from '../../runtime/clock.ts';
import { type ControllerName, controllerNames, controllerOfKey } from '../controller-names.ts';
import type { Metrics } from './metrics.ts';

/** As in the priority queue of controller-runtime: 0 is the default, and -100 the initial list or a resync. */
const priorities: Readonly<Record<Priority, string>> = { edit: '100', change: '0', resync: '-100' };

/**
 * Updates `workqueue_*` and `controller_runtime_active_workers`. The two controllers share one queue and have one each
 * in the metrics, as dashboards expect.
 */
export function observeQueue(metrics: Metrics, clock: Clock, workers: number): WorkQueueObserver<QueueKey> {
  const books = new Map(controllerNames.map((controller) => [controller, new QueueBook()]));
  const bookOf = (key: QueueKey): [QueueBook | undefined, QueueLabels] => {
    const controller = controllerOfKey(key);
    return [controller && books.get(controller), labelsOf(controller)];
  };
  for (const controller of controllerNames) {
    const labels = labelsOf(controller);
    metrics.set('controller_runtime_max_concurrent_reconciles', { controller }, workers);
    metrics.add('workqueue_adds_total', labels, 0);
    metrics.add('workqueue_retries_total', labels, 0);
    metrics.announce('workqueue_queue_duration_seconds', labels);
    metrics.announce('workqueue_work_duration_seconds', labels);
  }
  metrics.onScrape(() => {
    for (const [controller, book] of books) {
      setQueueMetrics(metrics, controller, book, clock.monotonic());
    }
  });
  return {
    added(key, priority) {
      const [book, labels] = bookOf(key);
      if (book?.add(formatQueueKey(key), priority) === true) {
        metrics.add('workqueue_adds_total', labels);
      }
    },
    discarded(key) {
      bookOf(key)[0]?.discard(formatQueueKey(key));
    },
    started(key, waitedMs) {
      const [book, labels] = bookOf(key);
      book?.start(formatQueueKey(key), clock.monotonic());
      metrics.observe('workqueue_queue_duration_seconds', labels, waitedMs / 1000);
    },
    waiting(key) {
      bookOf(key)[0]?.wait(formatQueueKey(key));
    },
    resumed(key) {
      bookOf(key)[0]?.resume(formatQueueKey(key));
    },
    finished(key, tookMs) {
      const [book, labels] = bookOf(key);
      book?.finish(formatQueueKey(key));
      metrics.observe('workqueue_work_duration_seconds', labels, tookMs / 1000);
    },
    retried(key) {
      metrics.add('workqueue_retries_total', bookOf(key)[1]);
    },
  };
}

type QueueLabels = Readonly<Record<'name' | 'controller', string>>;

function labelsOf(controller: ControllerName | undefined): QueueLabels {
  return { name: controller ?? 'unknown', controller: controller ?? 'unknown' };
}

function setQueueMetrics(metrics: Metrics, controller: ControllerName, book: QueueBook, now: number): void {
  const labels = labelsOf(controller);
  const ages = book.ages(now);
  for (const priority of PRIORITIES) {
    metrics.set('workqueue_depth', { ...labels, priority: priorities[priority] }, book.depth(priority));
  }
  metrics.set('workqueue_unfinished_work_seconds', labels, ages.reduce((sum, ms) => sum + ms, 0) / 1000);
  metrics.set('workqueue_longest_running_processor_seconds', labels, Math.max(0, ...ages) / 1000);
  metrics.set('controller_runtime_active_workers', { controller }, book.active);
}

/** The keys of one controller: those that wait, and those in progress with their start. */
class QueueBook {
  /** A key in progress that was added again also waits. */
  readonly #waiting = new Map<string, Priority>();
  readonly #running = new Map<string, number>();
  /** Keys in progress without a worker. */
  readonly #idle = new Set<string>();

  /** Returns whether `key` was added; the highest priority of a waiting key counts. */
  add(key: string, priority: Priority): boolean {
    const known = this.#waiting.get(key);
    this.#waiting.set(key, higherOf(known, priority));
    return known === undefined;
  }

  discard(key: string): void {
    this.#waiting.delete(key);
  }

  start(key: string, now: number): void {
    this.#waiting.delete(key);
    this.#running.set(key, now);
  }

  wait(key: string): void {
    this.#idle.add(key);
  }

  resume(key: string): void {
    this.#idle.delete(key);
  }

  finish(key: string): void {
    this.#running.delete(key);
    this.#idle.delete(key);
  }

  /** Number of keys with a worker. */
  get active(): number {
    return this.#running.size - this.#idle.size;
  }

  depth(priority: Priority): number {
    let count = 0;
    for (const [key, of] of this.#waiting) {
      count += of === priority && !this.#running.has(key) ? 1 : 0;
    }
    return count;
  }

  /** The durations of the keys in progress, milliseconds. */
  ages(now: number): number[] {
    return [...this.#running.values()].map((startedAt) => now - startedAt);
  }
}
