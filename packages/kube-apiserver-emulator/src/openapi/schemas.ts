import { isJsonObject, type JsonObject, objectOf } from '../objects.ts';
import type { ResourceType } from '../resource-type.ts';
import { type FieldSchema, objectMetaSchema } from '../schema.ts';

/** Schemas by name, and how one refers to another. */
export interface SchemaSet {
  readonly schemas: Record<string, JsonObject>;
  /** `#/definitions/` or `#/components/schemas/`. */
  readonly refPrefix: string;
}

const metaName = objectMetaSchema.definition ?? '';

/** Name of a type's schema: `io.k8s.api.core.v1.Secret`, `com.example.v1.Widget`. */
export function schemaName(type: ResourceType): string {
  if (type.schema === undefined) {
    return [...type.group.split('.').reverse(), type.version, type.kind].join('.');
  }
  const group = type.group === '' ? 'core' : (type.group.split('.')[0] ?? '');
  return `io.k8s.api.${group}.${type.version}.${type.kind}`;
}

/** Adds the schema of a type, and those it refers to. */
export function addType(set: SchemaSet, type: ResourceType): void {
  const described =
    type.schema === undefined ? customSchema(set, type.openApiSchema ?? {}) : describe(set, type.schema);
  set.schemas[schemaName(type)] = {
    ...described,
    'x-kubernetes-group-version-kind': [{ group: type.group, kind: type.kind, version: type.version }],
  };
}

function customSchema(set: SchemaSet, schema: JsonObject): JsonObject {
  return {
    ...schema,
    properties: {
      ...objectOf(schema['properties']),
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: reference(set, objectMetaSchema),
    },
  };
}

function reference(set: SchemaSet, schema: FieldSchema): JsonObject {
  const name = schema.definition ?? metaName;
  if (set.schemas[name] === undefined) {
    set.schemas[name] = {}; // Ends a circle.
    set.schemas[name] = describe(set, schema);
  }
  return { $ref: set.refPrefix + name };
}

function describe(set: SchemaSet, schema: FieldSchema): JsonObject {
  const field = (one: FieldSchema): JsonObject =>
    one.definition === undefined ? describe(set, one) : reference(set, one);
  switch (schema.type) {
    case 'any':
      return { 'x-kubernetes-preserve-unknown-fields': true };
    case 'array':
      return {
        type: 'array',
        items: schema.items === undefined ? {} : field(schema.items),
        ...(schema.mergeKey === undefined ? {} : { 'x-kubernetes-patch-strategy': 'merge' }),
        ...(schema.mergeKey === undefined || schema.mergeKey === ''
          ? {}
          : { 'x-kubernetes-patch-merge-key': schema.mergeKey }),
      };
    case 'object':
      return schema.properties === undefined
        ? { type: 'object', additionalProperties: schema.values === undefined ? {} : field(schema.values) }
        : {
            type: 'object',
            properties: Object.fromEntries(
              Object.entries(schema.properties).map(([name, one]) => [name, field(one)]),
            ),
          };
    default:
      return {
        type: schema.type,
        ...(schema.format === undefined ? {} : { format: schema.format.replace('micro', 'date') }),
      };
  }
}

const kept = [
  'type',
  'format',
  'description',
  'properties',
  'items',
  'additionalProperties',
  'required',
  'enum',
  '$ref',
];

/**
 * A schema in what OpenAPI v2 can say: where the newer form says more (anything goes, null, int or string), nothing is
 * said about the value, so that no client refuses what the server takes.
 */
export function toVersion2(schema: JsonObject): JsonObject {
  const open =
    schema['x-kubernetes-preserve-unknown-fields'] === true ||
    schema['x-kubernetes-int-or-string'] === true ||
    schema['nullable'] === true;
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key.startsWith('x-kubernetes-') || (kept.includes(key) && (!open || key === 'description'))) {
      result[key] = value;
    }
  }
  if (isJsonObject(result['properties'])) {
    result['properties'] = Object.fromEntries(
      Object.entries(result['properties']).map(([name, property]) => [name, toVersion2(objectOf(property))]),
    );
  }
  for (const key of ['items', 'additionalProperties']) {
    if (isJsonObject(result[key])) {
      result[key] = toVersion2(result[key]);
    }
  }
  return result;
}
