import { defineBuiltin } from '../builtin/define.ts';
import { type KubeObject, objectOf, omit, stringOf, withMeta } from '../objects.ts';
import { nextGeneration } from '../operations/update.ts';
import type { ResourceType } from '../resource-type.ts';
import {
  anything,
  type FieldSchema,
  integer,
  listOf,
  optionalBoolean,
  struct,
  text,
  time,
} from '../schema.ts';
import { condition } from './conditions.ts';
import { ageless } from './crd-columns.ts';
import { definitionCauses, definitionUpdateCauses } from './validation.ts';

/** Where definitions are stored. */
export const crdCollection = 'customresourcedefinitions';
/** Keeps a deleted definition until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

const names = struct({
  plural: text,
  singular: text,
  shortNames: listOf(text),
  kind: text,
  listKind: text,
  categories: listOf(text),
});

const served: FieldSchema = optionalBoolean;

const version = struct({
  name: text,
  served,
  storage: served,
  deprecated: { type: 'boolean' },
  deprecationWarning: { type: 'string', pointer: true },
  schema: struct({ openAPIV3Schema: anything }),
  subresources: { ...struct({ status: anything, scale: anything }), pointer: true },
  additionalPrinterColumns: listOf(
    struct({ name: text, type: text, format: text, description: text, priority: integer, jsonPath: text }),
  ),
  selectableFields: listOf(struct({ jsonPath: text })),
});

/** `apiextensions.k8s.io/v1` CustomResourceDefinitions. */
export const customResourceDefinitions: ResourceType = defineBuiltin({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: crdCollection,
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  subresources: ['status'],
  generation: true,
  unconditionalUpdate: false,
  fields: {
    spec: struct({
      group: text,
      names,
      scope: text,
      versions: listOf(version),
      conversion: struct({ strategy: text, webhook: anything }),
      preserveUnknownFields: { type: 'boolean' },
    }),
    status: struct({
      conditions: {
        ...listOf(
          struct({ type: text, status: text, lastTransitionTime: time, reason: text, message: text }),
        ),
        listKey: 'type',
      },
      acceptedNames: names,
      storedVersions: listOf(text),
    }),
  },
  columns: [ageless],
  fromStored: (stored) => ({
    ...stored,
    status: {
      conditions: null,
      acceptedNames: { plural: '', kind: '' },
      storedVersions: null,
      ...objectOf(stored['status']),
    },
  }),
  toStored: withDefaults,
  strategy: {
    untouched: (subresource) => [subresource === 'status' ? 'spec' : 'status'],
    prepareCreate: (crd) => ({ ...crd, status: { storedVersions: storedVersions(crd, {}) } }),
    validateCreate: definitionCauses,
    prepareUpdate: (next, current, subresource) => {
      if (subresource === 'status') {
        const { managedFields } = next.metadata;
        return { ...withMeta(current, { managedFields }), status: next['status'] };
      }
      const status = { ...objectOf(current['status']), storedVersions: storedVersions(next, current) };
      const kept = { ...next, status };
      return withMeta(kept, { generation: nextGeneration(kept, current, ['status']) });
    },
    validateUpdate: (next, current) => [...definitionCauses(next), ...definitionUpdateCauses(next, current)],
    markDeleted: (crd, time) => {
      const finalizers = crd.metadata.finalizers ?? [];
      const marked = withMeta(crd, {
        deletionTimestamp: time,
        finalizers: finalizers.includes(cleanupFinalizer) ? finalizers : [...finalizers, cleanupFinalizer],
      });
      return condition(marked, time, {
        type: 'Terminating',
        status: 'True',
        reason: 'InstanceDeletionPending',
        message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      });
    },
  },
});

function withDefaults(crd: KubeObject): KubeObject {
  const spec = objectOf(crd['spec']);
  const given = objectOf(spec['names']);
  const kind = stringOf(given['kind']);
  return {
    ...crd,
    spec: {
      ...omit(spec, 'preserveUnknownFields'),
      names: { singular: kind.toLowerCase(), listKind: `${kind}List`, ...given },
      conversion: spec['conversion'] ?? { strategy: 'None' },
      ...(spec['preserveUnknownFields'] === true ? { preserveUnknownFields: true } : {}),
    },
  };
}

function storedVersions(crd: KubeObject, current: { readonly [field: string]: unknown }): unknown[] {
  const known = objectOf(current['status'])['storedVersions'];
  const versions = objectOf(crd['spec'])['versions'];
  const storage = (Array.isArray(versions) ? versions : []).find((one) => objectOf(one)['storage'] === true);
  const name = objectOf(storage)['name'];
  const list = Array.isArray(known) ? known : [];
  return list.includes(name) || name === undefined ? list : [...list, name];
}
