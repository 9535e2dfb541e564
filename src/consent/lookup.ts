import type { Clock } from '../runtime/clock.ts';
import type { SecretFact } from '../secrets/secret-fact.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { KeyedLimit, type Rate } from './limits.ts';

/** Fresh looks that strangers can bring about: for one connector, and for all together. */
const FOR_ONE: Rate = { burst: 10, refillMs: 3_000 };
const FOR_ALL: Rate = { burst: 100, refillMs: 20 };

/** Secrets whose essence is kept in memory. */
const CACHE_LIMITS = 500;

/** `busy`: it could not be looked at just now. Nothing that is kept in memory matched. */
export type Found<T> =
  | { readonly state: 'found'; readonly digest: T }
  | { readonly state: 'missing' | 'busy' };

interface Cached<T> {
  /** The version that the cache showed when it was looked at; the look itself may have found a newer one. */
  readonly knownAs: string;
  readonly digest: T | undefined;
}

/**
 * Compares what strangers send with Secrets, without letting them work the API server. Of each version of a Secret that
 * the metadata cache shows one GET is made, and its essence (hashes) kept: a right value is recognized from memory at
 * any time, whatever anybody else does. Only a value that does not match can mean that the cache lags behind; that is
 * looked at again, as often as the limits allow. Who acts on what was found has to read the Secret once more: it may be
 * gone since.
 */
export class SecretLookup<T> {
  readonly #secrets: Pick<Secrets, 'known' | 'read'>;
  readonly #digestOf: (fact: SecretFact) => T | undefined;
  readonly #forOne: KeyedLimit;
  readonly #forAll: KeyedLimit;
  readonly #kept = new Map<string, Cached<T>>();

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

  /** The essence of a Secret if `matches` it. Throws `KubeError`. */
  async find(
    namespace: string,
    name: string,
    matches: (digest: T) => boolean,
    signal: AbortSignal,
  ): Promise<Found<T>> {
    const key = `${namespace}/${name}`;
    const known = this.#secrets.known(namespace, name);
    const kept = this.#kept.get(key);
    const isSeen = known.state === 'absent' || kept?.knownAs === known.resourceVersion;
    const match = known.state !== 'absent' && isSeen ? check(kept?.digest, matches) : undefined;
    if (match !== undefined) {
      return match;
    }
    if (isSeen && (!this.#forOne.take(key) || !this.#forAll.take(''))) {
      return { state: 'busy' };
    }
    const digest = this.#digestOf(await this.#secrets.read(namespace, name, signal));
    this.#keep(key, known, digest);
    return check(digest, matches) ?? { state: 'missing' };
  }

  #keep(key: string, known: SecretFact, digest: T | undefined): void {
    this.#kept.delete(key);
    if (known.state === 'absent') {
      return;
    }
    this.#kept.set(key, { knownAs: known.resourceVersion, digest });
    const [oldest] = this.#kept.size > CACHE_LIMITS ? this.#kept.keys() : [];
    if (oldest !== undefined) {
      this.#kept.delete(oldest);
    }
  }
}

function check<T>(digest: T | undefined, matches: (digest: T) => boolean): Found<T> | undefined {
  return digest !== undefined && matches(digest) ? { state: 'found', digest } : undefined;
}
