import { trackUpdate } from '../apply/update.ts';
import { type Context, now } from '../context.ts';
import { type KubeObject, objectOf, sameJson, withMeta } from '../objects.ts';
import { deleteObject } from '../operations/delete.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Change } from '../store.ts';
import { condition, isTrue } from './conditions.ts';
import { cleanupFinalizer, crdCollection, customResourceDefinitions } from './crd-type.ts';
import { customResourceTypes } from './custom-resource.ts';
import { type CrdSpec, collectionOf, readDefinition } from './definition.ts';

/**
 * Serves the resources of CustomResourceDefinitions, updates their status, and cleans up after deleted ones. Watches of
 * a definition whose spec changes are ended by `endWatches`, since a new spec is a new storage.
 */
export function startCrdController(
  context: Context,
  endWatches: (group: string, resource: string) => void,
): () => void {
  const served = new Map<string, readonly ResourceType[]>();
  const withdraw = (name: string): void => {
    for (const type of served.get(name) ?? []) {
      context.registry.remove(type.group, type.version, type.plural);
    }
    served.delete(name);
  };
  const finishWatches = (change: Change): void => {
    const generation = change.previous?.metadata.generation;
    if (change.type === 'DELETED' || (generation ?? 1) !== (change.object.metadata.generation ?? 1)) {
      const { group, names } = readDefinition(change.object);
      endWatches(group, names.plural);
    }
  };
  return context.store.subscribe((change) => {
    if (change.collection === crdCollection) {
      const name = change.key;
      finishWatches(change);
      withdraw(name);
      if (change.type !== 'DELETED') {
        // An earlier change may be delivered after a later one was made.
        const crd = context.store.get(crdCollection, name) ?? change.object;
        if (change.type === 'ADDED') {
          context.store.expire(collectionOf(readDefinition(crd)));
        }
        settle(context, crd);
        serve(context, served, crd);
      }
    } else if (change.type === 'DELETED') {
      finishDeletion(context, change);
    }
  });
}

function serve(context: Context, served: Map<string, readonly ResourceType[]>, crd: KubeObject): void {
  const current = context.store.get(crdCollection, crd.metadata.name ?? '') ?? crd;
  if (!isTrue(current, 'Established')) {
    return;
  }
  const types = customResourceTypes(current);
  for (const type of types) {
    context.registry.add(type);
  }
  served.set(crd.metadata.name ?? '', types);
}

/** Updates the status of a definition in the same steps as the real controllers. */
function settle(context: Context, crd: KubeObject): void {
  const time = now(context);
  if (crd.metadata.deletionTimestamp !== undefined) {
    cleanUp(context, crd);
    return;
  }
  const spec = readDefinition(crd);
  const taken = nameConflict(context, crd, spec);
  const named = condition(
    withAcceptedNames(crd, taken === undefined),
    time,
    taken === undefined
      ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
      : { type: 'NamesAccepted', status: 'False', ...taken },
  );
  if (isTrue(named, 'Established')) {
    commit(context, crd, named);
    return;
  }
  const installing = condition(named, time, {
    type: 'Established',
    status: 'False',
    ...(taken === undefined
      ? { reason: 'Installing', message: 'the initial names have been accepted' }
      : { reason: 'NotAccepted', message: 'not all names are accepted' }),
  });
  commit(context, crd, installing);
  if (taken === undefined) {
    commit(
      context,
      installing,
      condition(installing, time, {
        type: 'Established',
        status: 'True',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      }),
    );
  }
}

function commit(context: Context, before: KubeObject, after: KubeObject): void {
  if (!sameJson(before, after)) {
    const name = after.metadata.name ?? '';
    const stored = context.store.get(crdCollection, name) ?? before;
    const write = {
      registry: context.registry,
      type: customResourceDefinitions,
      subresource: 'status',
      manager: 'kube-apiserver',
      time: now(context),
    };
    context.store.update(crdCollection, name, trackUpdate(write, stored, after));
  }
}

function withAcceptedNames(crd: KubeObject, all: boolean): KubeObject {
  const names = objectOf(objectOf(crd['spec'])['names']);
  const status = objectOf(crd['status']);
  const acceptedNames = all ? names : (status['acceptedNames'] ?? { plural: names['plural'], kind: '' });
  return { ...crd, status: { ...status, acceptedNames } };
}

function nameConflict(
  context: Context,
  crd: KubeObject,
  spec: CrdSpec,
): { readonly reason: string; readonly message: string } | undefined {
  for (const [, other] of context.store.list(crdCollection).entries) {
    if (other.metadata.name === crd.metadata.name || !isTrue(other, 'Established')) {
      continue;
    }
    const taken = readDefinition(other);
    if (taken.group !== spec.group) {
      continue;
    }
    const used = (reason: string, name: string) => ({ reason, message: `"${name}" is already in use` });
    const resources = new Set([taken.names.plural, taken.names.singular, ...(taken.names.shortNames ?? [])]);
    const short = (spec.names.shortNames ?? []).find((name) => resources.has(name));
    if (short !== undefined) {
      return used('ShortNamesConflict', short);
    }
    const kinds = new Set([taken.names.kind, taken.names.listKind]);
    if (kinds.has(spec.names.kind)) {
      const list = spec.names.listKind ?? `${spec.names.kind}List`;
      return kinds.has(list) ? used('ListKindConflict', list) : used('KindConflict', spec.names.kind);
    }
  }
  return undefined;
}

function cleanUp(context: Context, crd: KubeObject): void {
  const { finalizers = [] } = crd.metadata;
  if (!finalizers.includes(cleanupFinalizer)) {
    return;
  }
  const time = now(context);
  const progress = condition(crd, time, {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionInProgress',
    message: 'CustomResource deletion is in progress',
  });
  if (!sameJson(progress, crd)) {
    commit(context, crd, progress);
    return; // The commit brings this function back.
  }
  const [type] = customResourceTypes(crd);
  for (const [, object] of context.store.list(collectionOf(readDefinition(crd))).entries) {
    if (type !== undefined && object.metadata.deletionTimestamp === undefined) {
      deleteObject(context, type, object.metadata.namespace ?? '', object.metadata.name ?? '', {});
    }
  }
  release(context, crd);
}

function finishDeletion(context: Context, change: Change): void {
  const crd = context.store.get(crdCollection, change.collection);
  if (crd?.metadata.deletionTimestamp !== undefined) {
    release(context, crd);
  }
}

/** Removes the finalizer of a deleted definition when it has no objects. */
function release(context: Context, crd: KubeObject): void {
  const name = crd.metadata.name ?? '';
  const current = context.store.get(crdCollection, name);
  if (current === undefined || context.store.list(collectionOf(readDefinition(crd))).entries.length > 0) {
    return;
  }
  const rest = (current.metadata.finalizers ?? []).filter((finalizer) => finalizer !== cleanupFinalizer);
  const released = withMeta(current, { finalizers: rest.length === 0 ? undefined : rest });
  if (rest.length === 0) {
    context.store.remove(crdCollection, name, released);
  } else if (!sameJson(released, current)) {
    context.store.update(crdCollection, name, released);
  }
}
