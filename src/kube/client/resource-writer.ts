import { type ResourceMeta, ResourceMetaImpl } from '@dot-i/k8s-operator';
import type { KubernetesObject } from '@kubernetes/client-node';
import { KubeError } from './errors.ts';
import { isKubeObject, isRecord, type KubeObject } from './object.ts';
import { objectPath, parseResourceId } from './paths.ts';
import type { KubeRest } from './rest.ts';

/** Takes the answer to a write, before anything else can happen. */
export type UpdateCache = (id: string, answer: KubeObject) => void;

/**
 * Writes to the objects that metas of `@dot-i/k8s-operator` name, always on the condition that the object still has
 * `meta.resourceVersion`. Throws `KubeError`.
 */
export class ResourceWriter {
  readonly #rest: KubeRest;
  readonly #updateCache: UpdateCache;

  constructor(rest: KubeRest, updateCache: UpdateCache) {
    this.#rest = rest;
    this.#updateCache = updateCache;
  }

  /** Merge-patches (RFC 7396) the object, or its status. Returns the new object, the caller's own to change. */
  async patch(
    meta: ResourceMeta,
    patch: Record<string, unknown>,
    subresource?: 'status',
  ): Promise<KubeObject> {
    const path = pathOf(meta, subresource);
    const metadata = isRecord(patch['metadata']) ? patch['metadata'] : {};
    const body = { ...patch, metadata: { ...metadata, resourceVersion: meta.resourceVersion } };
    return this.#take(meta, path, await this.#rest.patch(path, body, { type: 'merge' }));
  }

  /** Replaces the whole status. */
  async replaceStatus(meta: ResourceMeta, status: unknown): Promise<KubeObject> {
    const { apiVersion, kind, name, namespace, resourceVersion } = meta;
    const path = pathOf(meta, 'status');
    const body = { apiVersion, kind, metadata: { name, namespace, resourceVersion }, status };
    return this.#take(meta, path, await this.#rest.replace(path, body));
  }

  #take(meta: ResourceMeta, path: string, answer: unknown): KubeObject {
    if (!isKubeObject(answer)) {
      throw new KubeError('server', `PATCH ${path}: the answer is not an object`);
    }
    const own = structuredClone(answer);
    this.#updateCache(meta.id, answer);
    return own;
  }
}

/** The meta of `object` as it is now. */
export function metaOf(id: string, object: KubeObject): ResourceMeta {
  return ResourceMetaImpl.createWithId(id, object as unknown as KubernetesObject);
}

function pathOf(meta: ResourceMeta, subresource?: 'status'): string {
  return objectPath(parseResourceId(meta.id), meta.namespace, meta.name, subresource);
}
