/** What happens instead of the right answer. */
export type Fault =
  /** This answer, a `metav1.Status`. */
  | {
      readonly kind: 'status';
      readonly code: number;
      readonly reason?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection is reset before any answer. */
  | { readonly kind: 'reset' }
  /** The request is done, and then the connection is reset: the caller cannot know. */
  | { readonly kind: 'reset-after' }
  /** No answer, ever. */
  | { readonly kind: 'silent' }
  /** 200, headers, and then nothing, whatever happens. For a watch. */
  | { readonly kind: 'mute' }
  /** 200 and these lines, then the end of the answer. For a watch. */
  | { readonly kind: 'lines'; readonly lines: readonly unknown[] };

/** A request as it came. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  readonly isWatch: boolean;
}

/** Which request a fault is for; everything that is set has to fit. */
export interface FaultMatch {
  readonly method?: string;
  readonly path?: RegExp;
  readonly isWatch?: boolean;
  /** Has to match the body's JSON. */
  readonly body?: RegExp;
}

/** Faults in the order in which they were scripted, each for a number of requests. */
export class FaultScript {
  #entries: { readonly match: FaultMatch; readonly fault: Fault; times: number }[] = [];

  add(match: FaultMatch, fault: Fault, times: number): void {
    this.#entries.push({ match, fault, times });
  }

  clear(): void {
    this.#entries = [];
  }

  /** The fault for `request`, which is used up by that. */
  take(request: Received): Fault | undefined {
    const found = this.#entries.find(({ match, times }) => times > 0 && fits(match, request));
    if (found === undefined) {
      return undefined;
    }
    found.times--;
    return found.fault;
  }
}

/** Whether everything that `match` names is so in `request`. */
export function fits({ method, path, isWatch, body }: FaultMatch, request: Received): boolean {
  if (method !== undefined && method !== request.method) {
    return false;
  }
  if (path !== undefined && !path.test(request.path)) {
    return false;
  }
  if (body !== undefined && !body.test(JSON.stringify(request.body) ?? '')) {
    return false;
  }
  return isWatch === undefined || isWatch === request.isWatch;
}
