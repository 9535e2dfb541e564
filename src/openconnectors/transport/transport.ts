export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface TransportRequest {
  readonly method: Method;
  /** Path and query below the origin. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** An answer with a longer body is broken off. */
  readonly maxResponseBytes: number;
  /** Ends the call at once; the deadline of the whole call comes by it too. */
  readonly signal: AbortSignal;
  /** Called in the tick in which the request goes to the socket. When it throws, nothing is sent and the call rejects with that error. */
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
  /** Rejects with `TransportError`, or with the error that `beforeSend` threw. */
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Lets calls in flight end, then closes the connections. Later calls reject, nothing sent. */
  close(): Promise<void>;
}

/** `TransportError.code` when the request's signal ended the call. */
export const ABORTED = 'ABORTED';
/** `TransportError.code` when the answer outgrew `maxAnswerBytes`. */
export const TOO_LARGE = 'TOO_LARGE';
/** `TransportError.code` when what came is not HTTP, or has a head beyond all measure. */
export const NOT_HTTP = 'NOT_HTTP';

/** No whole answer came. What `classify.ts` needs to judge it, and nothing else. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** Whether a byte of the request may have left this process. */
  readonly sent: boolean;
  /** A system or library code such as `ECONNREFUSED`, or one of the constants above. */
  readonly code: string;
  /** The head of the answer, where that much came. */
  readonly head: Omit<TransportResponse, 'body'> | undefined;
  /** `host:port` of the proxy, where it was the proxy that failed or refused. */
  readonly proxy: string | undefined;

  constructor(sent: boolean, code: string, head?: Omit<TransportResponse, 'body'>, proxy?: string) {
    super(`no whole answer (${code})`);
    this.sent = sent;
    this.code = code;
    this.head = head;
    this.proxy = proxy;
  }
}
