export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface TransportRequest {
  readonly method: Method;
  /** Path and query below the origin. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** A longer response body is aborted. */
  readonly maxResponseBytes: number;
  /** Aborts the call immediately, also at its deadline. */
  readonly signal: AbortSignal;
  /**
   * Called in the tick in which the request is sent. If it throws, nothing is sent and the call rejects with that
   * error.
   */
  readonly beforeSend: () => void;
}

export interface TransportResponse {
  readonly status: number;
  /** Names in lower case; of repeated headers the first value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** HTTP to one origin. Never retries, follows no redirect, decodes nothing. */
export interface Transport {
  /** Rejects with `TransportError`, or with the error of `beforeSend`. */
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Waits for calls in flight, then closes the connections. Later calls reject with nothing sent. */
  close(): Promise<void>;
}

/** `TransportError.code` when the signal of the request aborted the call. */
export const ABORTED = 'ABORTED';
/** `TransportError.code` when the response exceeded `maxResponseBytes`. */
export const TOO_LARGE = 'TOO_LARGE';
/** `TransportError.code` when the response is not HTTP, or its head is too long. */
export const NOT_HTTP = 'NOT_HTTP';

/** A call without a complete response, with the facts that `classify.ts` uses. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** Whether a byte of the request may have left this process. */
  readonly sent: boolean;
  /** A system or library code such as `ECONNREFUSED`, or one of the constants above. */
  readonly code: string;
  /** The head of the response, if received. */
  readonly head: Omit<TransportResponse, 'body'> | undefined;
  /** `host:port` of the proxy, if the proxy failed or rejected the request. */
  readonly proxy: string | undefined;

  constructor(sent: boolean, code: string, head?: Omit<TransportResponse, 'body'>, proxy?: string) {
    super(`no complete response (${code})`);
    this.sent = sent;
    this.code = code;
    this.head = head;
    this.proxy = proxy;
  }
}
