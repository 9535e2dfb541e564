import { customShape } from '../apply/shape.ts';
import { nameColumn } from '../builtin/columns.ts';
import { schemaOf } from '../crd/schema.ts';
import type { CrdValidator } from '../crd/validator.ts';
import { formsOf } from '../forms.ts';
import { finalizerWarnings } from '../metadata.ts';
import {
  apiVersionOf,
  isJsonObject,
  type JsonObject,
  type KubeObject,
  objectOf,
  omit,
  stringOf,
  withMeta,
} from '../objects.ts';
import { nextGeneration } from '../operations/update.ts';
import { age } from '../render/age.ts';
import { compileJsonPath } from '../render/jsonpath.ts';
import type { Column, Decoded, ResourceType, Strategy } from '../resource-type.ts';
import { DecodeError, decodeValue, objectMetaSchema } from '../schema.ts';
import { badRequest, type Cause, invalid, invalidValue, methodNotAllowed } from '../status.ts';
import {
  type CrdColumn,
  type CrdSpec,
  type CrdVersion,
  collectionOf,
  readDefinition,
  storageVersion,
} from './definition.ts';
import { versionValidator } from './version-validator.ts';

const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const defaultColumns: readonly CrdColumn[] = [
  {
    name: 'Age',
    type: 'date',
    jsonPath: '.metadata.creationTimestamp',
    description:
      'CreationTimestamp is a timestamp representing the server time when this object was created.',
  },
];

/** The resource types that a CustomResourceDefinition serves, one for each served version. */
export function customResourceTypes(crd: KubeObject): ResourceType[] {
  const spec = readDefinition(crd);
  const terminating = crd.metadata.deletionTimestamp !== undefined;
  return spec.versions
    .filter((version) => version.served)
    .map((version) => customResourceType(crd, spec, version, terminating));
}

function customResourceType(
  crd: KubeObject,
  spec: CrdSpec,
  version: CrdVersion,
  terminating: boolean,
): ResourceType {
  const { group, names } = spec;
  const validator = validatorOf(crd, version.name);
  const apiVersion = apiVersionOf(group, version.name);
  const storedApiVersion = apiVersionOf(group, storageVersion(spec));
  const hasStatus = version.subresources?.status !== undefined;
  const selectable = new Map(
    (version.selectableFields ?? []).map(({ jsonPath }) => [jsonPath.slice(1), compileJsonPath(jsonPath)]),
  );
  const forms = formsOf(true, (stored) => ({ ...withSchema(validator, stored), apiVersion }));
  const namespaced = spec.scope === 'Namespaced';
  return {
    group,
    version: version.name,
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced,
    verbs,
    subresources: hasStatus ? ['status'] : [],
    collection: collectionOf(spec),
    typedItems: true,
    nameRule: 'subdomain',
    qualifiedFinalizers: false,
    generation: true,
    createOnUpdate: false,
    unconditionalUpdate: false,
    shape: customShape(schemaOf(crd, version.name)),
    openApiSchema: version.schema?.openAPIV3Schema ?? { type: 'object' },
    columns: [nameColumn, ...(version.additionalPrinterColumns ?? defaultColumns).map(printerColumn)],
    strategy: {
      ...customResourceStrategy(validator, apiVersion, hasStatus),
      admitCreate: () => {
        if (terminating) {
          throw methodNotAllowed('create not allowed while custom resource definition is terminating', {
            group,
            kind: names.plural,
          });
        }
      },
      warnings: (object) => [...deprecationWarnings(spec, version), ...finalizerWarnings(object)],
    },
    decode: (body) => {
      const decoded = decodeCustomResource({ group, kind: names.kind, apiVersion }, validator, body);
      return { ...decoded, object: { ...decoded.object, apiVersion: storedApiVersion } };
    },
    ...forms,
    fieldLabel: (label) =>
      label === 'metadata.name' || (namespaced && label === 'metadata.namespace') || selectable.has(label)
        ? label
        : undefined,
    fields: (stored) => {
      const values: Record<string, string> = {
        'metadata.name': stored.metadata.name ?? '',
        'metadata.namespace': stored.metadata.namespace ?? '',
      };
      for (const [label, read] of selectable) {
        const [value] = read(forms.encode(stored));
        values[label] = value === undefined || value === null ? '' : String(value);
      }
      return values;
    },
  };
}

function validatorOf(crd: KubeObject, version: string): CrdValidator {
  const versions = objectOf(crd['spec'])['versions'];
  const found = (Array.isArray(versions) ? versions : []).map(objectOf).find(({ name }) => name === version);
  return versionValidator(found ?? {});
}

function withSchema(validator: CrdValidator, object: KubeObject): KubeObject {
  return validator.applyDefaults(validator.prune(object)) as KubeObject;
}

function customResourceStrategy(validator: CrdValidator, apiVersion: string, hasStatus: boolean): Strategy {
  const causes = (object: KubeObject, old?: KubeObject): Cause[] =>
    validator
      .validate({ ...object, apiVersion }, old === undefined ? undefined : { ...old, apiVersion })
      .errors.map(({ path, message, reason }) => ({ reason, message, field: path === '' ? '<nil>' : path }));
  const ignored = hasStatus ? ['status'] : [];
  return {
    untouched: (subresource) => (subresource === 'status' ? ['spec', 'metadata'] : ignored),
    prepareCreate: (object) => (hasStatus ? (omit(object, 'status') as KubeObject) : object),
    validateCreate: (object) => causes(object),
    prepareUpdate: (next, current, subresource) => {
      if (subresource === 'status') {
        const { managedFields } = next.metadata;
        return withField(withMeta(current, { managedFields }), 'status', next['status']);
      }
      const kept = hasStatus ? withField(next, 'status', current['status']) : next;
      return withMeta(kept, { generation: nextGeneration(kept, current, ignored) });
    },
    validateUpdate: (next, current) => causes(next, current),
  };
}

function withField(object: KubeObject, field: string, value: unknown): KubeObject {
  return value === undefined ? (omit(object, field) as KubeObject) : { ...object, [field]: value };
}

function decodeCustomResource(
  type: { readonly group: string; readonly kind: string; readonly apiVersion: string },
  validator: CrdValidator,
  body: JsonObject,
): Decoded {
  const kind = stringOf(body['kind']);
  const apiVersion = stringOf(body['apiVersion']);
  const version = type.apiVersion.split('/').at(-1);
  const cannot = (why: string): Error =>
    badRequest(`${type.kind} in version "${version}" cannot be handled as a ${type.kind}: ${why}`);
  if (kind === '') {
    throw cannot("Object 'Kind' is missing");
  }
  if (apiVersion !== type.apiVersion) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${type.apiVersion})`,
    );
  }
  const { metadata, unknown } = decodeMetadata(body['metadata'], cannot);
  if (kind !== type.kind) {
    throw invalid({ group: type.group, resource: kind }, metadata.name ?? '', [
      invalidValue('kind', kind, `must be ${type.kind}`),
    ]);
  }
  const whole = { ...body, apiVersion, kind, metadata };
  return {
    object: withSchema(validator, whole),
    unknownFields: [...unknown, ...validator.unknownFields(whole)],
  };
}

function decodeMetadata(
  raw: unknown,
  cannot: (why: string) => Error,
): { readonly metadata: KubeObject['metadata']; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  try {
    const decoded = decodeValue(objectMetaSchema, raw ?? {}, 'metadata', { unknown });
    const { selfLink: _link, ...metadata } = isJsonObject(decoded) ? decoded : {};
    return { metadata, unknown };
  } catch (error) {
    throw error instanceof DecodeError ? cannot(error.message) : error;
  }
}

function deprecationWarnings(spec: CrdSpec, version: CrdVersion): string[] {
  const text = version.deprecationWarning ?? `${spec.group}/${version.name} ${spec.names.kind} is deprecated`;
  return version.deprecated === true ? [text] : [];
}

function printerColumn(column: CrdColumn): Column {
  const read = compileJsonPath(column.jsonPath);
  return {
    name: column.name,
    type: column.type,
    ...(column.format === undefined ? {} : { format: column.format }),
    description:
      column.description ?? `Custom resource definition column (in JSONPath format): ${column.jsonPath}`,
    priority: column.priority ?? 0,
    cell: (object, nowMs) => {
      const [value] = read(object);
      return value === undefined || value === null ? null : cellOf(column.type, value, nowMs);
    },
  };
}

function cellOf(type: string, value: unknown, nowMs: number): unknown {
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? age(value, nowMs) : null;
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
}
