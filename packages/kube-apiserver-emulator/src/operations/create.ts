import { type Context, freshMetadata, generatedName } from '../context.ts';
import { metadataCauses } from '../metadata.ts';
import { type KubeObject, withMeta } from '../objects.ts';
import { keyOf, type ResourceType } from '../resource-type.ts';
import { alreadyExists, badRequest, forbidden, internalError, invalid, notFound } from '../status.ts';

/** Where and how to create. */
export interface CreateRequest {
  /** Namespace of the path; empty for cluster-scoped types. */
  readonly namespace: string;
  readonly dryRun: boolean;
  /** Throws an ApiError if admission refuses this write for its user. */
  readonly admit?: Admit;
  readonly track?: Track;
}

/** Gives an object the `managedFields` that follow from the write; `stored` is what it was (`undefined`: it is new). */
export type Track = (next: KubeObject, stored: KubeObject | undefined) => KubeObject;

/** Admission of a write by the new and the old object (`undefined`: a create). */
export type Admit = (next: KubeObject, current: KubeObject | undefined) => void;

/** Creates an object (in its stored form) and returns it as stored. Fails with ApiError. */
export function createObject(
  context: Context,
  type: ResourceType,
  body: KubeObject,
  request: CreateRequest,
): KubeObject {
  const placed = place(type, body, request.namespace);
  const named = nameIt(context, placed);
  const { name = '', namespace = '' } = named.metadata;
  admitNamespace(context, type, name, namespace);
  if ((named.metadata.resourceVersion ?? '') !== '') {
    throw internalError('resourceVersion should not be set on objects to be created');
  }
  const tracked = request.track?.(named, undefined) ?? named;
  const fresh = { ...tracked, metadata: freshMetadata(context, tracked.metadata, type.generation) };
  const prepared = type.strategy.prepareCreate?.(fresh) ?? fresh;
  type.strategy.admitCreate?.(prepared);
  request.admit?.(prepared, undefined);

  const causes = [
    ...metadataCauses(type, prepared.metadata),
    ...(type.strategy.validateCreate?.(prepared) ?? []),
  ];
  if (causes.length > 0) {
    throw invalid({ group: errorGroup(type), resource: prepared.kind }, name, causes);
  }
  const key = keyOf(type, namespace, name);
  const existing = context.store.get(type.collection, key);
  if (existing !== undefined) {
    const isBeingDeleted = existing.metadata.deletionTimestamp !== undefined;
    throw alreadyExists({ group: type.group, resource: type.plural }, name, isBeingDeleted);
  }
  return request.dryRun ? prepared : context.store.create(type.collection, key, prepared);
}

/** Events are validated as what they are stored as, and named so. */
export function errorGroup(type: ResourceType): string {
  return type.group === 'events.k8s.io' ? '' : type.group;
}

function place(type: ResourceType, body: KubeObject, namespace: string): KubeObject {
  const given = body.metadata.namespace ?? '';
  if (!type.namespaced) {
    return given === '' ? body : withMeta(body, { namespace: undefined });
  }
  if (given !== '' && given !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return withMeta(body, { namespace });
}

function nameIt(context: Context, object: KubeObject): KubeObject {
  const { name = '', generateName = '' } = object.metadata;
  return name === '' && generateName !== ''
    ? withMeta(object, { name: generatedName(context, generateName) })
    : object;
}

function admitNamespace(context: Context, type: ResourceType, name: string, namespace: string): void {
  if (!type.namespaced) {
    return;
  }
  const found = context.store.get('namespaces', namespace);
  if (found === undefined) {
    throw notFound({ group: '', resource: 'namespaces' }, namespace);
  }
  if (found.metadata.deletionTimestamp !== undefined) {
    throw forbidden(
      { group: type.group, resource: type.plural },
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    );
  }
}
