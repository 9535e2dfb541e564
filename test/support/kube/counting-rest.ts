import { KubeRest } from '../../../src/kube/client/rest.ts';

/** Counts its calls, so that virtual time can wait for real sockets. */
export class CountingRest extends KubeRest {
  /** Calls without a response yet. */
  inFlight = 0;

  override get(...call: Parameters<KubeRest['get']>): Promise<unknown> {
    return this.#count(super.get(...call));
  }

  override create(...call: Parameters<KubeRest['create']>): Promise<unknown> {
    return this.#count(super.create(...call));
  }

  override replace(...call: Parameters<KubeRest['replace']>): Promise<unknown> {
    return this.#count(super.replace(...call));
  }

  async #count(call: Promise<unknown>): Promise<unknown> {
    this.inFlight += 1;
    try {
      return await call;
    } finally {
      this.inFlight -= 1;
    }
  }
}
