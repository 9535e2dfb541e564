import type { Clock } from '../runtime/clock.ts';
import type { SecretFact } from '../secrets/secret-fact.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { KeyedLimit, type Rate } from './limits.ts';

/** Reads that requests without a valid code or cookie may cause: for one connector, and for all. */
const FOR_ONE: Rate = { burst: 10, refillMs: 3_000 };
const FOR_ALL: Rate = { burst: 100, refillMs: 20 };

/** Secrets whose digest is cached. */
const MAX_CACHED = 500;

/** `busy`: nothing in the cache matched, and the rate limit allows no read. */
export type Found<T> =
  | { readonly state: 'found'; readonly digest: T }
  | { readonly state: 'missing' | 'busy' };

interface Cached<T> {
  /** The version in the metadata cache at the time of the read, which may have returned a newer one. */
  readonly resourceVersion: string;
  readonly digest: T | undefined;
}

/**
 * Compares values of unauthenticated requests with Secrets, at a bounded cost for the API server. Each version of a
 * Secret in the metadata cache is read once and its digest (hashes) cached, so that a valid value is accepted without a
 * call, also under attack. A value that does not match may be newer than the cache: the Secret is read again, within the
 * rate limits. Callers must read the Secret once more before they act on a match, because it may have been deleted.
 */
export class SecretLookup<T> {
  readonly #secrets: Pick<Secrets, 'known' | 'read'>;
  readonly #digestOf: (fact: SecretFact) => T | undefined;
  readonly #forOne: KeyedLimit;
  readonly #forAll: KeyedLimit;
  readonly #cached = new Map<string, Cached<T>>();

  constructor(
    secrets: Pick<Secrets, 'known' | 'read'>,
    digestOf: (fact: SecretFact) => T | undefined,
    clock: Pick<Clock, 'monotonic'>,
  ) {
    this.#secrets = secrets;
    this.#digestOf = digestOf;
    this.#forOne = new KeyedLimit(FOR_ONE, clock);
    this.#forAll = new KeyedLimit(FOR_ALL, clock);
  }

  /** The digest of a Secret where `matches` accepts it. Throws `KubeError`. */
  async find(
    namespace: string,
    name: string,
    matches: (digest: T) => boolean,
    signal: AbortSignal,
  ): Promise<Found<T>> {
    const key = `${namespace}/${name}`;
    const known = this.#secrets.known(namespace, name);
    const cached = this.#cached.get(key);
    const isRead = known.state === 'absent' || cached?.resourceVersion === known.resourceVersion;
    const match = known.state !== 'absent' && isRead ? check(cached?.digest, matches) : undefined;
    if (match !== undefined) {
      return match;
    }
    if (isRead && (!this.#forOne.take(key) || !this.#forAll.take(''))) {
      return { state: 'busy' };
    }
    const digest = this.#digestOf(await this.#secrets.read(namespace, name, signal));
    this.#cache(key, known, digest);
    return check(digest, matches) ?? { state: 'missing' };
  }

  #cache(key: string, known: SecretFact, digest: T | undefined): void {
    this.#cached.delete(key);
    if (known.state === 'absent') {
      return;
    }
    this.#cached.set(key, { resourceVersion: known.resourceVersion, digest });
    const [oldest] = this.#cached.size > MAX_CACHED ? this.#cached.keys() : [];
    if (oldest !== undefined) {
      this.#cached.delete(oldest);
    }
  }
}

function check<T>(digest: T | undefined, matches: (digest: T) => boolean): Found<T> | undefined {
  return digest !== undefined && matches(digest) ? { state: 'found', digest } : undefined;
}
