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
  | { readonly state: 'found'; readonly essence: T }
  | { readonly state: 'missing' | 'busy' };

interface Cached<T> {
  /** The version that the cache showed when it was looked at; the look itself may have found a newer one. */
  readonly knownAs: string;
  readonly essence: T | undefined;
}

/**
 * Compares what strangers send with Secrets, without letting them work the API server. Of each version of a Secret that
 * the metadata cache shows one GET is made, and its essence (hashes) kept: a right value is recognised from memory at
 * any time, whatever anybody else does. Only a value that does not match can mean that the cache lags behind; that is
 * looked at again, as often as the limits allow. Who acts on what was found has to read the Secret once more: it may be
 * gone since.
 */
export class SecretLookup<T> {
  readonly #secrets: Pick<Secrets, 'known' | 'read'>;
  readonly #essenceOf: (fact: SecretFact) => T | undefined;
  readonly #forOne: KeyedLimit;
  readonly #forAll: KeyedLimit;
  readonly #kept = new Map<string, Cached<T>>();

  constructor(
    secrets: Pick<Secrets, 'known' | 'read'>,
    essenceOf: (fact: SecretFact) => T | undefined,
    clock: Pick<Clock, 'monotonic'>,
  ) {
    this.#secrets = secrets;
    this.#essenceOf = essenceOf;
    this.#forOne = new KeyedLimit(FOR_ONE, clock);
    this.#forAll = new KeyedLimit(FOR_ALL, clock);
  }

  /** The essence of a Secret if `matches` it. Throws `KubeError`. */
  async find(
    namespace: string,
    name: string,
    matches: (essence: T) => boolean,
    signal: AbortSignal,
  ): Promise<Found<T>> {
    const key = `${namespace}/${name}`;
    const known = this.#secrets.known(namespace, name);
    const kept = this.#kept.get(key);
    const isSeen = known.state === 'absent' || kept?.knownAs === known.resourceVersion;
    const match = known.state !== 'absent' && isSeen ? check(kept?.essence, matches) : undefined;
    if (match !== undefined) {
      return match;
    }
    if (isSeen && (!this.#forOne.take(key) || !this.#forAll.take(''))) {
      return { state: 'busy' };
    }
    const essence = this.#essenceOf(await this.#secrets.read(namespace, name, signal));
    this.#keep(key, known, essence);
    return check(essence, matches) ?? { state: 'missing' };
  }

  #keep(key: string, known: SecretFact, essence: T | undefined): void {
    this.#kept.delete(key);
    if (known.state === 'absent') {
      return;
    }
    this.#kept.set(key, { knownAs: known.resourceVersion, essence });
    const [oldest] = this.#kept.size > CACHE_LIMITS ? this.#kept.keys() : [];
    if (oldest !== undefined) {
      this.#kept.delete(oldest);
    }
  }
}

function check<T>(essence: T | undefined, matches: (essence: T) => boolean): Found<T> | undefined {
  return essence !== undefined && matches(essence) ? { state: 'found', essence } : undefined;
}
