import { finalizersOf } from './builtin/namespaces.ts';
import type { Context } from './context.ts';
import { now } from './context.ts';
import { condition } from './crds/conditions.ts';
import { type KubeObject, objectOf, sameJson } from './objects.ts';
import { deleteObject } from './operations/delete.ts';
import { isFinished } from './operations/update.ts';
import type { ResourceType } from './resource-type.ts';
import type { Worker } from './worker.ts';

/** Deletes the content of terminating namespaces, then their finalizer. */
export function startNamespaceController(context: Context, worker: Worker): () => void {
  return context.store.subscribe((change) => {
    const name = change.collection === 'namespaces' ? change.key : change.object.metadata.namespace;
    if (name === undefined || (change.collection !== 'namespaces' && change.type !== 'DELETED')) {
      return;
    }
    if (context.store.get('namespaces', name)?.metadata.deletionTimestamp !== undefined) {
      worker.enqueue(`namespace ${name}`, () => empty(context, name));
    }
  });
}

function empty(context: Context, name: string): void {
  const type = context.registry.find('', 'v1', 'namespaces');
  const namespace = context.store.get('namespaces', name);
  if (type === undefined || namespace?.metadata.deletionTimestamp === undefined) {
    return;
  }
  if (!finalizersOf(namespace).includes('kubernetes')) {
    return;
  }
  const left = deleteContents(context, name);
  if (left.length > 0) {
    const waiting = withConditions(context, namespace, left);
    if (!sameJson(waiting, namespace)) {
      context.store.update('namespaces', name, waiting);
    }
    return;
  }
  release(context, type, namespace, name);
}

/** Deletes what is in the namespace; returns what finalizers keep. */
function deleteContents(context: Context, name: string): { type: ResourceType; object: KubeObject }[] {
  const left: { type: ResourceType; object: KubeObject }[] = [];
  for (const type of context.registry.collections().filter(({ namespaced }) => namespaced)) {
    const entries = context.store.list(type.collection).entries.filter(([key]) => key.startsWith(`${name}/`));
    for (const [, object] of entries) {
      const result = deleteObject(context, type, name, object.metadata.name ?? '', {
        propagationPolicy: 'Background',
      });
      if (!result.removed) {
        left.push({ type, object: result.object });
      }
    }
  }
  return left;
}

function withConditions(
  context: Context,
  namespace: KubeObject,
  left: readonly { readonly type: ResourceType; readonly object: KubeObject }[],
): KubeObject {
  const time = now(context);
  const resources = counted(left.map(({ type }) => [type.plural, type.group].filter(Boolean).join('.')));
  const finalizers = counted(left.flatMap(({ object }) => object.metadata.finalizers ?? []));
  const verdicts = [
    [
      'NamespaceDeletionDiscoveryFailure',
      'False',
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    [
      'NamespaceDeletionContentFailure',
      'False',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ],
    [
      'NamespaceContentRemaining',
      'True',
      'SomeResourcesRemain',
      `Some resources are remaining: ${resources.map(([name, count]) => `${name} has ${count} resource instances`).join(', ')}`,
    ],
    [
      'NamespaceFinalizersRemaining',
      'True',
      'SomeFinalizersRemain',
      `Some content in the namespace has finalizers remaining: ${finalizers.map(([name, count]) => `${name} in ${count} resource instances`).join(', ')}`,
    ],
  ] as const;
  return verdicts.reduce<KubeObject>(
    (object, [type, status, reason, message]) => condition(object, time, { type, status, reason, message }),
    namespace,
  );
}

function counted(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function release(context: Context, type: ResourceType, namespace: KubeObject, name: string): void {
  const finalizers = finalizersOf(namespace).filter((finalizer) => finalizer !== 'kubernetes');
  const { finalizers: _own, ...spec } = objectOf(namespace['spec']);
  const released: KubeObject = {
    ...namespace,
    spec: finalizers.length === 0 ? spec : { ...spec, finalizers },
  };
  if (isFinished(type, released)) {
    context.store.remove('namespaces', name, released);
  } else {
    context.store.update('namespaces', name, released);
  }
}
