import type { Dispatcher } from 'undici';
import { codeOf } from './error-code.ts';
import { ProxyError } from './proxy-error.ts';
import type { TransportRequest, TransportResponse } from './request.ts';
import { ABORTED, TOO_LARGE, TransportError } from './transport-error.ts';

type Controller = Dispatcher.DispatchController;

/**
 * One request and its response, on the handler interface of undici, the only one that reports when the request is sent.
 * A failure before that moment proves that nothing was processed; after it, the outcome is unknown.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: TransportRequest;
  readonly #resolve: (response: TransportResponse) => void;
  readonly #reject: (error: unknown) => void;
  readonly #chunks: Buffer[] = [];
  #controller: Controller | undefined;
  #head: Omit<TransportResponse, 'body'> | undefined;
  #bytes = 0;
  #settled = false;

  constructor(
    request: TransportRequest,
    resolve: (response: TransportResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    request.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Controller): void {
    if (this.#settled || this.#controller !== undefined) {
      // Aborted while it waited for a connection, or offered a second time: a request is sent once at most.
      controller.abort(new Error('not sent'));
      return;
    }
    try {
      this.#request.beforeSend();
    } catch (error) {
      this.#settle(() => this.#reject(error));
      controller.abort(new Error('not sent'));
      return;
    }
    if (this.#settled) {
      // `beforeSend` aborted the signal.
      controller.abort(new Error('not sent'));
      return;
    }
    this.#controller = controller;
  }

  onResponseStart(
    _controller: Controller,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // An interim response (RFC 9110 15.2); the final one follows.
    if (status >= 200) {
      this.#head = { status, headers: firstValues(headers) };
    }
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#request.maxResponseBytes) {
      this.#fail(TOO_LARGE);
      return;
    }
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const head = this.#head;
    if (head === undefined) {
      this.#fail('NO_HEAD');
      return;
    }
    this.#settle(() => this.#resolve({ ...head, body: Buffer.concat(this.#chunks).toString('utf8') }));
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    if (error instanceof ProxyError) {
      this.#fail(error.reason, error.proxy);
    } else {
      this.#fail(codeOf(error));
    }
  }

  readonly #onAbort = (): void => this.#fail(ABORTED);

  #fail(code: string, proxy?: string): void {
    const sent = this.#controller !== undefined;
    this.#settle(() => this.#reject(new TransportError(sent, code, this.#head, proxy)));
    this.#controller?.abort(new Error('ended'));
  }

  #settle(outcome: () => void): void {
    if (!this.#settled) {
      this.#settled = true;
      this.#request.signal.removeEventListener('abort', this.#onAbort);
      outcome();
    }
  }
}

/** Sends `request` to `origin` through `dispatcher`. @throws TransportError, or the error of `beforeSend`. */
export function createExchange(
  dispatcher: Dispatcher,
  origin: string,
  request: TransportRequest,
): Promise<TransportResponse> {
  return new Promise((resolve, reject) => {
    if (request.signal.aborted) {
      reject(new TransportError(false, ABORTED));
      return;
    }
    const { method, path, headers, body } = request;
    dispatcher.dispatch(
      { origin, method, path, headers, body: body ?? null },
      new Exchange(request, resolve, reject),
    );
  });
}

function firstValues(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) {
      single[name.toLowerCase()] = first;
    }
  }
  return single;
}
