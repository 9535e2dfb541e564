/**
 * The tunnel failed, so that nothing of the request was sent. It has no `code`, because undici retries a connection
 * attempt without end after some codes.
 */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** `host:port`. */
  readonly proxy: string;
  /** A system or library code such as `ECONNREFUSED`, or `HTTP 407`. */
  readonly reason: string;

  constructor(proxy: string, reason: string) {
    super(`no tunnel through ${proxy} (${reason})`);
    this.proxy = proxy;
    this.reason = reason;
  }
}
