import { builtinShape } from '../apply/shape.ts';
import { formsOf } from '../forms.ts';
import { apiVersionOf, type JsonObject, type KubeObject, stringOf } from '../objects.ts';
import type { Column, Decoded, ResourceType, Strategy } from '../resource-type.ts';
import { DecodeError, decodeValue, type FieldSchema, objectMetaSchema, struct, text } from '../schema.ts';
import { badRequest } from '../status.ts';
import { nameColumn } from './columns.ts';

/** Every verb of an ordinary resource. */
export const allVerbs = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
] as const;

/** The definition of a built-in type. */
export interface BuiltinDefinition {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced?: boolean;
  readonly verbs?: readonly string[];
  readonly subresources?: readonly string[];
  readonly collection?: string;
  readonly nameRule?: ResourceType['nameRule'];
  readonly generation?: boolean;
  readonly createOnUpdate?: boolean;
  readonly unconditionalUpdate?: boolean;
  /** Fields besides apiVersion, kind and metadata. */
  readonly fields: Readonly<Record<string, FieldSchema>>;
  /** Their numbers in protobuf; metadata is 1. Absent: the type is not read in protobuf. */
  readonly wire?: Readonly<Record<string, number>>;
  /** The name comes first unless it is among them. */
  readonly columns: readonly Column[];
  readonly strategy?: Strategy;
  readonly answer?: NonNullable<ResourceType['answer']>;
  /** Stored fields that can be selected by, besides name and namespace, by their labels. */
  readonly selectable?: Readonly<Record<string, (stored: KubeObject) => string>>;
  /** Field labels of this version that stand for others. */
  readonly labelAliases?: Readonly<Record<string, string>>;
  /** Turns a decoded body of this version into the stored form. */
  readonly toStored?: (decoded: KubeObject) => KubeObject;
  /** Turns the stored form into this version. */
  readonly fromStored?: (stored: KubeObject) => KubeObject;
}

/** A built-in type with the common behavior. */
export function defineBuiltin(definition: BuiltinDefinition): ResourceType {
  const { group, version, kind, plural, fields } = definition;
  const namespaced = definition.namespaced ?? true;
  const schema = struct(
    { apiVersion: text, kind: text, metadata: objectMetaSchema, ...fields },
    undefined,
    definition.wire === undefined ? undefined : { metadata: 1, ...definition.wire },
  );
  const selectable = definition.selectable ?? {};
  const standard = namespaced ? ['metadata.name', 'metadata.namespace'] : ['metadata.name'];
  return {
    group,
    version,
    kind,
    listKind: `${kind}List`,
    plural,
    singular: kind.toLowerCase(),
    shortNames: definition.shortNames ?? [],
    categories: definition.categories ?? [],
    namespaced,
    verbs: definition.verbs ?? allVerbs,
    subresources: definition.subresources ?? [],
    collection: definition.collection ?? plural,
    typedItems: false,
    nameRule: definition.nameRule ?? 'subdomain',
    qualifiedFinalizers: true,
    generation: definition.generation ?? false,
    createOnUpdate: definition.createOnUpdate ?? false,
    unconditionalUpdate: definition.unconditionalUpdate ?? true,
    schema,
    shape: builtinShape(schema),
    columns: definition.columns.some(({ format }) => format === 'name')
      ? definition.columns
      : [nameColumn, ...definition.columns],
    strategy: definition.strategy ?? {},
    ...(definition.answer === undefined ? {} : { answer: definition.answer }),
    decode: (body) => {
      const decoded = decodeBuiltin({ group, version, kind, schema }, body);
      const toStored = definition.toStored ?? ((object: KubeObject) => object);
      return { ...decoded, object: toStored(decoded.object) };
    },
    ...formsOf(false, definition.fromStored ?? ((stored) => stored)),
    fieldLabel: (label) => {
      const stored = definition.labelAliases?.[label] ?? label;
      return standard.includes(stored) || Object.hasOwn(selectable, stored) ? stored : undefined;
    },
    fields: (stored) => ({
      'metadata.name': stored.metadata.name ?? '',
      'metadata.namespace': stored.metadata.namespace ?? '',
      ...Object.fromEntries(Object.entries(selectable).map(([label, read]) => [label, read(stored)])),
    }),
  };
}

function decodeBuiltin(
  type: Pick<ResourceType, 'group' | 'version' | 'kind'> & { readonly schema: FieldSchema },
  body: JsonObject,
): Decoded {
  const apiVersion = apiVersionOf(type.group, type.version);
  const given = {
    apiVersion: stringOf(body['apiVersion']) || apiVersion,
    kind: stringOf(body['kind']) || type.kind,
  };
  const cannot = (why: string): never => {
    const version = given.apiVersion.split('/').at(-1);
    throw badRequest(`${given.kind} in version "${version}" cannot be handled as a ${type.kind}: ${why}`);
  };
  if (given.apiVersion !== apiVersion || given.kind !== type.kind) {
    cannot(
      `no kind "${given.kind}" is registered for version "${given.apiVersion}" in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  const unknown: string[] = [];
  try {
    const decoded = (decodeValue(type.schema, body, '', { unknown }) ?? {}) as JsonObject;
    const { selfLink: _link, ...metadata } = (decoded['metadata'] ?? {}) as JsonObject;
    return { object: { ...decoded, apiVersion, kind: type.kind, metadata }, unknownFields: unknown };
  } catch (error) {
    return error instanceof DecodeError ? cannot(error.message) : rethrow(error);
  }
}

function rethrow(error: unknown): never {
  throw error;
}
