import type { RequestInfo } from './http/request-info.ts';

/** Selects requests: every given field must be equal, a list means any of its values. */
export interface FaultMatch {
  readonly verb?: string | readonly string[];
  readonly group?: string;
  readonly resource?: string | readonly string[];
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  /** Of the client, as it was sent. */
  readonly userAgent?: string;
  /** A further condition. */
  readonly when?: (request: RequestInfo) => boolean;
}

/** The effect of a fault. */
export type Fault =
  /** Responds without processing; without `body` a Status for the code. */
  | {
      readonly kind: 'respond';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Resets the connection without processing. */
  | { readonly kind: 'reset' }
  /** Processes the request, then resets the connection without a response. */
  | { readonly kind: 'commit-then-reset' }
  /** Delays the request by milliseconds of the server's clock. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Never responds and does not process the request. */
  | { readonly kind: 'hang' }
  /** Opens a watch that sends no events. */
  | { readonly kind: 'silent-watch' };

/** An open watch. */
export interface WatchControl {
  readonly request: RequestInfo;
  /** Breaks the connection. */
  reset(): void;
  /** Ends the stream regularly. */
  end(): void;
  /** Sends an ERROR event with this Status, then ends the stream. */
  fail(status: unknown): void;
  /** Sends a line of any content. */
  line(line: unknown): void;
}

interface Injection {
  readonly match: FaultMatch;
  readonly fault: Fault;
  remaining: number;
  skip: number;
  hits: number;
}

/** An injected fault. */
export interface InjectedFault {
  /** Number of requests to which it applied. */
  readonly hits: number;
  remove(): void;
}

/** The injected faults and the open watches. */
export class Faults {
  #injections: Injection[] = [];
  readonly #watches = new Set<WatchControl>();
  readonly #expire: (collection?: string) => void;

  constructor(expire: (resource?: string) => void) {
    this.#expire = expire;
  }

  /** Applies `fault` to the next `times` matching requests (absent: to all), after the first `skip`. */
  inject(match: FaultMatch, fault: Fault, limits: { times?: number; skip?: number } = {}): InjectedFault {
    const injection: Injection = {
      match,
      fault,
      remaining: limits.times ?? Number.POSITIVE_INFINITY,
      skip: limits.skip ?? 0,
      hits: 0,
    };
    this.#injections.push(injection);
    return {
      get hits() {
        return injection.hits;
      },
      remove: () => {
        this.#injections = this.#injections.filter((other) => other !== injection);
      },
    };
  }

  /** Removes all faults. */
  clear(): void {
    this.#injections = [];
  }

  /** Breaks (or, with `end`, ends) the open watches that match; returns how many. */
  dropWatches(match: FaultMatch = {}, how: 'reset' | 'end' = 'reset'): number {
    return this.#eachWatch(match, (watch) => watch[how]());
  }

  /** Sends an ERROR event on the open watches that match, and ends them; returns how many. */
  failWatches(status: unknown, match: FaultMatch = {}): number {
    return this.#eachWatch(match, (watch) => watch.fail(status));
  }

  /**
   * Sends a line on the open watches that match, and keeps them open; returns how many. A string is sent as it is, any
   * other value as JSON.
   */
  sendLine(line: unknown, match: FaultMatch = {}): number {
    return this.#eachWatch(match, (watch) => watch.line(line));
  }

  /** Drops the history, so that older resourceVersions and continue tokens get 410. */
  expireHistory(): void {
    this.#expire();
  }

  /** How many matching watches are open. */
  openWatches(match: FaultMatch = {}): number {
    return [...this.#watches].filter((watch) => matches(match, watch.request)).length;
  }

  /** The fault that applies to a new request; counts it. */
  take(request: RequestInfo): Fault | undefined {
    for (const injection of this.#injections) {
      if (injection.remaining > 0 && matches(injection.match, request)) {
        if (injection.skip > 0) {
          injection.skip--;
          continue;
        }
        injection.remaining--;
        injection.hits++;
        return injection.fault;
      }
    }
    return undefined;
  }

  /** Registers an open watch; the returned function removes it. */
  register(watch: WatchControl): () => void {
    this.#watches.add(watch);
    return () => this.#watches.delete(watch);
  }

  #eachWatch(match: FaultMatch, act: (watch: WatchControl) => void): number {
    const hit = [...this.#watches].filter((watch) => matches(match, watch.request));
    for (const watch of hit) {
      act(watch);
    }
    return hit.length;
  }
}

function matches(match: FaultMatch, request: RequestInfo): boolean {
  const fields = ['verb', 'group', 'resource', 'namespace', 'name', 'subresource', 'userAgent'] as const;
  return (
    fields.every((field) => {
      const wanted = match[field];
      return (
        wanted === undefined ||
        (typeof wanted === 'string' ? wanted === request[field] : wanted.includes(request[field]))
      );
    }) &&
    (match.when?.(request) ?? true)
  );
}
