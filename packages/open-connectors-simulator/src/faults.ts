import type { LedgerEntry } from './ledger.ts';

/**
 * Whether the request is processed before the fault (`after`), not at all (`before`), or in the background
 * `commitAfterMs` after it arrived (`later`), independently of the connection.
 */
type Moment = { readonly when?: 'before' | 'after' | 'later'; readonly commitAfterMs?: number };

/** A fault of one request. The default of `when` is `before`. */
export type Fault =
  /**
   * 429, with `Retry-After` in seconds, as an HTTP date, or without. A 429 of the `platform` itself (the default) has no
   * `providerMessage`; a 429 that it forwards from the `provider` has one, and may have used up the code.
   */
  | {
      readonly kind: 'throttle';
      readonly origin?: 'platform' | 'provider';
      readonly spendsCode?: boolean;
      readonly retryAfterSeconds?: number;
      readonly retryAfterForm?: 'seconds' | 'date';
    }
  /** An error status with the platform's JSON; with `providerMessage` an error that the provider caused. */
  | ({
      readonly kind: 'status';
      readonly status: number;
      readonly message?: string;
      readonly providerMessage?: string;
    } & Moment)
  /** A delayed response. The commit follows after the delay (`before`) or immediately (`after`), also without the client. */
  | { readonly kind: 'slow'; readonly delayMs: number; readonly when?: 'before' | 'after' }
  /** No response. The request is processed `delayMs` after the client disconnected. */
  | { readonly kind: 'late-commit'; readonly delayMs?: number }
  /** The connection is reset without a response. */
  | ({ readonly kind: 'reset' } & Moment)
  /** The connection stays open without a response. */
  | ({ readonly kind: 'hang' } & Moment)
  /** An HTML page of a gateway before the platform. */
  | ({ readonly kind: 'gateway-page'; readonly status?: number } & Moment)
  /** The JSON of an API gateway before the platform: `{"message": …}` without a request id; absent: 404 Not Found. */
  | ({ readonly kind: 'gateway-json'; readonly status?: number; readonly message?: string } & Moment)
  /** A change by another client immediately before or after the request. The response is the true one. */
  | { readonly kind: 'meanwhile'; readonly act: () => void; readonly when?: 'before' | 'after' }
  /** Status 200, content type JSON, and invalid JSON. */
  | ({ readonly kind: 'garbage'; readonly body?: string } & Moment)
  /** 302 to another URL. */
  | ({ readonly kind: 'redirect'; readonly location?: string } & Moment)
  /** Half of the true response, then a reset or nothing. */
  | { readonly kind: 'half'; readonly end?: 'reset' | 'hang' }
  /** A valid JSON response of at least `bytes` bytes. */
  | { readonly kind: 'oversized'; readonly bytes: number };

/** Selects requests. Without `path` and `operation` it matches all of the API and no page of the provider. */
export interface FaultMatch {
  readonly method?: string;
  /** Path below `/elements/api-v2` (or the whole path of a page): an exact text or a regular expression. */
  readonly path?: string | RegExp;
  /** Name of the operation as in the ledger. */
  readonly operation?: string;
  /** Only requests for a further page of a list (`true`), or all others (`false`). */
  readonly nextPage?: boolean;
  /** The first matching request to which the fault applies, counted from 1. */
  readonly nth?: number;
}

export interface Injection {
  readonly match?: FaultMatch;
  /** Number of matching requests to which the fault applies; absent: one. */
  readonly times?: number;
  readonly fault: Fault;
}

/** A fault that was injected. */
export interface InjectedFault {
  /** Requests to which the fault applied so far. */
  hits(): number;
  remove(): void;
}

/** Random faults: at most one of the mix applies to a matching request. */
export interface RandomFaults {
  readonly seed: number;
  readonly match?: FaultMatch;
  /** `rate` from 0 to 1; the sum must not exceed 1. */
  readonly mix: readonly { readonly rate: number; readonly fault: Fault }[];
}

export interface Faults {
  inject(injection: Injection): InjectedFault;
  /** Replaces the random faults; `undefined` removes them. */
  random(faults: RandomFaults | undefined): void;
  /** Removes all faults. */
  clear(): void;
  /** The fault for this request, counted as used. */
  pick(entry: LedgerEntry): Fault | undefined;
}

interface Active {
  readonly match: FaultMatch;
  readonly fault: Fault;
  readonly from: number;
  readonly times: number;
  seen: number;
  hits: number;
}

function matches({ method, path, operation, nextPage }: FaultMatch, entry: LedgerEntry): boolean {
  if (path === undefined && operation === undefined && entry.area !== 'api') {
    return false;
  }
  return (
    (method === undefined || method.toUpperCase() === entry.method) &&
    (operation === undefined || operation === entry.operation) &&
    (nextPage === undefined || nextPage === Object.hasOwn(entry.query, 'nextPage')) &&
    (path === undefined || (typeof path === 'string' ? path === entry.path : path.test(entry.path)))
  );
}

/** Mulberry32: a small generator of uniform fractions that gives the same sequence for the same seed. */
export function seededFractions(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Chance = (entry: LedgerEntry) => Fault | undefined;

function chanceOf({ seed, match = {}, mix }: RandomFaults): Chance {
  if (mix.reduce((sum, { rate }) => sum + rate, 0) > 1) {
    throw new RangeError('the rates of random faults add up to more than 1');
  }
  const next = seededFractions(seed);
  return (entry) => {
    if (!matches(match, entry)) {
      return undefined;
    }
    let left = next();
    for (const { rate, fault } of mix) {
      if (left < rate) {
        return fault;
      }
      left -= rate;
    }
    return undefined;
  };
}

export function createFaults(): Faults {
  const active = new Set<Active>();
  let chance: Chance | undefined;
  return {
    inject({ match = {}, times = 1, fault }) {
      const one: Active = { match, fault, from: match.nth ?? 1, times, seen: 0, hits: 0 };
      active.add(one);
      return {
        hits: () => one.hits,
        remove: () => void active.delete(one),
      };
    },
    random(faults) {
      chance = faults === undefined ? undefined : chanceOf(faults);
    },
    clear() {
      active.clear();
      chance = undefined;
    },
    pick(entry) {
      let hit: Fault | undefined;
      for (const one of active) {
        if (!matches(one.match, entry)) {
          continue;
        }
        one.seen += 1;
        if (hit === undefined && one.seen >= one.from && one.hits < one.times) {
          one.hits += 1;
          hit = one.fault;
        }
      }
      return hit ?? chance?.(entry);
    },
  };
}
