import { sleep } from '../../runtime/clock.ts';
import { KubeError } from '../client/errors.ts';
import { kubeErrorFromStatus, kubeErrorFromTransport } from '../client/kube-error-from.ts';
import type { KubeObject } from '../client/object.ts';
import type { Query } from '../client/rest.ts';
import { Backoff } from '../queue/backoff.ts';
import { listPages } from './list-pages.ts';
import { asError, HistoryError, InStreamError, troubleOf } from './reflector-errors.ts';
import type { ReflectorOptions, ReflectorState } from './reflector-options.ts';
import { isOlderVersion } from './resource-version.ts';
import { StallDetector } from './stall-detector.ts';
import { type CompleteList, objectKey, type UpsertResult } from './store.ts';
import { MalformedResponseError, parseWatchEvent, reduce, type WatchEvent } from './watch-event.ts';
import { readLines } from './watch-lines.ts';

export type * from './reflector-options.ts';

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

const PAGE_SIZE = 500;
const watchSeconds = { min: 300, max: 600 } as const;
/** A server sends a bookmark about once a minute; a connection that is silent for longer is dead. */
const LONGEST_SILENCE_MS = 70_000;
/** A watch that has lived so long, or has delivered something, was a good one. */
const HEALTHY_AFTER_MS = 10_000;
const backoffLimits = { baseMs: 500, maxMs: 30_000 } as const;
const LONGEST_RETRY_AFTER_MS = 60_000;
/** So many interruptions in a row, and the position is not trusted any more. */
const RESUMES_BEFORE_LIST = 5;
/** A server whose version is behind ours after a restore stays silent; one list tells. */
const SILENCES_BEFORE_LIST = 2;

const metadataAccept = {
  list: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
  watch: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
} as const;

/**
 * Keeps a store equal to a collection of the API server: lists, then watches, and recovers from everything that can
 * happen to either, for as long as it takes. Never ends by itself.
 */
export class Reflector<T extends KubeObject = KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #backoff: Backoff;
  readonly #life = new AbortController();
  readonly #firstSync = Promise.withResolvers<boolean>();
  #current: ReflectorState = { name: 'idle' };
  #enteredAt: number;
  #trouble: string | undefined;
  #contact: number | undefined;
  #isSynced = false;
  #expiredLists = 0;
  /** Watches in a row that have delivered nothing. */
  #silences = 0;
  #finished: Promise<void> | undefined;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#backoff = new Backoff(backoffLimits, options.random);
    this.#enteredAt = options.clock.monotonic();
  }

  get state(): ReflectorState {
    return this.#current;
  }

  /** Milliseconds since the state was entered. */
  get stateMs(): number {
    return this.#options.clock.monotonic() - this.#enteredAt;
  }

  /** Whether a complete list has been read once. */
  get synced(): boolean {
    return this.#isSynced;
  }

  /** Milliseconds since the server was last heard, `undefined` before the first time. */
  get lastContactMs(): number | undefined {
    return this.#contact === undefined ? undefined : this.#options.clock.monotonic() - this.#contact;
  }

  /** Begins. Resolves with true after the first complete list, with false when stopped before. */
  start(): Promise<boolean> {
    this.#finished ??= this.#run();
    return this.#firstSync.promise;
  }

  /** Ends whatever is under way; resolves when nothing is left of it. */
  async stop(): Promise<void> {
    this.#life.abort(new Error('stopped'));
    this.#firstSync.resolve(false);
    await this.#finished;
    this.#enter({ name: 'stopped' });
  }

  async #run(): Promise<void> {
    let position: string | undefined;
    while (!this.#life.signal.aborted) {
      const outcome = position === undefined ? await this.#list() : await this.#watch(position);
      position = await this.#follow(outcome);
    }
  }

  /** Decides what comes after `outcome`: a watch from the returned resource version, or a list for `undefined`. */
  async #follow(outcome: Outcome): Promise<string | undefined> {
    switch (outcome.name) {
      case 'listed':
      case 'ended':
        return outcome.resourceVersion;
      case 'stopped':
        return undefined;
      case 'expired':
        // Ordinary after a long silence; only one that comes back at once is trouble.
        if (this.#backoff.count > 0) {
          await this.#pause(outcome.error);
        } else {
          this.#backoff.next();
        }
        return undefined;
      case 'lost':
        await this.#pause(outcome.error);
        return undefined;
      case 'interrupted':
        await this.#pause(outcome.error);
        return this.#backoff.count > RESUMES_BEFORE_LIST ? undefined : outcome.resourceVersion;
    }
  }

  async #list(): Promise<Outcome> {
    this.#enter({ name: 'listing' });
    try {
      const list = await this.#readPages();
      this.#removeAbsent(list);
      this.#isSynced = true;
      this.#expiredLists = 0;
      this.#firstSync.resolve(true);
      return { name: 'listed', resourceVersion: list.resourceVersion };
    } catch (error) {
      return this.#life.signal.aborted ? { name: 'stopped' } : this.#listFailure(asError(error));
    }
  }

  #listFailure(error: Error): Outcome {
    const isExpired = error instanceof KubeError && error.kind === 'gone';
    if (isExpired) {
      this.#expiredLists++;
    }
    return { name: isExpired ? 'expired' : 'lost', error };
  }

  async #readPages(): Promise<CompleteList> {
    const { rest, path, metadataOnly, store, namespace } = this.#options;
    const keys = new Set<string>();
    const start = store.beginList();
    // A list whose continue tokens expire again and again has to be read in one piece.
    const limit = this.#expiredLists > 1 ? undefined : PAGE_SIZE;
    const accept = metadataOnly === true ? metadataAccept.list : undefined;
    const { signal } = this.#life;
    let resourceVersion = '';
    for await (const page of listPages({ rest, path, query: this.#selectors(), limit, accept, signal })) {
      this.#heard();
      resourceVersion = page.resourceVersion;
      for (const item of page.items) {
        keys.add(objectKey(item.metadata.namespace, item.metadata.name));
        this.#upsert(item, (object) => store.upsertListed(object, start));
      }
    }
    return { start, keys, resourceVersion, namespace };
  }

  async #watch(from: string): Promise<Outcome> {
    this.#enter({ name: 'connecting', resourceVersion: from });
    const stream = new AbortController();
    const end = (): void => stream.abort(new Error('stopped'));
    this.#life.signal.addEventListener('abort', end, { once: true });
    const progress = { resourceVersion: from, isHealthy: false };
    using silence = new StallDetector(this.#options.clock, LONGEST_SILENCE_MS, () =>
      stream.abort(new Error('silent')),
    );
    try {
      await this.#receive(stream.signal, progress, silence);
      return this.#endOf(progress);
    } catch (error) {
      if (this.#life.signal.aborted) {
        return { name: 'stopped' };
      }
      return silence.stalled
        ? this.#silenceFailure(progress.resourceVersion)
        : this.#watchFailure(asError(error), progress.resourceVersion);
    } finally {
      stream.abort();
      this.#life.signal.removeEventListener('abort', end);
    }
  }

  #silenceFailure(resourceVersion: string): Outcome {
    const what = `WATCH ${this.#options.path}: silent for ${LONGEST_SILENCE_MS / 1000} s`;
    const error = new KubeError('timeout', what);
    this.#silences += 1;
    if (this.#silences < SILENCES_BEFORE_LIST) {
      return { name: 'interrupted', error, resourceVersion };
    }
    this.#silences = 0;
    return { name: 'lost', error };
  }

  #endOf({ resourceVersion, isHealthy }: { resourceVersion: string; isHealthy: boolean }): Outcome {
    if (this.#life.signal.aborted) {
      return { name: 'stopped' };
    }
    if (isHealthy) {
      return { name: 'ended', resourceVersion };
    }
    const error = new KubeError('network', `WATCH ${this.#options.path}: ended at once`);
    return { name: 'interrupted', error, resourceVersion };
  }

  #watchFailure(error: Error, resourceVersion: string): Outcome {
    if (error instanceof InStreamError) {
      return error.status.kind === 'gone'
        ? { name: 'expired', error: error.status }
        : { name: 'lost', error: error.status };
    }
    if (error instanceof MalformedResponseError || error instanceof HistoryError) {
      return { name: 'lost', error };
    }
    const kubeError = kubeErrorFromTransport('WATCH', this.#options.path, error);
    if (kubeError.kind === 'gone') {
      return { name: 'expired', error: kubeError };
    }
    // The type itself went away, and with it what is known of its objects.
    if (kubeError.kind === 'not-found') {
      return { name: 'lost', error: kubeError };
    }
    return { name: 'interrupted', error: kubeError, resourceVersion };
  }

  async #receive(
    signal: AbortSignal,
    progress: { resourceVersion: string; isHealthy: boolean },
    silence: StallDetector,
  ): Promise<void> {
    const { rest, path, random, clock, metadataOnly } = this.#options;
    const { min, max } = watchSeconds;
    const query: Query = {
      ...this.#selectors(),
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: progress.resourceVersion,
      timeoutSeconds: Math.round(min + (max - min) * random.fraction()),
    };
    const accept = metadataOnly === true ? metadataAccept.watch : undefined;
    const body = await rest.watch(path, { query, accept, signal });
    this.#enter({ name: 'watching' });
    const onChunk = (): void => {
      silence.heard();
      this.#heard();
    };
    const onHealthy = (): void => {
      if (progress.isHealthy) {
        return;
      }
      progress.isHealthy = true;
      this.#recovered();
    };
    onChunk();
    const cancelHealthTimer = clock.schedule(HEALTHY_AFTER_MS, onHealthy);
    try {
      for await (const line of readLines(body, onChunk)) {
        if (line === '') {
          continue;
        }
        const event = parseWatchEvent(line);
        if (event.type === 'error') {
          throw new InStreamError(kubeErrorFromStatus(path, event.status));
        }
        progress.resourceVersion = this.#advance(progress.resourceVersion, event);
        onHealthy();
      }
    } finally {
      cancelHealthTimer();
    }
  }

  /** Applies `event` and returns its version. Throws `HistoryError` when that is older than `from`. */
  #advance(from: string, event: Exclude<WatchEvent, { type: 'error' }>): string {
    const version = event.type === 'bookmark' ? event.resourceVersion : event.object.metadata.resourceVersion;
    if (isOlderVersion(version, from)) {
      throw new HistoryError(`WATCH ${this.#options.path}: an event is older than the one before`);
    }
    this.#silences = 0;
    this.#apply(event);
    return version;
  }

  #apply(event: Exclude<WatchEvent, { type: 'error' }>): void {
    switch (event.type) {
      case 'bookmark':
        return;
      case 'upsert':
        this.#upsert(event.object, (object) => this.#options.store.upsert(object));
        return;
      case 'delete': {
        const object = this.#project(event.object);
        if (this.#options.store.remove(object) !== undefined) {
          this.#options.onChange({ type: 'delete', object });
        }
      }
    }
  }

  #upsert(received: KubeObject, store: (object: T) => UpsertResult<T>): void {
    const object = this.#project(received);
    const result = store(object);
    if (result.outcome === 'ignored') {
      return;
    }
    if (result.outcome === 'recreated') {
      this.#options.onChange({ type: 'delete', object: result.previous });
    }
    const previous = result.outcome === 'updated' ? result.previous : undefined;
    this.#options.onChange({ type: 'upsert', object, previous, isInitial: !this.#isSynced });
  }

  #removeAbsent(list: CompleteList): void {
    for (const object of this.#options.store.removeAbsent(list)) {
      this.#options.onChange({ type: 'delete', object });
    }
  }

  /** The store's type is a promise of who asks for the path; nothing here depends on it. */
  #project(object: KubeObject): T {
    return reduce(object, this.#options.metadataOnly) as T;
  }

  async #pause(error: Error): Promise<void> {
    this.#report(error);
    const { clock } = this.#options;
    const asked = error instanceof KubeError ? (error.retryAfterMs ?? 0) : 0;
    const delayMs = Math.max(this.#backoff.next(), Math.min(asked, LONGEST_RETRY_AFTER_MS));
    this.#enter({ name: 'waiting', untilMs: clock.monotonic() + delayMs, because: troubleOf(error) });
    await sleep(clock, delayMs, this.#life.signal).catch(() => undefined);
  }

  #heard(): void {
    this.#contact = this.#options.clock.monotonic();
  }

  #report(error: Error): void {
    const trouble = troubleOf(error);
    if (trouble === this.#trouble) {
      return;
    }
    this.#trouble = trouble;
    this.#options.onTrouble?.(error);
  }

  #recovered(): void {
    this.#backoff.reset();
    if (this.#trouble === undefined) {
      return;
    }
    this.#trouble = undefined;
    this.#options.onTrouble?.(undefined);
  }

  #enter(state: ReflectorState): void {
    this.#current = state;
    this.#enteredAt = this.#options.clock.monotonic();
    this.#options.onState?.(state);
  }

  #selectors(): Query {
    const { labelSelector, fieldSelector } = this.#options;
    return { labelSelector, fieldSelector };
  }
}
