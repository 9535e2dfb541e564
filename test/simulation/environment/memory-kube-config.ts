import type { Dispatcher } from 'undici';
import { type Connection, PooledKubeConfig } from '../../../src/kube/client/pooled-config.ts';
import type { Clock } from '../../../src/runtime/clock.ts';

/** A kubeconfig whose connections are those of `dispatcher`. */
export class MemoryKubeConfig extends PooledKubeConfig {
  readonly #dispatcher: Dispatcher;

  constructor(dispatcher: Dispatcher, clock: Clock) {
    super(clock);
    this.#dispatcher = dispatcher;
    this.loadFromOptions({
      clusters: [{ name: 'memory', server: 'https://kubernetes.memory', skipTLSVerify: false }],
      users: [{ name: 'memory' }],
      contexts: [{ name: 'memory', cluster: 'memory', user: 'memory' }],
      currentContext: 'memory',
    });
  }

  override async connection(): Promise<Connection> {
    return {
      origin: 'https://kubernetes.memory',
      basePath: '',
      headers: { authorization: `Bearer ${TOKEN}` },
      dispatcher: this.#dispatcher,
      unlimited: this.#dispatcher,
    };
  }

  override async close(): Promise<void> {
    // There is no socket.
  }
}

/** Bearer token of the operator. */
export const TOKEN = 'token-of-the-operator';
