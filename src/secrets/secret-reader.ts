import { z } from 'zod';
import { isKubeError } from '../kube/client/errors.ts';
import type { KubeObject } from '../kube/client/object.ts';
import { collectionPath, objectPath, wellKnown } from '../kube/client/paths.ts';
import type { KubeRest } from '../kube/client/rest.ts';
import { isOlderVersion } from '../kube/watch/resource-version.ts';
import { SecretList } from './secret-list.ts';
import { WaitingReads } from './waiting-reads.ts';

/** Reads of single Secrets at a time; further ones wait, so that a list can serve them. */
const SINGLE_READS = 4;
/** Waiting reads of one namespace that a list serves. */
const READS_FOR_A_LIST = 20;
/** Namespaces that are remembered as not worth a list, and lists that can go on. */
const REMEMBERED_NAMESPACES = 1_000;
/** Large or frequent Secrets that no resource references. */
const FIELD_SELECTOR = 'type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token';

const pageSchema = z.object({
  metadata: z.object({ continue: z.string().optional() }),
  // The values of the items stay unread until a read waits for them.
  items: z.array(
    z.looseObject({ metadata: z.looseObject({ name: z.string(), resourceVersion: z.string() }) }),
  ),
});

/** Dependencies of `SecretReader`. */
export interface SecretReaderOptions {
  readonly rest: Pick<KubeRest, 'get'>;
  /** From the metadata cache, which has the Secrets that a resource references or that the operator wrote. */
  readonly cached: (namespace: string, name: string) => KubeObject | undefined;
  /** The names of all Secrets of a namespace in the metadata cache. Absent: no read is served by a list. */
  readonly cachedNames?: ((namespace: string) => readonly string[]) | undefined;
}

/**
 * Reads Secrets: one GET each, or a list in pages where many reads of one namespace wait. Items of a list that no read
 * waits for are dropped without being decoded. Nothing is cached.
 */
export class SecretReader {
  readonly #options: SecretReaderOptions;
  readonly #waiting = new Map<string, WaitingReads>();
  readonly #running = new Map<string, SecretList>();
  /** Lists before their last page. Reads of later names continue them, so that a page is read once. */
  readonly #paused = new Map<string, SecretList>();
  /** Namespaces whose list was refused, or has mostly Secrets that no resource references. */
  readonly #unlisted = new Set<string>();
  #singles = 0;

  constructor(options: SecretReaderOptions) {
    this.#options = options;
  }

  /** The Secret as the API server shows it, at least as new as the metadata cache. Throws `KubeError`, `not-found` too. */
  read(namespace: string, name: string, signal: AbortSignal): Promise<unknown> {
    const isAhead = this.#running.get(namespace)?.isAhead(name) === true;
    if (this.#singles < SINGLE_READS && !isAhead) {
      return this.#readSingle(namespace, name, signal);
    }
    const waits = this.#wait(namespace, name, signal);
    if (!this.#running.has(namespace)) {
      this.#startList(namespace);
    }
    return waits;
  }

  async #wait(namespace: string, name: string, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    const reads = this.#waiting.get(namespace) ?? new WaitingReads();
    this.#waiting.set(namespace, reads);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const waiting = { signal, resolve, reject };
    reads.add(name, waiting);
    const abort = (): void => {
      reads.remove(name, waiting);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#forgetIfEmpty(namespace);
    }
  }

  async #readSingle(namespace: string, name: string, signal: AbortSignal): Promise<unknown> {
    this.#singles += 1;
    try {
      return await this.#options.rest.get(objectPath(wellKnown.secrets, namespace, name), { signal });
    } finally {
      this.#singles -= 1;
      this.#startSingles();
    }
  }

  /** Starts waiting reads that no list will serve, those of one Secret together. */
  #startSingles(): void {
    for (const [namespace, reads] of this.#waiting) {
      const list = this.#running.get(namespace);
      for (const name of reads.names) {
        if (this.#singles >= SINGLE_READS) {
          return;
        }
        if (list?.isAhead(name) !== true) {
          for (const { signal, resolve, reject } of reads.take(name)) {
            this.#readSingle(namespace, name, signal).then(resolve, reject);
          }
        }
      }
      this.#forgetIfEmpty(namespace);
    }
  }

  /** Starts a list, or continues one, where enough reads wait and few other Secrets are on the way to them. */
  #startList(namespace: string): void {
    const { cachedNames } = this.#options;
    const waiting = this.#waiting.get(namespace);
    if (
      waiting === undefined ||
      waiting.size < READS_FOR_A_LIST ||
      cachedNames === undefined ||
      this.#unlisted.has(namespace)
    ) {
      return;
    }
    const paused = this.#paused.get(namespace);
    const isAhead = paused?.isAnyAhead(waiting.names) === true;
    const list = isAhead ? paused : (paused?.fromStart() ?? new SecretList(cachedNames(namespace)));
    if (list.nextPage(waiting.counts()) !== undefined) {
      void this.#serveByList(namespace, isAhead ? list : new SecretList(cachedNames(namespace)));
    } else if (paused === undefined) {
      this.#pause(namespace, list);
    }
  }

  /** Never rejects: a read that the list does not serve is done singly. */
  async #serveByList(namespace: string, list: SecretList): Promise<void> {
    this.#paused.delete(namespace);
    this.#running.set(namespace, list);
    try {
      // The first page is for the reads of this tick as well.
      await Promise.resolve();
      await this.#readPages(namespace, list);
      if (!list.isAtEnd) {
        this.#pause(namespace, list);
      }
    } catch (error) {
      // The reads of single Secrets report what is wrong; a refusal stays until the roles change.
      if (isKubeError(error, 'forbidden')) {
        this.#avoidLists(namespace);
      }
    } finally {
      this.#running.delete(namespace);
      this.#startSingles();
      this.#forgetIfEmpty(namespace);
    }
  }

  #pause(namespace: string, list: SecretList): void {
    if (this.#paused.size >= REMEMBERED_NAMESPACES) {
      this.#paused.clear();
    }
    this.#paused.set(namespace, list);
  }

  async #readPages(namespace: string, list: SecretList): Promise<void> {
    const path = collectionPath(wellKnown.secrets, namespace);
    const nextPage = () => list.nextPage(this.#waiting.get(namespace)?.counts() ?? []);
    for (let next = nextPage(); next !== undefined; next = nextPage()) {
      const query = { ...next, fieldSelector: FIELD_SELECTOR };
      const page = pageSchema.parse(await this.#options.rest.get(path, { query }));
      let referenced = 0;
      for (const item of page.items) {
        referenced += this.#serve(namespace, item) ? 1 : 0;
      }
      list.read(page.items.at(-1)?.metadata.name, page.metadata.continue);
      if (referenced * 2 < page.items.length) {
        this.#avoidLists(namespace);
        return;
      }
    }
  }

  /**
   * Serves the reads of an item, unless the metadata cache has seen a newer version of it. Returns whether the cache has
   * the Secret, so that a resource references it.
   */
  #serve(namespace: string, item: z.infer<typeof pageSchema>['items'][number]): boolean {
    const { name, resourceVersion } = item.metadata;
    const known = this.#options.cached(namespace, name);
    if (!isOlderVersion(resourceVersion, known?.metadata.resourceVersion ?? '')) {
      for (const { resolve } of this.#waiting.get(namespace)?.take(name) ?? []) {
        resolve(item);
      }
    }
    return known !== undefined;
  }

  #avoidLists(namespace: string): void {
    if (this.#unlisted.size >= REMEMBERED_NAMESPACES) {
      this.#unlisted.clear();
    }
    this.#unlisted.add(namespace);
    this.#paused.delete(namespace);
  }

  #forgetIfEmpty(namespace: string): void {
    if (this.#waiting.get(namespace)?.size === 0) {
      this.#waiting.delete(namespace);
    }
  }
}
