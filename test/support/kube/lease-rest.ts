import { KubeError } from '../../../src/kube/client/errors.ts';
import { KubeRest } from '../../../src/kube/client/rest.ts';
import type { CallOptions, KubeRestOptions } from '../../../src/kube/client/rest-options.ts';

interface StoredLease {
  readonly metadata: object;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** What happens to a call: it fails, it has no response until its signal aborts, or it is late until `release`. */
export type LeaseFault = Error | 'hang' | 'late';

/** A call that was made; `at` is monotonic milliseconds. */
export interface LeaseCall {
  readonly method: 'get' | 'create' | 'replace';
  readonly at: number;
  readonly options: CallOptions | undefined;
}

/** One Lease in memory, without the API server's check of versions, and the calls that were made. */
export class LeaseRest extends KubeRest {
  lease: unknown;
  /** By method; `undefined` for none. */
  readonly faults: Partial<Record<LeaseCall['method'], LeaseFault | undefined>> = {};
  /** The holder that the server stores, whatever is written. */
  storedHolder: string | undefined;
  readonly made: LeaseCall[] = [];
  readonly #clock: KubeRestOptions['clock'];
  #late: (() => void)[] = [];

  constructor(options: KubeRestOptions) {
    super(options);
    this.#clock = options.clock;
  }

  /** The methods of the calls. */
  get calls(): string[] {
    return this.made.map(({ method }) => method);
  }

  get spec(): Readonly<Record<string, unknown>> {
    return (this.lease as StoredLease).spec;
  }

  /** Lets the responses through that are late. */
  release(): void {
    for (const letThrough of this.#late.splice(0)) {
      letThrough();
    }
  }

  override async get(...[, options]: Parameters<KubeRest['get']>): Promise<unknown> {
    await this.#receive('get', options);
    if (this.lease === undefined) {
      throw new KubeError('not-found', 'not found');
    }
    return this.lease;
  }

  override async create(...[, body, options]: Parameters<KubeRest['create']>): Promise<unknown> {
    return this.#store('create', body as StoredLease, options);
  }

  override async replace(...[, body, options]: Parameters<KubeRest['replace']>): Promise<unknown> {
    return this.#store('replace', body as StoredLease, options);
  }

  async #store(method: 'create' | 'replace', body: StoredLease, options?: CallOptions): Promise<unknown> {
    await this.#receive(method, options);
    this.lease = {
      ...body,
      metadata: { ...body.metadata, uid: 'u', resourceVersion: String(this.made.length) },
      ...(this.storedHolder !== undefined && { spec: { ...body.spec, holderIdentity: this.storedHolder } }),
    };
    return this.lease;
  }

  async #receive(method: LeaseCall['method'], options: CallOptions | undefined): Promise<void> {
    this.made.push({ method, at: this.#clock.monotonic(), options });
    const fault = this.faults[method];
    if (fault instanceof Error) {
      throw fault;
    }
    if (fault === 'late') {
      await new Promise<void>((resolve) => this.#late.push(resolve));
    }
    if (fault === 'hang') {
      await new Promise((_resolve, reject) => {
        const fail = (): void => reject(new KubeError('network', 'aborted'));
        options?.signal?.addEventListener('abort', fail, { once: true });
      });
    }
  }
}
