import { isKubeObject, isRecord, type KubeObject, type ObjectMetadata } from '../client/object.ts';
import { suspendManagerOf } from './suspend-manager.ts';

/** One line of a watch, understood. `bookmark` only moves the resource version on. */
export type WatchEvent =
  | { readonly type: 'upsert'; readonly object: KubeObject }
  | { readonly type: 'delete'; readonly object: KubeObject }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  | { readonly type: 'error'; readonly status: unknown };

/** One page of a list. `continueToken` is empty on the last page. */
export interface ListPage {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly continueToken: string;
}

/** A response that violates the API. */
export class MalformedResponseError extends Error {
  override readonly name = 'MalformedResponseError';
}

/** Reads a line of a watch. Throws `MalformedResponseError`. */
export function parseWatchEvent(line: string): WatchEvent {
  const event = parse(line);
  if (!isRecord(event)) {
    throw new MalformedResponseError('a watch event is not an object');
  }
  const { type, object } = event;
  if (type === 'ERROR') {
    return { type: 'error', status: object };
  }
  if (type === 'BOOKMARK') {
    return { type: 'bookmark', resourceVersion: bookmarkVersion(object) };
  }
  if (!isKubeObject(object)) {
    throw new MalformedResponseError('a watch event has no complete object');
  }
  if (type === 'ADDED' || type === 'MODIFIED') {
    return { type: 'upsert', object };
  }
  if (type === 'DELETED') {
    return { type: 'delete', object };
  }
  throw new MalformedResponseError('a watch event has an unknown type');
}

/**
 * Reads a page. List items come without `apiVersion` and `kind`, which are filled in from the list's own. Throws
 * `MalformedResponseError`.
 */
export function parseListPage(body: unknown): ListPage {
  if (!isRecord(body) || !isRecord(body['metadata'])) {
    throw new MalformedResponseError('the list has no metadata');
  }
  const { resourceVersion, continue: continueToken } = body['metadata'];
  if (typeof resourceVersion !== 'string') {
    throw new MalformedResponseError('the list has no resourceVersion');
  }
  const { apiVersion, kind, items } = body;
  const itemKind = typeof kind === 'string' ? kind.replace(/List$/, '') : '';
  const filled = (Array.isArray(items) ? items : []).map((item: unknown) =>
    fillType(item, apiVersion, itemKind),
  );
  return {
    items: filled,
    resourceVersion,
    continueToken: typeof continueToken === 'string' ? continueToken : '',
  };
}

/** What is stored of a received object. Changes `object`, which has to be freshly parsed. */
export function reduce(object: KubeObject, metadataOnly = false): KubeObject {
  return metadataOnly ? metadataOf(object) : withoutManagedFields(object);
}

/** `managedFields` are half of many objects. Only the name of the manager that set `spec.suspend` is used. */
function withoutManagedFields(object: KubeObject): KubeObject {
  const metadata: { managedFields?: unknown; suspendManager?: string } & ObjectMetadata = object.metadata;
  const { managedFields } = metadata;
  delete metadata.managedFields;
  const manager = suspendManagerOf(managedFields);
  if (manager !== undefined) {
    metadata.suspendManager = manager;
  }
  return object;
}

/**
 * What is kept of an object whose content must not be kept: identity, labels, owners. Annotations are left out on
 * purpose, as kubectl's last-applied-configuration repeats the values of a Secret.
 */
function metadataOf(object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, labels, ownerReferences, deletionTimestamp } =
    object.metadata;
  return {
    // The same two strings for all objects, instead of those that were parsed for each.
    apiVersion: 'meta.k8s.io/v1',
    kind: 'PartialObjectMetadata',
    metadata: {
      name,
      uid,
      resourceVersion,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new MalformedResponseError('a watch event is not JSON');
  }
}

function bookmarkVersion(object: unknown): string {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  const resourceVersion = isRecord(metadata) ? metadata['resourceVersion'] : undefined;
  if (typeof resourceVersion !== 'string') {
    throw new MalformedResponseError('a bookmark has no resourceVersion');
  }
  return resourceVersion;
}

function fillType(item: unknown, apiVersion: unknown, kind: string): KubeObject {
  if (!isKubeObject(item)) {
    throw new MalformedResponseError('a list item is incomplete');
  }
  if (typeof item.apiVersion === 'string' && typeof item.kind === 'string') {
    return item;
  }
  return { ...item, apiVersion: typeof apiVersion === 'string' ? apiVersion : '', kind };
}
