import { apiVersionOf, type JsonObject, type KubeObject } from '../objects.ts';
import type { ResourceType } from '../resource-type.ts';
import { objectJson, type Presentation } from './present.ts';
import { tableOf } from './table.ts';

/** Gives the objects of one watch the form that its client asked for. */
export class EventPresenter {
  readonly #type: ResourceType;
  readonly #how: Presentation;
  #columnsSent = false;

  constructor(type: ResourceType, how: Presentation) {
    this.#type = type;
    this.#how = how;
  }

  /** JSON of the object of an event. Column definitions go with the first one only. Fails with ApiError 406. */
  object(stored: KubeObject, nowMs: number): string {
    if (this.#how.as !== 'Table') {
      return objectJson(this.#type, stored, this.#how);
    }
    const object = this.#type.encode(stored);
    const columns = !this.#columnsSent;
    this.#columnsSent = true;
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    return JSON.stringify(tableOf(this.#type, [object], metadata, { ...this.#how, nowMs, columns }));
  }

  /** The object of a bookmark: nothing but its type and how far the client has been told. */
  bookmark(revision: number, annotations?: Readonly<Record<string, string>>): JsonObject {
    const { as, metaVersion } = this.#how;
    const { kind, group, version, typedItems } = this.#type;
    const metadata = {
      resourceVersion: String(revision),
      // Go structs write a time that is not set; custom resources are no structs.
      ...(as === undefined && typedItems ? {} : { creationTimestamp: null }),
      ...(annotations === undefined ? {} : { annotations }),
    };
    if (as === undefined) {
      return { kind, apiVersion: apiVersionOf(group, version), metadata };
    }
    const apiVersion = `meta.k8s.io/${metaVersion}`;
    return as === 'Table'
      ? { kind: as, apiVersion, metadata, columnDefinitions: null, rows: [] }
      : { kind: as, apiVersion, metadata };
  }
}
