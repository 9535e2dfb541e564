import type { HttpResponse } from './wire.ts';

/** What the client of a request without a socket gets, in this order. */
export interface Receiver {
  head(status: number, headers: Readonly<Record<string, string | string[]>>): void;
  data(chunk: Buffer): void;
  end(): void;
  /** The connection broke, before or after the head. */
  broken(): void;
}

/** A response whose client is in the same process. */
export class MemoryResponse implements HttpResponse {
  headersSent = false;
  statusCode = 200;
  readonly #receiver: Receiver;
  readonly #onClose: (() => void)[] = [];
  #closed = false;

  constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  writeHead(status: number, headers: Readonly<Record<string, string | string[] | number>>): void {
    if (this.#closed) {
      return;
    }
    this.headersSent = true;
    this.statusCode = status;
    const lowerCase = Object.entries(headers).map(
      ([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value : String(value)] as const,
    );
    this.#receiver.head(status, Object.fromEntries(lowerCase));
  }

  flushHeaders(): void {
    // The head is sent as soon as it is written.
  }

  write(text: string): void {
    if (!this.#closed) {
      this.#receiver.data(Buffer.from(text));
    }
  }

  end(body?: string | Buffer): void {
    if (this.#closed) {
      return;
    }
    if (body !== undefined && body.length > 0) {
      this.#receiver.data(Buffer.from(body));
    }
    this.#receiver.end();
    this.disconnect();
  }

  destroy(): void {
    if (!this.#closed) {
      this.#receiver.broken();
      this.disconnect();
    }
  }

  /** Ends the response without a word to the client. */
  disconnect(): void {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    for (const listener of this.#onClose) {
      listener();
    }
  }

  on(_event: 'close', listener: () => void): void {
    this.#onClose.push(listener);
  }
}
