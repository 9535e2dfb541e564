import type { Representation } from '../http/negotiation.ts';
import { apiVersionOf, type JsonObject, type KubeObject } from '../objects.ts';
import type { Page } from '../operations/list.ts';
import type { ResourceType } from '../resource-type.ts';
import { notAcceptable } from '../status.ts';
import { type IncludeObject, partialMetadata, tableOf } from './table.ts';

/** The requested representation of objects. */
export interface Presentation extends Representation {
  readonly include: IncludeObject;
  readonly nowMs: number;
}

/** One stored object as asked for. Fails with 406. */
export function presentObject(type: ResourceType, stored: KubeObject, how: Presentation): unknown {
  const object = type.encode(stored);
  switch (how.as) {
    case undefined:
      return object;
    case 'Table':
      return tableOf(type, [object], { resourceVersion: object.metadata.resourceVersion }, how);
    case 'PartialObjectMetadata':
      return partialMetadata(object, how.metaVersion);
    default:
      throw notAcceptable(`you requested ${how.as}, but the requested object is not a list (${type.kind})`);
  }
}

/** One page of stored objects as asked for. Fails with 406. */
export function presentList(type: ResourceType, page: Page, how: Presentation): unknown {
  const metadata = listMetadata(type, page, how);
  if (how.as === undefined) {
    return { ...listHead(type, metadata), items: page.objects.map((stored) => type.item(stored)) };
  }
  const objects = page.objects.map((stored) => type.encode(stored));
  switch (how.as) {
    case 'Table':
      return tableOf(type, objects, metadata, how);
    case 'PartialObjectMetadataList':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: `meta.k8s.io/${how.metaVersion}`,
        metadata,
        // The slice of an empty list is nil in Go.
        items:
          objects.length === 0 ? null : objects.map((object) => partialMetadata(object, how.metaVersion)),
      };
    default:
      throw notAcceptable(`you requested ${how.as}, but the requested object is a list (${type.listKind})`);
  }
}

/** JSON of one stored object as asked for, the same as that of `presentObject`. Fails with 406. */
export function objectJson(type: ResourceType, stored: KubeObject, how: Presentation): string {
  return how.as === undefined ? type.json(stored) : JSON.stringify(presentObject(type, stored, how));
}

/** JSON of one page, the same as that of `presentList`, put together from the texts of its objects. Fails with 406. */
export function listJson(type: ResourceType, page: Page, how: Presentation): string {
  if (how.as !== undefined) {
    return JSON.stringify(presentList(type, page, how));
  }
  const head = JSON.stringify(listHead(type, listMetadata(type, page, how)));
  const items = page.objects.map((stored) => type.itemJson(stored));
  return `${head.slice(0, -1)},"items":[${items.join(',')}]}`;
}

function listHead(type: ResourceType, metadata: JsonObject): JsonObject {
  return { kind: type.listKind, apiVersion: apiVersionOf(type.group, type.version), metadata };
}

function listMetadata(type: ResourceType, page: Page, how: Presentation): JsonObject {
  const emptyContinue = type.typedItems && how.as === undefined ? { continue: '' } : {};
  return {
    resourceVersion: String(page.revision),
    ...(page.continueToken === '' ? emptyContinue : { continue: page.continueToken }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  };
}
