import type { TransportResponse } from './request.ts';

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
