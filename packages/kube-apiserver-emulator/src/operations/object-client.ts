import { trackUpdate } from '../apply/update.ts';
import { type Context, now } from '../context.ts';
import type { JsonObject, KubeObject } from '../objects.ts';
import { applyPatch } from '../patches/patch.ts';
import { keyOf, type ResourceType } from '../resource-type.ts';
import { notFound } from '../status.ts';
import { createObject, type Track } from './create.ts';
import { deleteObject } from './delete.ts';
import { updateObject } from './update.ts';

/** A resource by its names in a path. */
export interface ResourceName {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

/**
 * Reads and writes the objects of one resource within the process, as an administrator whose requests the ledger does
 * not record and no fault applies to. Objects are checked as those of a request. Fails with ApiError.
 */
export class ObjectClient {
  readonly #context: Context;
  readonly #type: ResourceType;

  constructor(context: Context, type: ResourceType) {
    this.#context = context;
    this.#type = type;
  }

  /** The objects of a namespace, or of all. */
  list(namespace?: string): readonly KubeObject[] {
    return this.#context.store
      .list(this.#type.collection)
      .entries.map(([, stored]) => this.#type.encode(stored))
      .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
  }

  /** `namespace` is empty for cluster-scoped resources, here and below. */
  get(namespace: string, name: string): KubeObject {
    const { group, plural, collection } = this.#type;
    const stored = this.#context.store.get(collection, keyOf(this.#type, namespace, name));
    if (stored === undefined) {
      throw notFound({ group, resource: plural }, name);
    }
    return this.#type.encode(stored);
  }

  create(namespace: string, body: JsonObject): KubeObject {
    const { object } = this.#type.decode(body);
    const request = { namespace, dryRun: false, track: this.#track('') };
    return this.#type.encode(createObject(this.#context, this.#type, object, request));
  }

  /** Applies a merge patch to the object or its subresource. */
  patch(namespace: string, name: string, patch: JsonObject, subresource = ''): KubeObject {
    const { object } = updateObject(
      this.#context,
      this.#type,
      {
        namespace,
        name,
        subresource,
        dryRun: false,
        uidIsPrecondition: false,
        creates: false,
        track: this.#track(subresource),
      },
      () => this.#merged(this.get(namespace, name), patch),
    );
    return this.#type.encode(object);
  }

  delete(namespace: string, name: string): void {
    deleteObject(this.#context, this.#type, namespace, name, {});
  }

  #merged(current: KubeObject, patch: JsonObject): KubeObject {
    const patched = applyPatch(this.#type, 'application/merge-patch+json', JSON.stringify(patch), current);
    return this.#type.decode(patched).object;
  }

  #track(subresource: string): Track {
    const { registry } = this.#context;
    const write = { registry, type: this.#type, subresource, manager: 'admin', time: now(this.#context) };
    return (next, stored) => trackUpdate(write, stored, next);
  }
}
