import { type Context, now } from '../context.ts';
import { type KubeObject, sameJson, withMeta } from '../objects.ts';
import { keyOf, type ResourceType } from '../resource-type.ts';
import { conflict, notFound } from '../status.ts';
import { isFinished } from './update.ts';

/** `metav1.DeleteOptions`, parsed. */
export interface DeleteOptions {
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

/** The object after the delete. */
export interface Deleted {
  readonly object: KubeObject;
  /** False while finalizers keep it. */
  readonly removed: boolean;
}

/** Removes an object, or marks it as being deleted while finalizers keep it. Fails with ApiError. */
export function deleteObject(
  context: Context,
  type: ResourceType,
  namespace: string,
  name: string,
  options: DeleteOptions,
): Deleted {
  const key = keyOf(type, namespace, name);
  const stored = context.store.get(type.collection, key);
  if (stored === undefined) {
    throw notFound({ group: type.group, resource: type.plural }, name);
  }
  type.strategy.admitDelete?.(stored);
  checkPreconditions(type, stored, options);

  const held = withPropagation(stored, options.propagationPolicy);
  const marked = mark(context, type, held);
  if (isFinished(type, marked)) {
    return {
      object: options.dryRun === true ? stored : context.store.remove(type.collection, key, stored),
      removed: true,
    };
  }
  const unchanged = sameJson(marked, stored);
  const keep = options.dryRun === true || unchanged;
  return { object: keep ? marked : context.store.update(type.collection, key, marked), removed: false };
}

function checkPreconditions(type: ResourceType, stored: KubeObject, options: DeleteOptions): void {
  const kind = { group: type.group, resource: type.kind };
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = stored;
  if (uid !== undefined && uid !== metadata.uid) {
    throw conflict(
      kind,
      metadata.name ?? '',
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      kind,
      metadata.name ?? '',
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
}

/** The garbage collector's finalizers are how a propagation policy is remembered. */
function withPropagation(object: KubeObject, policy: DeleteOptions['propagationPolicy']): KubeObject {
  if (policy === undefined) {
    return object;
  }
  const own = { Foreground: 'foregroundDeletion', Orphan: 'orphan', Background: undefined }[policy];
  const others = (object.metadata.finalizers ?? []).filter(
    (finalizer) => finalizer !== 'foregroundDeletion' && finalizer !== 'orphan',
  );
  const finalizers = own === undefined ? others : [...others, own];
  return withMeta(object, { finalizers: finalizers.length === 0 ? undefined : finalizers });
}

function mark(context: Context, type: ResourceType, object: KubeObject): KubeObject {
  const { metadata } = object;
  if (metadata.deletionTimestamp !== undefined) {
    return object;
  }
  const time = now(context);
  if (type.strategy.markDeleted !== undefined) {
    return type.strategy.markDeleted(object, time);
  }
  return withMeta(object, {
    deletionTimestamp: time,
    deletionGracePeriodSeconds: 0,
    generation: metadata.generation === undefined ? undefined : metadata.generation + 1,
  });
}
