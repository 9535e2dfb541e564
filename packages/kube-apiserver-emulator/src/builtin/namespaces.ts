import { type KubeObject, objectOf, omit, withMeta } from '../objects.ts';
import type { ResourceType } from '../resource-type.ts';
import { listOf, struct, text, time } from '../schema.ts';
import { forbidden } from '../status.ts';
import { ageColumn } from './columns.ts';
import { allVerbs, defineBuiltin } from './define.ts';

/** Namespaces that exist from the start. */
export const systemNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'] as const;

const immortal = new Set(['default', 'kube-public', 'kube-system']);
const nameLabel = 'kubernetes.io/metadata.name';

/** `v1` Namespaces. */
export const namespaces: ResourceType = defineBuiltin({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  nameRule: 'label',
  verbs: allVerbs.filter((verb) => verb !== 'deletecollection'),
  subresources: ['finalize', 'status'],
  fields: {
    spec: struct({ finalizers: listOf(text) }, 'io.k8s.api.core.v1.NamespaceSpec', { finalizers: 1 }),
    status: struct(
      {
        phase: text,
        conditions: listOf(
          struct(
            { type: text, status: text, lastTransitionTime: time, reason: text, message: text },
            'io.k8s.api.core.v1.NamespaceCondition',
          ),
          'type',
        ),
      },
      'io.k8s.api.core.v1.NamespaceStatus',
    ),
  },
  wire: { spec: 2 },
  selectable: {
    name: (namespace) => namespace.metadata.name ?? '',
    'status.phase': (namespace) => String(objectOf(namespace['status'])['phase'] ?? ''),
  },
  columns: [
    { name: 'Status', type: 'string', cell: (namespace) => objectOf(namespace['status'])['phase'] },
    ageColumn,
  ],
  fromStored: (stored) => ({ spec: {}, ...stored }),
  toStored: (decoded) =>
    withNameLabel({ ...decoded, status: { phase: 'Active', ...objectOf(decoded['status']) } }),
  strategy: {
    untouched: (subresource) => (subresource === '' ? ['status'] : subresource === 'status' ? ['spec'] : []),
    prepareCreate: (namespace) =>
      withNameLabel(withOwnFinalizer({ ...namespace, status: { phase: 'Active' } })),
    prepareUpdate: (next, current, subresource) => withNameLabel(withUntouched(next, current, subresource)),
    admitDelete: (namespace) => {
      const { name = '' } = namespace.metadata;
      if (immortal.has(name)) {
        throw forbidden({ group: '', resource: 'namespaces' }, name, 'this namespace may not be deleted');
      }
    },
    markDeleted: (namespace, time) => ({
      ...withMeta(namespace, { deletionTimestamp: time }),
      status: { ...objectOf(namespace['status']), phase: 'Terminating' },
    }),
    heldBack: (namespace) => finalizersOf(namespace).length > 0,
  },
});

/** `spec.finalizers` of a namespace. */
export function finalizersOf(namespace: KubeObject): readonly unknown[] {
  const { finalizers } = objectOf(namespace['spec']);
  return Array.isArray(finalizers) ? finalizers : [];
}

function withOwnFinalizer(namespace: KubeObject): KubeObject {
  const finalizers = finalizersOf(namespace);
  return finalizers.includes('kubernetes')
    ? namespace
    : { ...namespace, spec: { ...objectOf(namespace['spec']), finalizers: [...finalizers, 'kubernetes'] } };
}

function withNameLabel(namespace: KubeObject): KubeObject {
  const { name = '', labels } = namespace.metadata;
  return name === '' ? namespace : withMeta(namespace, { labels: { ...labels, [nameLabel]: name } });
}

/** Each (sub)resource changes its own part only: metadata, status, or (`finalize`) the finalizers. */
function withUntouched(next: KubeObject, current: KubeObject, subresource: string): KubeObject {
  const taken = subresource === 'finalize' ? ['spec'] : subresource === 'status' ? ['status'] : [];
  const kept = ['spec', 'status'].filter((field) => !taken.includes(field));
  const result: Record<string, unknown> = omit(next, ...kept);
  for (const field of kept) {
    if (current[field] !== undefined) {
      result[field] = current[field];
    }
  }
  return { ...next, ...result } as KubeObject;
}
