import type { Receiver } from 'kube-apiserver-emulator/in-memory.ts';
import { Dispatcher } from 'undici';
import type { Clock } from '../../../src/runtime/clock.ts';
import { Exchange } from './exchange.ts';
import type { Api, Fates, WireCall, WireFault } from './fate.ts';

/** A server in this process. The returned function disconnects the client. */
export type Server = (call: WireCall, receiver: Receiver, fault: WireFault | undefined) => () => void;

/** The process that sends requests. */
export interface Host {
  readonly name: string;
  readonly alive: boolean;
  /** Runs `callback` in the process: never after its death, after the end of a pause. */
  deliver(callback: () => void): void;
  kill(why: string): void;
  /** Stands still for a time, as without CPU. */
  pause(ms: number): void;
}

/** Sees every request of every process. */
export interface WireObserver {
  /** The request leaves the process. */
  left(call: WireCall): void;
  /** The process got the whole response, or saw the failure. The body is empty for a watch. */
  answered(call: WireCall, outcome: number | string, body: string): void;
}

/** What all requests of a run share. */
export interface Wire {
  readonly clock: Clock;
  readonly servers: Readonly<Record<Api, Server>>;
  readonly fates: Fates;
  readonly observer: WireObserver;
  /** Requests without an end, those of killed processes included. */
  readonly open: Set<Pick<Exchange, 'release'>>;
  /** The next number of a request, of all and of this API. */
  number(api: Api): { readonly number: number; readonly index: number };
}

/** Connections of one process to one API, on undici's interface, so that the clients of the operator are unchanged. */
export class WireDispatcher extends Dispatcher {
  readonly #wire: Wire;
  readonly #host: Host;
  readonly #api: Api;

  constructor(wire: Wire, host: Host, api: Api) {
    super();
    this.#wire = wire;
    this.#host = host;
    this.#api = api;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (!this.#host.alive) {
      return true;
    }
    const { origin, path, method, headers, body } = options;
    const call: WireCall = {
      ...this.#wire.number(this.#api),
      process: this.#host.name,
      api: this.#api,
      origin: String(origin ?? ''),
      method,
      target: path,
      headers: { ...(headers as Readonly<Record<string, string>>) },
      body: typeof body === 'string' ? body : undefined,
      isWatch: /[?&]watch=true(&|$)/.test(path),
    };
    new Exchange(this.#wire, this.#host, call, handler).start();
    return true;
  }

  override async close(): Promise<void> {
    // Nothing is open between requests.
  }

  override async destroy(): Promise<void> {
    // Requests in flight end with their process.
  }
}
