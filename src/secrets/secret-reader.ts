import { z } from 'zod';
import { isKubeError } from '../kube/client/errors.ts';
import type { KubeObject } from '../kube/client/object.ts';
import { collectionPath, objectPath, wellKnown } from '../kube/client/paths.ts';
import type { KubeRest } from '../kube/client/rest.ts';
import { isOlderVersion } from '../kube/watch/resource-version.ts';

/** Reads of single Secrets at a time; further ones wait, so that a list can serve them. */
const SINGLE_READS = 4;
/** Waiting reads of one namespace that a list serves. */
const READS_FOR_A_LIST = 20;
const PAGE_SIZE = 100;
/** Namespaces that are remembered as not worth a list, and lists that can be continued. */
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
}

/** A read that waits for its turn. */
interface Waiting {
  readonly signal: AbortSignal;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The waiting reads of a namespace by the name of the Secret, in the order of their arrival. */
class WaitingReads {
  readonly #byName = new Map<string, Set<Waiting>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get names(): IterableIterator<string> {
    return this.#byName.keys();
  }

  add(name: string, waiting: Waiting): void {
    this.#byName.set(name, (this.#byName.get(name) ?? new Set()).add(waiting));
    this.#size += 1;
  }

  /** Removes and returns the reads of one Secret. */
  take(name: string): readonly Waiting[] {
    const taken = [...(this.#byName.get(name) ?? [])];
    this.#byName.delete(name);
    this.#size -= taken.length;
    return taken;
  }

  remove(name: string, waiting: Waiting): void {
    const same = this.#byName.get(name);
    if (same?.delete(waiting) === true) {
      this.#size -= 1;
    }
    if (same?.size === 0) {
      this.#byName.delete(name);
    }
  }
}

/** A list of a namespace, which is in the order of names. */
interface PagedList {
  /** The last name that it has read. */
  position: string;
  /** Continues it; `undefined` before the first page. */
  token: string | undefined;
}

/**
 * Reads Secrets: one GET each, or a list in pages where many reads of one namespace wait. Items of a list that no read
 * waits for are dropped without being decoded. Nothing is cached.
 */
export class SecretReader {
  readonly #options: SecretReaderOptions;
  readonly #waiting = new Map<string, WaitingReads>();
  readonly #lists = new Map<string, PagedList>();
  /** Lists that ended before their last page. Reads of later names continue them, so that a page is read once. */
  readonly #paused = new Map<string, PagedList>();
  /** Namespaces whose list was refused, or has mostly Secrets that no resource references. */
  readonly #unlisted = new Set<string>();
  #singles = 0;

  constructor(options: SecretReaderOptions) {
    this.#options = options;
  }

  /** The Secret as the API server shows it, at least as new as the metadata cache. Throws `KubeError`, `not-found` too. */
  read(namespace: string, name: string, signal: AbortSignal): Promise<unknown> {
    const list = this.#lists.get(namespace);
    const isAhead = list !== undefined && name > list.position;
    if (this.#singles < SINGLE_READS && !isAhead) {
      return this.#readSingle(namespace, name, signal);
    }
    const waits = this.#wait(namespace, name, signal);
    const all = this.#waiting.get(namespace)?.size ?? 0;
    if (list === undefined && all >= READS_FOR_A_LIST && !this.#unlisted.has(namespace)) {
      void this.#serveByList(namespace);
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
      const position = this.#lists.get(namespace)?.position;
      for (const name of reads.names) {
        if (this.#singles >= SINGLE_READS) {
          return;
        }
        if (position === undefined || name <= position) {
          for (const { signal, resolve, reject } of reads.take(name)) {
            this.#readSingle(namespace, name, signal).then(resolve, reject);
          }
        }
      }
      this.#forgetIfEmpty(namespace);
    }
  }

  /** Never rejects: a read that the list does not serve is done singly. */
  async #serveByList(namespace: string): Promise<void> {
    const paused = this.#paused.get(namespace);
    const isUseful = paused !== undefined && this.#isAnyAhead(namespace, paused);
    const list = isUseful ? paused : { position: '', token: undefined };
    this.#paused.delete(namespace);
    this.#lists.set(namespace, list);
    try {
      await this.#readPages(namespace, list);
      if (list.token !== undefined && this.#paused.size < REMEMBERED_NAMESPACES) {
        this.#paused.set(namespace, list);
      }
    } catch (error) {
      // The reads of single Secrets report what is wrong; a refusal stays until the roles change.
      if (isKubeError(error, 'forbidden')) {
        this.#avoidLists(namespace);
      }
    } finally {
      this.#lists.delete(namespace);
      this.#startSingles();
      this.#forgetIfEmpty(namespace);
    }
  }

  async #readPages(namespace: string, list: PagedList): Promise<void> {
    const path = collectionPath(wellKnown.secrets, namespace);
    do {
      const query = { limit: PAGE_SIZE, fieldSelector: FIELD_SELECTOR, continue: list.token };
      const page = pageSchema.parse(await this.#options.rest.get(path, { query }));
      let referenced = 0;
      for (const item of page.items) {
        referenced += this.#serve(namespace, item) ? 1 : 0;
      }
      list.position = page.items.at(-1)?.metadata.name ?? list.position;
      if (referenced * 2 < page.items.length) {
        list.token = undefined;
        this.#avoidLists(namespace);
        return;
      }
      list.token = page.metadata.continue || undefined;
    } while (list.token !== undefined && this.#isAnyAhead(namespace, list));
  }

  #isAnyAhead(namespace: string, { position }: PagedList): boolean {
    return [...(this.#waiting.get(namespace)?.names ?? [])].some((name) => name > position);
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
  }

  #forgetIfEmpty(namespace: string): void {
    if (this.#waiting.get(namespace)?.size === 0) {
      this.#waiting.delete(namespace);
    }
  }
}
