/** The effect of a fault. */
export type Fault =
  /** Responds with a `metav1.Status`. */
  | {
      readonly kind: 'status';
      readonly code: number;
      readonly reason?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection is reset before any answer. */
  | { readonly kind: 'reset' }
  /** The request is processed, then the connection is reset, so that its outcome is ambiguous. */
  | { readonly kind: 'reset-after' }
  /** No response. */
  | { readonly kind: 'silent' }
  /** 200 with headers and no events, for a watch. */
  | { readonly kind: 'mute' }
  /** 200 with these lines, then the end of the response, for a watch. */
  | { readonly kind: 'lines'; readonly lines: readonly unknown[] };

/** A received request. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  readonly isWatch: boolean;
}

/** Selects requests; every given field must match. */
export interface FaultMatch {
  readonly method?: string;
  readonly path?: RegExp;
  readonly isWatch?: boolean;
  /** Has to match the body's JSON. */
  readonly body?: RegExp;
}

/** Faults in the order of injection, each for a number of requests. */
export class FaultScript {
  #entries: { readonly match: FaultMatch; readonly fault: Fault; times: number }[] = [];

  add(match: FaultMatch, fault: Fault, times: number): void {
    this.#entries.push({ match, fault, times });
  }

  clear(): void {
    this.#entries = [];
  }

  /** The fault for `request`; counts it as used. */
  take(request: Received): Fault | undefined {
    const found = this.#entries.find(({ match, times }) => times > 0 && fits(match, request));
    if (found === undefined) {
      return undefined;
    }
    found.times--;
    return found.fault;
  }
}

/** Whether `request` matches. */
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
