import type { Receiver } from 'kube-apiserver-emulator/in-memory.ts';
import type { Dispatcher } from 'undici';
import type { Fate, WireCall } from './fate.ts';
import type { Host, Wire } from './wire.ts';

type Handler = Dispatcher.DispatchHandler;
type Part = (exchange: Exchange) => void;

/** One request on its way: connect, travel, process, answer; with its fault and with the crash of its process. */
export class Exchange implements Dispatcher.DispatchController {
  aborted = false;
  reason: Error | null = null;
  paused = false;
  readonly #wire: Wire;
  readonly #host: Host;
  readonly #call: WireCall;
  readonly #handler: Handler;
  readonly #fate: Fate;
  /** Parts of the response that are on their way, in order. */
  #parts: Part[] = [];
  #body = '';
  #status = 0;
  #done = false;
  #disconnect = (): void => undefined;

  constructor(wire: Wire, host: Host, call: WireCall, handler: Handler) {
    this.#wire = wire;
    this.#host = host;
    this.#call = call;
    this.#handler = handler;
    this.#fate = wire.fates(call);
  }

  start(): void {
    this.#wire.open.add(this);
    if (this.#fate.crash === 'before') {
      this.#host.kill(`before request ${this.#call.number}`);
      return;
    }
    const { connectMs, fault } = this.#fate;
    if (connectMs === 0 && fault?.kind !== 'refused') {
      // Over a kept connection a request leaves in the tick of its call.
      this.#connected();
      return;
    }
    this.#after(connectMs, () => this.#host.deliver(() => this.#connected()));
  }

  /** By the client. What has left is still processed. */
  abort(reason: Error): void {
    if (this.#done) {
      return;
    }
    this.aborted = true;
    this.reason = reason;
    this.#disconnect();
    this.#end(reason, 'aborted');
  }

  /** After the run: Node keeps the signal of an open request, and with it everything that its client refers to. */
  release(): void {
    if (!this.#done) {
      this.#done = true;
      this.#handler.onResponseError?.(this, failure('ECONNRESET'));
    }
  }

  pause(): void {
    // Responses are small, so undici's back pressure changes nothing.
  }

  resume(): void {
    // See `pause`.
  }

  #connected(): void {
    if (this.#fate.fault?.kind === 'refused') {
      this.#end(failure('ECONNREFUSED'), 'refused');
      return;
    }
    this.#handler.onRequestStart?.(this, {});
    if (this.#done) {
      return;
    }
    this.#wire.observer.left(this.#call);
    const { fault, travelMs, pauseMs } = this.#fate;
    if (pauseMs !== undefined) {
      this.#host.pause(pauseMs);
    }
    if (this.#fate.crash === 'after send') {
      this.#host.kill(`after sending request ${this.#call.number}`);
    }
    this.#after(travelMs + (fault?.kind === 'late' ? fault.ms : 0), () => this.#arrived());
  }

  #arrived(): void {
    const { fault } = this.#fate;
    if (fault?.kind === 'hangs') {
      return;
    }
    if (fault?.kind === 'lost') {
      this.#send((exchange) => exchange.#end(failure('ECONNRESET'), 'reset'));
      return;
    }
    this.#disconnect = this.#wire.servers[this.#call.api](this.#call, this.#receiver(), fault);
    if (this.aborted) {
      this.#disconnect();
    }
  }

  #receiver(): Receiver {
    const isLost = this.#fate.fault?.kind === 'answer lost';
    return {
      head: (status, headers) =>
        this.#send((exchange) =>
          isLost ? exchange.#end(failure('ECONNRESET'), 'reset') : exchange.#head(status, headers),
        ),
      data: (chunk) => this.#send((exchange) => exchange.#data(chunk)),
      end: () => this.#send((exchange) => exchange.#complete()),
      broken: () => this.#send((exchange) => exchange.#end(failure('ECONNRESET'), 'reset')),
    };
  }

  #send(part: Part): void {
    if (this.#fate.crash === 'after commit') {
      this.#host.kill(`after the commit of request ${this.#call.number}`);
      return;
    }
    this.#parts.push(part);
    if (this.#parts.length === 1) {
      this.#after(this.#fate.answerMs, () => this.#host.deliver(() => this.#deliver()));
    }
  }

  #deliver(): void {
    const parts = this.#parts;
    this.#parts = [];
    for (const part of parts) {
      if (!this.#done) {
        part(this);
      }
    }
  }

  #head(status: number, headers: Readonly<Record<string, string | string[]>>): void {
    this.#status = status;
    this.#handler.onResponseStart?.(this, status, headers);
    if (this.#call.isWatch && status === 200) {
      this.#wire.observer.answered(this.#call, 'watching', '');
    }
  }

  #data(chunk: Buffer): void {
    if (!this.#call.isWatch) {
      this.#body += chunk.toString('utf8');
    }
    this.#handler.onResponseData?.(this, chunk);
  }

  #complete(): void {
    this.#close();
    this.#wire.observer.answered(this.#call, this.#status, this.#body);
    if (this.#fate.crash === 'after answer') {
      // The process gets the answer, and nothing that it does then leaves.
      this.#after(0, () => this.#host.kill(`after the answer to request ${this.#call.number}`));
    }
    this.#handler.onResponseEnd?.(this, {});
  }

  #end(error: Error, outcome: string): void {
    this.#close();
    this.#wire.observer.answered(this.#call, outcome, '');
    this.#handler.onResponseError?.(this, error);
  }

  #close(): void {
    this.#done = true;
    this.#wire.open.delete(this);
  }

  #after(ms: number, callback: () => void): void {
    this.#wire.clock.schedule(ms, callback);
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
