import type { ComposedOperator } from '../../../src/compose.ts';
import { compose } from '../../../src/compose.ts';
import type { Config } from '../../../src/config/config.ts';
import type { ConsentHandler } from '../../../src/consent/handler.ts';
import { createExchange } from '../../../src/http/client/exchange.ts';
import { ABORTED, TransportError } from '../../../src/http/client/transport-error.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import { type Host, type Wire, WireDispatcher } from '../wire/wire.ts';
import { MemoryKubeConfig } from './memory-kube-config.ts';
import { ProcessClock } from './process-clock.ts';

/** What a process is started from. */
export interface ProcessOptions {
  readonly name: string;
  readonly config: Config;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly random: Random;
  readonly skewMs: number;
  readonly log: (line: string) => void;
  /** Called before each timer of the process. */
  readonly onTimer: (process: OperatorProcess) => void;
  /** Called once, when the process has ended for any reason. */
  readonly onEnd: (why: string) => void;
}

/** Time for the end of a process that lost its Lease; as in `src/main.ts`. */
const STOP_MS = 1_000;

/** One process of the operator: the composition of `src/compose.ts` with a clock and connections that can be cut. */
export class OperatorProcess implements Host {
  readonly name: string;
  readonly #options: ProcessOptions;
  readonly #clock: ProcessClock;
  readonly #composed: ComposedOperator;
  #held: (() => void)[] | undefined;
  #alive = true;
  #pages: ConsentHandler | undefined;

  constructor(options: ProcessOptions) {
    const { wire, config, clock, skewMs } = options;
    this.name = options.name;
    this.#options = options;
    this.#clock = new ProcessClock(clock, (callback) => this.deliver(callback), {
      skewMs,
      onTimer: () => options.onTimer(this),
      // Records of consents have whole milliseconds.
      isWhole: config.externalUrl !== undefined,
    });
    const external = new WireDispatcher(wire, this, 'external');
    this.#composed = compose({
      config,
      kubeConfig: new MemoryKubeConfig(new WireDispatcher(wire, this, 'kubernetes'), this.#clock),
      clock: this.#clock,
      random: options.random,
      logTo: { write: (line) => this.#alive && options.log(line) },
      onStoppedLeading: () => void this.#exit('the Lease is lost'),
      listenConsent: async ({ handler }) => {
        this.#pages = handler;
        return {
          port: 0,
          stop: async () => {
            this.#pages = undefined;
          },
        };
      },
      endpoints: { open: async () => ({ metrics: 0, health: 0 }), close: async () => undefined },
      createTransport({ base }) {
        let isClosed = false;
        return {
          async send(request) {
            if (isClosed) {
              throw new TransportError(false, ABORTED);
            }
            return await createExchange(external, base.origin, request);
          },
          close: async () => {
            isClosed = true;
          },
        };
      },
    });
    void this.#run();
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Whether the process serves the consent pages. */
  get serves(): boolean {
    return this.#alive && this.#pages !== undefined;
  }

  /** Answers a request of a browser; `onReply` is not called after the end of the process. */
  browse(request: Request, onReply: (response: Response) => void): void {
    this.deliver(() => {
      void this.#pages?.(request).then((response) => this.deliver(() => onReply(response)));
    });
  }

  deliver(callback: () => void): void {
    if (this.#held !== undefined) {
      this.#held.push(callback);
    } else if (this.#alive) {
      callback();
    }
  }

  /** As SIGKILL: nothing of the process happens afterwards. */
  kill(why: string): void {
    if (!this.#alive) {
      return;
    }
    this.#alive = false;
    this.#held = undefined;
    this.#clock.stop();
    this.#options.onEnd(why);
  }

  /** As SIGSTOP, and SIGCONT after `ms`: timers and responses wait. */
  pause(ms: number): void {
    if (this.#held === undefined && this.#alive) {
      this.#held = [];
      this.#options.clock.schedule(ms, () => this.#resume());
    }
  }

  #resume(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const callback of held) {
      // One after the other, with what each of them causes in between.
      this.#options.clock.schedule(0, () => this.deliver(callback));
    }
  }

  async #run(): Promise<void> {
    try {
      await this.#composed.start();
    } catch (error) {
      await this.#exit(`cannot start: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** As `src/main.ts` ends the process after a failure. */
  async #exit(why: string): Promise<void> {
    await this.#composed.stop(STOP_MS);
    this.kill(why);
  }
}
