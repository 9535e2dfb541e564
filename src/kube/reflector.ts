import { type Clock, sleep } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import { Backoff } from './backoff.ts';
import { KubeError } from './errors.ts';
import { kubeErrorFromStatus, kubeErrorFromTransport } from './kube-error-from.ts';
import type { KubeObject } from './object.ts';
import type { KubeRest, Query } from './rest.ts';
import { StallDetector } from './stall-detector.ts';
import { type ObjectStore, objectKey } from './store.ts';
import {
  MalformedAnswerError,
  parseListPage,
  parseWatchEvent,
  reduce,
  type WatchEvent,
} from './watch-event.ts';
import { readLines } from './watch-lines.ts';

/** Where a reflector is. */
export type ReflectorState =
  /** Not started. */
  | { readonly name: 'idle' }
  /** Reads everything, page by page. */
  | { readonly name: 'listing' }
  /** Has asked for changes since `resourceVersion`; no answer yet. */
  | { readonly name: 'connecting'; readonly resourceVersion: string }
  /** Receives changes. */
  | { readonly name: 'watching' }
  /** Waits before the next try, until `untilMs` on the monotonic clock. */
  | { readonly name: 'waiting'; readonly untilMs: number; readonly because: string }
  /** Over, for good. */
  | { readonly name: 'stopped' };

/** A change of the store. `isInitial`: seen in the first list, so maybe long known to the world. */
export type Change<T> =
  | { readonly type: 'upsert'; readonly object: T; readonly isInitial: boolean }
  | { readonly type: 'delete'; readonly object: T };

/** What a `Reflector` is made with. */
export interface ReflectorOptions<T extends KubeObject> {
  readonly rest: KubeRest;
  readonly clock: Clock;
  readonly random: Random;
  /** Collection path, of all namespaces or of one. */
  readonly path: string;
  /** The namespace of `path`, so that a list of it does not remove the objects of others from a shared store. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Ask for and keep metadata alone. */
  readonly metadataOnly?: boolean | undefined;
  readonly store: ObjectStore<T>;
  /** Runs at once after the store has changed; must not throw. */
  readonly onChange: (change: Change<T>) => void;
  /** Told once when trouble begins or changes its nature, and once when it is over (`undefined`). */
  readonly onTrouble?: ((error: Error | undefined) => void) | undefined;
  readonly onState?: ((state: ReflectorState) => void) | undefined;
}

/** How a list or a watch ended. */
type Outcome =
  | { readonly name: 'listed'; readonly resourceVersion: string }
  /** The watch ended without an error, after it was of use. */
  | { readonly name: 'ended'; readonly resourceVersion: string }
  /** The resource version is too old for the server. */
  | { readonly name: 'expired'; readonly error: Error }
  /** The position is lost for another reason. */
  | { readonly name: 'lost'; readonly error: Error }
  /** Nothing is known to be missed. */
  | { readonly name: 'interrupted'; readonly error: Error; readonly resourceVersion: string }
  | { readonly name: 'stopped' };

const pageSize = 500;
const watchSeconds = { min: 300, max: 600 } as const;
/** A server sends a bookmark about once a minute; a connection that is silent for longer is dead. */
const longestSilenceMs = 70_000;
/** A watch that has lived so long, or has delivered something, was a good one. */
const healthyAfterMs = 10_000;
const backoffLimits = { baseMs: 500, maxMs: 30_000 } as const;
const longestRetryAfterMs = 60_000;
/** So many interruptions in a row, and the position is not trusted any more. */
const resumesBeforeList = 5;

const metadataAccept = {
  list: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
  watch: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
} as const;

/**
 * Keeps a store equal to a collection of the API server: lists, then watches, and recovers from everything that can
 * happen to either, for as long as it takes. Never ends by itself.
 */
export class Reflector<T extends KubeObject = KubeObject> {
  private readonly options: ReflectorOptions<T>;
  private readonly backoff: Backoff;
  private readonly life = new AbortController();
  private readonly firstSync = Promise.withResolvers<boolean>();
  private current: ReflectorState = { name: 'idle' };
  private enteredAt: number;
  private trouble: string | undefined;
  private contact: number | undefined;
  private isSynced = false;
  private expiredLists = 0;
  private finished: Promise<void> | undefined;

  constructor(options: ReflectorOptions<T>) {
    this.options = options;
    this.backoff = new Backoff(backoffLimits, options.random);
    this.enteredAt = options.clock.monotonic();
  }

  get state(): ReflectorState {
    return this.current;
  }

  /** Milliseconds since the state was entered. */
  get stateMs(): number {
    return this.options.clock.monotonic() - this.enteredAt;
  }

  /** Whether a complete list has been read once. */
  get synced(): boolean {
    return this.isSynced;
  }

  /** Milliseconds since the server was last heard, `undefined` before the first time. */
  get lastContactMs(): number | undefined {
    return this.contact === undefined ? undefined : this.options.clock.monotonic() - this.contact;
  }

  /** Begins. Resolves with true after the first complete list, with false when stopped before. */
  start(): Promise<boolean> {
    this.finished ??= this.run();
    return this.firstSync.promise;
  }

  /** Ends whatever is under way; resolves when nothing is left of it. */
  async stop(): Promise<void> {
    this.life.abort(new Error('stopped'));
    this.firstSync.resolve(false);
    await this.finished;
    this.enter({ name: 'stopped' });
  }

  private async run(): Promise<void> {
    let position: string | undefined;
    while (!this.life.signal.aborted) {
      const outcome = position === undefined ? await this.list() : await this.watch(position);
      position = await this.follow(outcome);
    }
  }

  /** Decides what comes after `outcome`: a watch from the returned resource version, or a list for `undefined`. */
  private async follow(outcome: Outcome): Promise<string | undefined> {
    switch (outcome.name) {
      case 'listed':
      case 'ended':
        return outcome.resourceVersion;
      case 'stopped':
        return undefined;
      case 'expired':
        // Ordinary after a long silence; only one that comes back at once is trouble.
        if (this.backoff.count > 0) await this.pause(outcome.error);
        else this.backoff.next();
        return undefined;
      case 'lost':
        await this.pause(outcome.error);
        return undefined;
      case 'interrupted':
        await this.pause(outcome.error);
        return this.backoff.count > resumesBeforeList ? undefined : outcome.resourceVersion;
    }
  }

  private async list(): Promise<Outcome> {
    this.enter({ name: 'listing' });
    try {
      const { resourceVersion, listed } = await this.readPages();
      this.removeAbsent(listed, resourceVersion);
      this.isSynced = true;
      this.expiredLists = 0;
      this.firstSync.resolve(true);
      return { name: 'listed', resourceVersion };
    } catch (error) {
      return this.life.signal.aborted ? { name: 'stopped' } : this.listFailure(asError(error));
    }
  }

  private listFailure(error: Error): Outcome {
    const isExpired = error instanceof KubeError && error.kind === 'gone';
    if (isExpired) this.expiredLists++;
    return { name: isExpired ? 'expired' : 'lost', error };
  }

  private async readPages(): Promise<{ resourceVersion: string; listed: ReadonlySet<string> }> {
    const { rest, path, metadataOnly } = this.options;
    const listed = new Set<string>();
    // A list whose continue tokens expire again and again has to be read in one piece.
    const limit = this.expiredLists > 1 ? undefined : pageSize;
    const accept = metadataOnly === true ? metadataAccept.list : undefined;
    for (let token: string | undefined; ; ) {
      const query: Query = { ...this.selectors(), limit, continue: token };
      const page = parseListPage(await rest.get(path, { query, accept, signal: this.life.signal }));
      this.life.signal.throwIfAborted();
      this.heard();
      for (const item of page.items) {
        listed.add(objectKey(item.metadata.namespace, item.metadata.name));
        this.upsert(item);
      }
      if (page.continueToken === '') return { resourceVersion: page.resourceVersion, listed };
      token = page.continueToken;
    }
  }

  private async watch(from: string): Promise<Outcome> {
    this.enter({ name: 'connecting', resourceVersion: from });
    const stream = new AbortController();
    const end = (): void => stream.abort(new Error('stopped'));
    this.life.signal.addEventListener('abort', end, { once: true });
    const progress = { resourceVersion: from, isHealthy: false };
    using silence = new StallDetector(this.options.clock, longestSilenceMs, () =>
      stream.abort(new Error('silent')),
    );
    try {
      await this.receive(stream.signal, progress, silence);
      return this.endOf(progress);
    } catch (error) {
      if (this.life.signal.aborted) return { name: 'stopped' };
      return this.watchFailure(silence.stalled ? this.silent() : asError(error), progress.resourceVersion);
    } finally {
      stream.abort();
      this.life.signal.removeEventListener('abort', end);
    }
  }

  private silent(): KubeError {
    return new KubeError('timeout', `WATCH ${this.options.path}: silent for ${longestSilenceMs / 1000} s`);
  }

  private endOf({ resourceVersion, isHealthy }: { resourceVersion: string; isHealthy: boolean }): Outcome {
    if (this.life.signal.aborted) return { name: 'stopped' };
    if (isHealthy) return { name: 'ended', resourceVersion };
    const error = new KubeError('network', `WATCH ${this.options.path}: ended at once`);
    return { name: 'interrupted', error, resourceVersion };
  }

  private watchFailure(error: Error, resourceVersion: string): Outcome {
    if (error instanceof InStreamError) {
      return error.status.kind === 'gone'
        ? { name: 'expired', error: error.status }
        : { name: 'lost', error: error.status };
    }
    if (error instanceof MalformedAnswerError) return { name: 'lost', error };
    const kubeError = kubeErrorFromTransport('WATCH', this.options.path, error);
    if (kubeError.kind === 'gone') return { name: 'expired', error: kubeError };
    // The type itself went away, and with it what is known of its objects.
    if (kubeError.kind === 'not-found') return { name: 'lost', error: kubeError };
    return { name: 'interrupted', error: kubeError, resourceVersion };
  }

  private async receive(
    signal: AbortSignal,
    progress: { resourceVersion: string; isHealthy: boolean },
    silence: StallDetector,
  ): Promise<void> {
    const { rest, path, random, clock, metadataOnly } = this.options;
    const { min, max } = watchSeconds;
    const query: Query = {
      ...this.selectors(),
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: progress.resourceVersion,
      timeoutSeconds: Math.round(min + (max - min) * random.fraction()),
    };
    const accept = metadataOnly === true ? metadataAccept.watch : undefined;
    const body = await rest.watch(path, { query, accept, signal });
    this.enter({ name: 'watching' });
    const onChunk = (): void => {
      silence.heard();
      this.heard();
    };
    const onHealthy = (): void => {
      if (progress.isHealthy) return;
      progress.isHealthy = true;
      this.recovered();
    };
    onChunk();
    const cancelHealthTimer = clock.schedule(healthyAfterMs, onHealthy);
    try {
      for await (const line of readLines(body, onChunk)) {
        if (line === '') continue;
        const event = parseWatchEvent(line);
        if (event.type === 'error') throw new InStreamError(kubeErrorFromStatus(path, event.status));
        progress.resourceVersion = this.apply(event);
        onHealthy();
      }
    } finally {
      cancelHealthTimer();
    }
  }

  private apply(event: Exclude<WatchEvent, { type: 'error' }>): string {
    switch (event.type) {
      case 'bookmark':
        return event.resourceVersion;
      case 'upsert':
        this.upsert(event.object);
        return event.object.metadata.resourceVersion;
      case 'delete': {
        const { namespace, name, uid, resourceVersion } = event.object.metadata;
        const removed = this.options.store.remove(namespace, name, uid);
        if (removed !== undefined)
          this.options.onChange({ type: 'delete', object: this.project(event.object) });
        return resourceVersion;
      }
    }
  }

  private upsert(received: KubeObject): void {
    const object = this.project(received);
    const result = this.options.store.upsert(object);
    if (result.outcome === 'ignored') return;
    if (result.outcome === 'recreated') this.options.onChange({ type: 'delete', object: result.previous });
    this.options.onChange({ type: 'upsert', object, isInitial: !this.isSynced });
  }

  private removeAbsent(listed: ReadonlySet<string>, listVersion: string): void {
    const { store, namespace } = this.options;
    for (const object of store.removeAbsent(listed, listVersion, namespace))
      this.options.onChange({ type: 'delete', object });
  }

  /** The store's type is a promise of who asks for the path; nothing here depends on it. */
  private project(object: KubeObject): T {
    return reduce(object, this.options.metadataOnly) as T;
  }

  private async pause(error: Error): Promise<void> {
    this.report(error);
    const { clock } = this.options;
    const asked = error instanceof KubeError ? (error.retryAfterMs ?? 0) : 0;
    const delayMs = Math.max(this.backoff.next(), Math.min(asked, longestRetryAfterMs));
    this.enter({ name: 'waiting', untilMs: clock.monotonic() + delayMs, because: troubleOf(error) });
    await sleep(clock, delayMs, this.life.signal).catch(() => undefined);
  }

  private heard(): void {
    this.contact = this.options.clock.monotonic();
  }

  private report(error: Error): void {
    const trouble = troubleOf(error);
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    this.options.onTrouble?.(error);
  }

  private recovered(): void {
    this.backoff.reset();
    if (this.trouble === undefined) return;
    this.trouble = undefined;
    this.options.onTrouble?.(undefined);
  }

  private enter(state: ReflectorState): void {
    this.current = state;
    this.enteredAt = this.options.clock.monotonic();
    this.options.onState?.(state);
  }

  private selectors(): Query {
    const { labelSelector, fieldSelector } = this.options;
    return { labelSelector, fieldSelector };
  }
}

/** An ERROR event, told apart from the same status on the request itself. */
class InStreamError extends Error {
  readonly status: KubeError;

  constructor(status: KubeError) {
    super(status.message);
    this.status = status;
  }
}

function troubleOf(error: Error): string {
  return error instanceof KubeError ? error.kind : error.name;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('something that is not an Error was thrown');
}
