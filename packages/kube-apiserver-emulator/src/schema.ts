import { isJsonObject, type JsonObject } from './objects.ts';

/**
 * The shape of a built-in type: what a Go struct with JSON tags says. One description serves decoding (unknown fields
 * are dropped, empty ones left out, wrong types refused), strategic merge patches and the published OpenAPI.
 */
export interface FieldSchema {
  readonly type: 'string' | 'integer' | 'boolean' | 'object' | 'array' | 'any';
  /** `date-time` (whole seconds), `micro-time` (six digits), `byte` (base64). */
  readonly format?: string;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  /** Schema of the values of a map. */
  readonly values?: FieldSchema;
  readonly items?: FieldSchema;
  /** A pointer in Go: an empty value is a value. */
  readonly pointer?: boolean;
  /** List that strategic merge patches merge: by this field, or as a set of scalars with an empty string. */
  readonly mergeKey?: string;
  readonly required?: readonly string[];
  /** List whose elements server-side apply tells apart by this field, where `mergeKey` does not say so. */
  readonly listKey?: string;
  /** An object that server-side apply replaces as a whole. */
  readonly atomic?: boolean;
  /** Name in the published OpenAPI of a type used in several places. */
  readonly definition?: string;
  /** Numbers of the properties in the type's protobuf form (`generated.proto` of its API group). */
  readonly wire?: Readonly<Record<string, number>>;
}

/** A string field. */
export const text: FieldSchema = { type: 'string' };
/** A `*string`. */
export const optionalText: FieldSchema = { type: 'string', pointer: true };
/** An `int32` or `int64`. */
export const integer: FieldSchema = { type: 'integer' };
/** A pointer to an integer. */
export const optionalInteger: FieldSchema = { type: 'integer', pointer: true };
/** A `*bool`. */
export const optionalBoolean: FieldSchema = { type: 'boolean', pointer: true };
/** `metav1.Time`. */
export const time: FieldSchema = { type: 'string', format: 'date-time' };
/** `metav1.MicroTime`. */
export const microTime: FieldSchema = { type: 'string', format: 'micro-time' };
/** Any JSON. */
export const anything: FieldSchema = { type: 'any', pointer: true };

/** A struct. `wire` holds the protobuf numbers of those properties that clients send in protobuf. */
export function struct(
  properties: Readonly<Record<string, FieldSchema>>,
  definition?: string,
  wire?: Readonly<Record<string, number>>,
): FieldSchema {
  return {
    type: 'object',
    properties,
    ...(definition === undefined ? {} : { definition }),
    ...(wire === undefined ? {} : { wire }),
  };
}

/** A map from strings. */
export function mapOf(values: FieldSchema): FieldSchema {
  return { type: 'object', values };
}

/** A list, replaced as a whole by strategic merge patches unless `mergeKey` is given. */
export function listOf(items: FieldSchema, mergeKey?: string): FieldSchema {
  return { type: 'array', items, ...(mergeKey === undefined ? {} : { mergeKey }) };
}

const ownerReferenceSchema: FieldSchema = {
  ...struct(
    {
      apiVersion: text,
      kind: text,
      name: text,
      uid: text,
      controller: optionalBoolean,
      blockOwnerDeletion: optionalBoolean,
    },
    'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference',
    { kind: 1, name: 3, uid: 4, apiVersion: 5, controller: 6, blockOwnerDeletion: 7 },
  ),
  atomic: true,
};

const managedFieldsSchema = struct(
  {
    manager: text,
    operation: text,
    apiVersion: text,
    time,
    fieldsType: text,
    fieldsV1: anything,
    subresource: text,
  },
  'io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry',
);

/** `v1.ObjectMeta`. */
export const objectMetaSchema: FieldSchema = struct(
  {
    name: text,
    generateName: text,
    namespace: text,
    selfLink: text,
    uid: text,
    resourceVersion: text,
    generation: integer,
    creationTimestamp: time,
    deletionTimestamp: time,
    deletionGracePeriodSeconds: optionalInteger,
    labels: mapOf(text),
    annotations: mapOf(text),
    ownerReferences: listOf(ownerReferenceSchema, 'uid'),
    finalizers: listOf(text, ''),
    managedFields: listOf(managedFieldsSchema),
  },
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
  {
    name: 1,
    generateName: 2,
    namespace: 3,
    uid: 5,
    resourceVersion: 6,
    generation: 7,
    creationTimestamp: 8,
    deletionTimestamp: 9,
    deletionGracePeriodSeconds: 10,
    labels: 11,
    annotations: 12,
    ownerReferences: 13,
    finalizers: 14,
  },
);

/** `metav1.DeleteOptions`. */
export const deleteOptionsSchema: FieldSchema = struct(
  {
    gracePeriodSeconds: optionalInteger,
    preconditions: struct({ uid: optionalText, resourceVersion: optionalText }, undefined, {
      uid: 1,
      resourceVersion: 2,
    }),
    orphanDependents: optionalBoolean,
    propagationPolicy: optionalText,
    dryRun: listOf(text),
  },
  undefined,
  { gracePeriodSeconds: 1, preconditions: 2, orphanDependents: 3, propagationPolicy: 4, dryRun: 5 },
);

/** A value does not have the type its field needs; answered with 400. */
export class DecodeError extends Error {
  /** `path` is absent where a server does not name it. */
  constructor(path: string | undefined, why: string) {
    super(path === undefined ? why : `${path === '' ? 'body' : path}: ${why}`);
    this.name = 'DecodeError';
  }
}

/** What decoding found besides the value. */
export interface DecodeFindings {
  /** Paths of fields that the type does not have. */
  readonly unknown: string[];
}

/** Decodes one value; `undefined` stands for absent. Fails with `DecodeError`. */
export function decodeValue(
  schema: FieldSchema,
  value: unknown,
  path: string,
  findings: DecodeFindings,
): unknown {
  if (value === null || value === undefined) {
    return undefined;
  }
  switch (schema.type) {
    case 'any':
      return value;
    case 'string':
      return decodeString(schema, value, path);
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) {
        throw new DecodeError(path, `cannot unmarshal ${jsonType(value)} into a field of type int`);
      }
      return value === 0 && schema.pointer !== true ? undefined : value;
    case 'boolean':
      if (typeof value !== 'boolean') {
        throw new DecodeError(path, `cannot unmarshal ${jsonType(value)} into a field of type bool`);
      }
      return !value && schema.pointer !== true ? undefined : value;
    case 'array':
      return decodeArray(schema, value, path, findings);
    case 'object':
      return decodeObject(schema, value, path, findings);
  }
}

function decodeString(schema: FieldSchema, value: unknown, path: string): string | undefined {
  if (typeof value !== 'string') {
    throw new DecodeError(path, `cannot unmarshal ${jsonType(value)} into a field of type string`);
  }
  switch (schema.format) {
    case 'byte':
      return canonicalBase64(value);
    case 'date-time':
      return wholeSeconds(value, path);
    case 'micro-time':
      if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/.test(value)) {
        throw new DecodeError(path, `cannot parse the time as "2006-01-02T15:04:05.000000Z07:00"`);
      }
      return value;
    default:
      return value === '' && schema.pointer !== true ? undefined : value;
  }
}

function canonicalBase64(value: string): string {
  const compact = value.replaceAll(/[\r\n]/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) {
    const position = compact.search(/[^A-Za-z0-9+/]/);
    throw new DecodeError(
      undefined,
      `illegal base64 data at input byte ${position === -1 ? compact.length - (compact.length % 4) : position}`,
    );
  }
  return compact;
}

function wholeSeconds(value: string, path: string): string {
  const epoch = Date.parse(value);
  if (Number.isNaN(epoch) || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value)) {
    throw new DecodeError(path, 'cannot parse the time as "2006-01-02T15:04:05Z07:00"');
  }
  return `${new Date(epoch).toISOString().slice(0, 19)}Z`;
}

function decodeArray(
  schema: FieldSchema,
  value: unknown,
  path: string,
  findings: DecodeFindings,
): unknown[] | undefined {
  if (!Array.isArray(value)) {
    throw new DecodeError(path, `cannot unmarshal ${jsonType(value)} into a field of type list`);
  }
  const { items } = schema;
  const decoded =
    items === undefined
      ? value
      : value.map((item, index) => decodeValue(items, item, `${path}[${index}]`, findings) ?? zeroOf(items));
  return decoded.length === 0 && schema.pointer !== true ? undefined : decoded;
}

function zeroOf(schema: FieldSchema): unknown {
  const zeros = { string: '', integer: 0, boolean: false, object: {}, array: [], any: null };
  return zeros[schema.type];
}

function decodeObject(
  schema: FieldSchema,
  value: unknown,
  path: string,
  findings: DecodeFindings,
): JsonObject | undefined {
  if (!isJsonObject(value)) {
    throw new DecodeError(path, `cannot unmarshal ${jsonType(value)} into a field of type object`);
  }
  const { properties, values } = schema;
  const decoded: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    const fieldSchema = properties === undefined ? values : ownProperty(properties, key);
    if (fieldSchema === undefined) {
      findings.unknown.push(at);
      continue;
    }
    const result = decodeValue(fieldSchema, field, at, findings);
    if (result !== undefined) {
      decoded[key] = result;
    } else if (properties === undefined) {
      decoded[key] = zeroOf(fieldSchema);
    }
  }
  return Object.keys(decoded).length === 0 && schema.pointer !== true ? undefined : decoded;
}

function ownProperty<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function jsonType(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}
