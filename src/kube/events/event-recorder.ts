import type { Clock } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import { TokenBucket } from '../../runtime/token-bucket.ts';
import { isKubeError } from '../client/errors.ts';
import { microTime } from '../client/micro-time.ts';
import { apiVersionOf, collectionPath, objectPath, wellKnown } from '../client/paths.ts';
import type { KubeRest } from '../client/rest.ts';

/** The object that an Event is about. */
export interface EventTarget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion?: string | undefined;
}

/** An Event to write. `note` must contain no secret; it is cut at 1 kB. */
export interface RecordedEvent {
  readonly object: EventTarget;
  readonly type: 'Normal' | 'Warning';
  /** Why, in one CamelCase word: the condition's reason. */
  readonly reason: string;
  /** What the operator did or tried, in one CamelCase word. */
  readonly action: string;
  readonly note: string;
}

/** Options of an `EventRecorder`. */
export interface EventRecorderOptions {
  readonly rest: KubeRest;
  readonly clock: Clock;
  readonly random: Random;
  /** `reportingController`, a qualified name such as `openconnectors.dev/operator`. */
  readonly component: string;
  /** `reportingInstance`: the pod's name. */
  readonly instance: string;
  /** Called for an Event that could not be written or exceeded the rate limit. */
  readonly onDropped?: ((event: RecordedEvent, error: unknown) => void) | undefined;
}

/** Events with equal object, type, reason, action and note. */
interface Series {
  readonly key: string;
  readonly event: RecordedEvent;
  readonly namespace: string;
  /** Name of the Event object; changes when it has expired on the server. */
  name: string;
  isWritten: boolean;
  count: number;
  writtenCount: number;
  lastObservedAt: number;
  lastUsed: number;
  lastWriteAt: number;
  tries: number;
}

/** A repetition after this time is a new Event; the value of client-go. */
const SERIES_ENDS_AFTER_MS = 6 * 60_000;
/** A series is written at its second occurrence and then no more often than this. */
const SERIES_WRITE_EVERY_MS = 60_000;
const REMEMBERED_SERIES = 4_096;
/** For each object, as client-go: a burst of 25, then one every five minutes. */
const SPAM_BURST = 25;
const SPAM_REFILL_MS = 300_000;
const QUEUE_LIMIT = 1_000;
const PARALLEL_WRITES = 4;
const MAX_TRIES = 3;
const RETRY_EVERY_MS = 2_000;
const NOTE_BYTES = 1_024;
const NAME_LENGTH = 253;

/**
 * Writes `events.k8s.io/v1` Events in the background: callers do not wait and never fail. Repetitions become a series
 * of one Event; each object has a rate limit.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #series = new Map<string, Series>();
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #queue = new Set<Series>();
  readonly #writing = new Set<Series>();
  readonly #retries = new Set<() => void>();
  readonly #idleWaiters = new Set<() => void>();
  #isClosed = false;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  /** Queues `event`. Never throws. */
  record(event: RecordedEvent): void {
    if (this.#isClosed) {
      return;
    }
    const now = this.#options.clock.monotonic();
    const series = this.#count(event, now);
    const isDue =
      !series.isWritten || series.writtenCount < 2 || now - series.lastWriteAt >= SERIES_WRITE_EVERY_MS;
    if (!isDue || this.#queue.has(series)) {
      return;
    }
    if (this.#queue.size >= QUEUE_LIMIT || this.#bucket(event.object.uid, now).take(now) > 0) {
      this.#drop(series, new Error('too many events'));
      return;
    }
    this.#queue.add(series);
    this.#pump();
  }

  /**
   * Writes all queued Events and the counts of open series, and accepts no more. Resolves when all is written or after
   * `deadlineMs`.
   */
  async flush(deadlineMs: number): Promise<void> {
    this.#isClosed = true;
    for (const cancel of this.#retries) {
      cancel();
    }
    this.#retries.clear();
    for (const series of this.#series.values()) {
      if (series.count > series.writtenCount) {
        this.#queue.add(series);
      }
    }
    this.#pump();
    if (this.#isIdle()) {
      return;
    }
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.schedule(deadlineMs, () => {
        this.#queue.clear();
        resolve();
      });
      this.#idleWaiters.add(() => {
        cancel();
        resolve();
      });
    });
  }

  #count(event: RecordedEvent, now: number): Series {
    const key = seriesKey(event);
    const known = this.#series.get(key);
    // Re-inserted, so that the map is in the order of last use.
    this.#series.delete(key);
    const isOver = known === undefined || now - known.lastUsed > SERIES_ENDS_AFTER_MS;
    const series = isOver ? this.#begin(key, event) : known;
    series.count++;
    series.lastUsed = now;
    series.lastObservedAt = this.#options.clock.now();
    this.#series.set(key, series);
    this.#evict();
    return series;
  }

  #begin(key: string, event: RecordedEvent): Series {
    const { namespace } = event.object;
    return {
      key,
      event,
      namespace: namespace === undefined || namespace === '' ? 'default' : namespace,
      name: this.#newName(event.object.name),
      isWritten: false,
      count: 0,
      writtenCount: 0,
      lastObservedAt: 0,
      lastUsed: 0,
      lastWriteAt: 0,
      tries: 0,
    };
  }

  #evict(): void {
    for (const [key, series] of this.#series) {
      if (this.#series.size <= REMEMBERED_SERIES) {
        return;
      }
      if (!this.#queue.has(series)) {
        this.#series.delete(key);
      }
    }
  }

  #bucket(uid: string, now: number): TokenBucket {
    const known = this.#buckets.get(uid);
    if (known !== undefined) {
      return known;
    }
    const bucket = new TokenBucket(SPAM_BURST, SPAM_REFILL_MS, now);
    this.#buckets.set(uid, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= REMEMBERED_SERIES) {
        break;
      }
      this.#buckets.delete(oldest);
    }
    return bucket;
  }

  #pump(): void {
    for (const series of this.#queue) {
      if (this.#writing.size >= PARALLEL_WRITES) {
        return;
      }
      if (this.#writing.has(series)) {
        continue;
      }
      this.#queue.delete(series);
      this.#writing.add(series);
      this.#write(series).then(
        () => this.#written(series),
        (error: unknown) => this.#failed(series, error),
      );
    }
  }

  async #write(series: Series): Promise<void> {
    const { clock } = this.#options;
    const { count } = series;
    if (series.isWritten) {
      await this.#writeSeries(series);
    } else {
      await this.#writeNew(series);
    }
    series.isWritten = true;
    series.writtenCount = Math.max(series.writtenCount, count);
    series.lastWriteAt = clock.monotonic();
    series.tries = 0;
  }

  async #writeNew(series: Series): Promise<void> {
    const { rest } = this.#options;
    await rest.create(collectionPath(wellKnown.events, series.namespace), this.#body(series));
  }

  async #writeSeries(series: Series): Promise<void> {
    const { rest } = this.#options;
    const path = objectPath(wellKnown.events, series.namespace, series.name);
    try {
      await rest.patch(path, { series: seriesBody(series) }, { type: 'merge' });
    } catch (error) {
      if (!isKubeError(error, 'not-found')) {
        throw error;
      }
      // Events live for an hour only.
      series.name = this.#newName(series.event.object.name);
      await this.#writeNew(series);
    }
  }

  #body(series: Series): Record<string, unknown> {
    const { clock, component, instance } = this.#options;
    const { event, count } = series;
    const { apiVersion, kind, namespace, name, uid, resourceVersion } = event.object;
    return {
      apiVersion: apiVersionOf(wellKnown.events),
      kind: 'Event',
      metadata: { name: series.name, namespace: series.namespace },
      eventTime: microTime(clock.now()),
      reportingController: component,
      reportingInstance: instance.slice(0, 128),
      action: event.action,
      reason: event.reason,
      regarding: { apiVersion, kind, namespace, name, uid, resourceVersion },
      note: cut(event.note, NOTE_BYTES),
      type: event.type,
      ...(count > 1 ? { series: seriesBody(series) } : {}),
    };
  }

  #written(series: Series): void {
    this.#writing.delete(series);
    // The second occurrence was recorded while the first was being written.
    if (series.writtenCount < 2 && series.count > series.writtenCount) {
      this.#queue.add(series);
    }
    this.#next();
  }

  #failed(series: Series, error: unknown): void {
    this.#writing.delete(series);
    series.tries++;
    const isPassing = isKubeError(error, 'network', 'timeout', 'server', 'throttled', 'already-exists');
    if (isKubeError(error, 'already-exists')) {
      series.name = this.#newName(series.event.object.name);
    }
    if (isPassing && series.tries < MAX_TRIES && !this.#isClosed) {
      this.#retryLater(series);
    } else {
      this.#drop(series, error);
    }
    this.#next();
  }

  #retryLater(series: Series): void {
    const cancel = this.#options.clock.schedule(RETRY_EVERY_MS * series.tries, () => {
      this.#retries.delete(cancel);
      this.#queue.add(series);
      this.#pump();
    });
    this.#retries.add(cancel);
  }

  #drop(series: Series, error: unknown): void {
    if (!series.isWritten) {
      this.#series.delete(series.key);
    }
    this.#options.onDropped?.(series.event, error);
  }

  #next(): void {
    this.#pump();
    if (!this.#isIdle()) {
      return;
    }
    for (const waiter of this.#idleWaiters) {
      waiter();
    }
    this.#idleWaiters.clear();
  }

  #isIdle(): boolean {
    return this.#queue.size === 0 && this.#writing.size === 0;
  }

  /** `<object>.<16 hex digits>`, an object name whatever the length of the first part. */
  #newName(objectName: string): string {
    const suffix = `.${this.#options.random.bytes(8).toString('hex')}`;
    const head = objectName.slice(0, NAME_LENGTH - suffix.length).replace(/[^a-z0-9]+$/, '');
    return `${head}${suffix}`;
  }
}

function seriesKey({ object, type, reason, action, note }: RecordedEvent): string {
  return JSON.stringify([object.uid, type, reason, action, note]);
}

function seriesBody(series: Series): Record<string, unknown> {
  return { count: series.count, lastObservedTime: microTime(series.lastObservedAt) };
}

/** The first `limit` bytes of UTF-8, without half a character at the end. */
function cut(text: string, limit: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= limit) {
    return text;
  }
  return `${new TextDecoder().decode(bytes.subarray(0, limit - 3)).replace(/\uFFFD+$/, '')}\u2026`;
}
