import type { IncomingHttpHeaders } from 'node:http';

/** The part of a request that the handlers read. The body is iterated once. */
export interface HttpRequest extends AsyncIterable<unknown> {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** The part of a response that the handlers use. */
export interface HttpResponse {
  readonly headersSent: boolean;
  readonly statusCode: number;
  writeHead(status: number, headers: Readonly<Record<string, string | string[] | number>>): unknown;
  flushHeaders(): unknown;
  write(text: string): unknown;
  end(body?: string | Buffer): unknown;
  /** Breaks the connection. */
  destroy(error?: Error): unknown;
  on(event: 'close', listener: () => void): unknown;
}
