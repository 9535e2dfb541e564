import type { Representation } from '../http/negotiation.ts';
import { apiVersionOf, type JsonObject, type KubeObject, omit } from '../objects.ts';
import type { Page } from '../operations/list.ts';
import type { ResourceType } from '../resource-type.ts';
import { notAcceptable } from '../status.ts';
import { type IncludeObject, partialMetadata, tableOf } from './table.ts';

/** How the caller wants objects shown. */
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
  const objects = page.objects.map((stored) => type.encode(stored));
  const metadata = listMetadata(type, page, how);
  switch (how.as) {
    case undefined:
      return {
        kind: type.listKind,
        apiVersion: apiVersionOf(type.group, type.version),
        metadata,
        items: type.typedItems ? objects : objects.map((object) => omit(object, 'apiVersion', 'kind')),
      };
    case 'Table':
      return tableOf(type, objects, metadata, how);
    case 'PartialObjectMetadataList':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: `meta.k8s.io/${how.metaVersion}`,
        metadata,
        items: objects.map((object) => partialMetadata(object, how.metaVersion)),
      };
    default:
      throw notAcceptable(`you requested ${how.as}, but the requested object is a list (${type.listKind})`);
  }
}

function listMetadata(type: ResourceType, page: Page, how: Presentation): JsonObject {
  const emptyContinue = type.typedItems && how.as === undefined ? { continue: '' } : {};
  return {
    resourceVersion: String(page.revision),
    ...(page.continueToken === '' ? emptyContinue : { continue: page.continueToken }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  };
}
