/** HTTP method of a request. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One HTTP request. */
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

/** A complete response. */
export interface TransportResponse {
  readonly status: number;
  /** Names in lower case; of repeated headers the first value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
