import { sameOwners } from '../apply/managers.ts';
import type { Context } from '../context.ts';
import { metadataCauses, metadataUpdateCauses } from '../metadata.ts';
import { type KubeObject, omit, sameJson, withMeta } from '../objects.ts';
import { keyOf, type ResourceType } from '../resource-type.ts';
import { badRequest, conflict, invalid, invalidValue, modified, notFound } from '../status.ts';
import { type Admit, createObject, errorGroup, type Track } from './create.ts';

/** Which object to change, and how. */
export interface UpdateRequest {
  readonly namespace: string;
  readonly name: string;
  /** `status`, `finalize`, or empty for the object itself. */
  readonly subresource: string;
  readonly dryRun: boolean;
  /** A replacement's `metadata.uid` is a precondition; in a patch it is a change like any other. */
  readonly uidIsPrecondition: boolean;
  readonly admit?: Admit;
  readonly track?: Track;
  /** Creates a missing object; absent: the default of its type. */
  readonly creates?: boolean;
}

/** An object after an update, and whether the update made it. */
export interface Updated {
  readonly object: KubeObject;
  readonly created: boolean;
}

/**
 * Replaces an object with the result of `change` (stored forms, defaults applied). A change without a difference
 * writes nothing. Removing the last finalizer of a deleted object removes the object. Fails with ApiError.
 */
export function updateObject(
  context: Context,
  type: ResourceType,
  request: UpdateRequest,
  change: (current: KubeObject | undefined) => KubeObject,
): Updated {
  const { store } = context;
  const key = keyOf(type, request.namespace, request.name);
  const resource = { group: type.group, resource: type.plural };
  const stored = store.get(type.collection, key);
  if (stored === undefined) {
    if (!(request.creates ?? type.createOnUpdate) || request.subresource !== '') {
      throw notFound(resource, request.name);
    }
    const body = checkPlace(type, change(undefined), request);
    return { object: createObject(context, type, body, request), created: true };
  }

  const current = withDefaults(type, stored);
  const asked = checkPlace(type, change(current), request);
  checkPreconditions(type, asked, current, request);
  request.admit?.(asked, current);
  const tracked = request.track?.(asked, stored) ?? asked;

  const inherited = withInheritedMetadata(tracked, current);
  const next = type.strategy.prepareUpdate?.(inherited, current, request.subresource) ?? inherited;
  const causes = [
    ...metadataCauses(type, next.metadata),
    ...metadataUpdateCauses(next.metadata, current.metadata),
    ...(type.strategy.validateUpdate?.(next, current, request.subresource) ?? []),
  ];
  if (causes.length > 0) {
    throw invalid({ group: errorGroup(type), resource: type.kind }, request.name, causes);
  }

  if (isFinished(type, next)) {
    if (!request.dryRun) {
      store.remove(type.collection, key, next);
    }
    return { object: next, created: false };
  }
  if (request.dryRun) {
    return { object: next, created: false };
  }
  if (isUnchanged(next, stored)) {
    const { managedFields } = stored.metadata;
    return { object: withMeta(next, { managedFields }), created: false };
  }
  return { object: store.update(type.collection, key, next), created: false };
}

/** True where nothing differs but the times at which fields were written. */
function isUnchanged(next: KubeObject, stored: KubeObject): boolean {
  const bare = (object: KubeObject): KubeObject => withMeta(object, { managedFields: undefined });
  return (
    sameJson(bare(next), bare(stored)) &&
    sameOwners(next.metadata.managedFields, stored.metadata.managedFields)
  );
}

/** True for a deleted object without finalizers. */
export function isFinished(type: ResourceType, object: KubeObject): boolean {
  return (
    object.metadata.deletionTimestamp !== undefined &&
    (object.metadata.finalizers ?? []).length === 0 &&
    !(type.strategy.heldBack?.(object) ?? false)
  );
}

/** The stored form as a reader would see it: defaults that came later are applied, at any version. */
function withDefaults(type: ResourceType, stored: KubeObject): KubeObject {
  return type.typedItems ? { ...type.encode(stored), apiVersion: stored.apiVersion } : stored;
}

/** The object in the namespace of the request. Fails with 400 if it belongs elsewhere. */
export function checkPlace(
  type: ResourceType,
  asked: KubeObject,
  request: Pick<UpdateRequest, 'name' | 'namespace'>,
): KubeObject {
  const { name = '', namespace = '' } = asked.metadata;
  if (name !== '' && name !== request.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${request.name})`);
  }
  if (name === '') {
    throw badRequest('name must be provided');
  }
  if (type.namespaced && namespace !== '' && namespace !== request.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return type.namespaced ? withMeta(asked, { namespace: request.namespace }) : asked;
}

function checkPreconditions(
  type: ResourceType,
  asked: KubeObject,
  current: KubeObject,
  request: UpdateRequest,
): void {
  const resource = { group: type.group, resource: type.plural };
  const { uid = '', resourceVersion = '' } = asked.metadata;
  if (request.uidIsPrecondition && uid !== '' && uid !== current.metadata.uid) {
    throw conflict(
      resource,
      request.name,
      `StorageError: invalid object, Code: 4, Key: ${storageKey(type, current, request.dryRun)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`,
    );
  }
  if (resourceVersion === '' || resourceVersion === '0') {
    if (!type.unconditionalUpdate) {
      throw invalid(resource, request.name, [
        invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
      ]);
    }
  } else if (resourceVersion !== current.metadata.resourceVersion) {
    throw modified(resource, request.name);
  }
}

/** Where etcd would have the object; a dry run has no prefix. */
function storageKey(type: ResourceType, { metadata }: KubeObject, dryRun: boolean): string {
  const isCustom = type.schema === undefined;
  const parts = [isCustom ? type.group : '', type.plural, metadata.namespace, metadata.name];
  return [dryRun ? '' : '/registry', ...parts.filter((part) => part !== undefined && part !== '')].join('/');
}

/** Keeps metadata that a client may omit. The generation is always that of the server. */
function withInheritedMetadata(asked: KubeObject, current: KubeObject): KubeObject {
  const kept = current.metadata;
  return withMeta(asked, {
    uid: asked.metadata.uid ?? kept.uid,
    creationTimestamp: asked.metadata.creationTimestamp ?? kept.creationTimestamp,
    deletionTimestamp: asked.metadata.deletionTimestamp ?? kept.deletionTimestamp,
    deletionGracePeriodSeconds: asked.metadata.deletionGracePeriodSeconds ?? kept.deletionGracePeriodSeconds,
    resourceVersion: kept.resourceVersion,
    generation: kept.generation,
  });
}

/** The generation after a change: one more when anything besides metadata (and the ignored fields) differs. */
export function nextGeneration(
  next: KubeObject,
  current: KubeObject,
  ignored: readonly string[],
): number | undefined {
  const { generation } = current.metadata;
  const differs = !sameJson(omit(next, 'metadata', ...ignored), omit(current, 'metadata', ...ignored));
  return generation === undefined ? undefined : generation + (differs ? 1 : 0);
}
