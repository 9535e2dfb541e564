import { MANAGED_BY } from '../api/group.ts';
import { isKubeError } from '../kube/client/errors.ts';
import { collectionPath, objectPath, type ResourcePath, wellKnown } from '../kube/client/paths.ts';
import type { KubeRest } from '../kube/client/rest.ts';

/** A Secret of the operator itself, in its own namespace. All methods throw `KubeError`. */
export class OwnSecret {
  readonly #rest: KubeRest;
  readonly #namespace: string;
  readonly #name: string;

  constructor(rest: KubeRest, namespace: string, name: string) {
    this.#rest = rest;
    this.#namespace = namespace;
    this.#name = name;
  }

  /** The whole Secret; `undefined` where it does not exist. */
  async read(signal?: AbortSignal): Promise<unknown> {
    return await unlessMissing(this.#rest.get(this.#path(), signal && { signal }));
  }

  async create(data: Readonly<Record<string, string>>): Promise<void> {
    await this.#rest.create(collectionPath(wellKnown.secrets, this.#namespace), {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      metadata: {
        name: this.#name,
        namespace: this.#namespace,
        labels: { 'app.kubernetes.io/managed-by': MANAGED_BY },
      },
      data,
    });
  }

  /** Sets or (`null`) removes keys. Resolves with whether the Secret exists. */
  async patch(data: Readonly<Record<string, string | null>>): Promise<boolean> {
    const patched = this.#rest.patch(this.#path(), { data }, { type: 'merge' });
    return (await unlessMissing(patched.then(() => true))) ?? false;
  }

  /** Deletes the Secret where it exists. */
  async delete(): Promise<void> {
    await unlessMissing(this.#rest.delete(this.#path()));
  }

  #path(): ResourcePath {
    return objectPath(wellKnown.secrets, this.#namespace, this.#name);
  }
}

/** The response, or `undefined` where the object does not exist. */
async function unlessMissing<T>(response: Promise<T>): Promise<T | undefined> {
  try {
    return await response;
  } catch (error) {
    if (isKubeError(error, 'not-found')) {
      return undefined;
    }
    throw error;
  }
}
