import { z } from 'zod';

/** One rule of `x-kubernetes-validations`. */
export interface ValidationRule {
  rule: string;
  message?: string | undefined;
  messageExpression?: string | undefined;
  reason?: string | undefined;
  fieldPath?: string | undefined;
  optionalOldSelf?: boolean | undefined;
}

/** An OpenAPI v3 schema as a CustomResourceDefinition carries it. */
export interface Schema {
  type?: string | undefined;
  format?: string | undefined;
  nullable?: boolean | undefined;
  default?: unknown;
  properties?: Record<string, Schema> | undefined;
  additionalProperties?: Schema | boolean | undefined;
  items?: Schema | undefined;
  required?: string[] | undefined;
  allOf?: Schema[] | undefined;
  anyOf?: Schema[] | undefined;
  oneOf?: Schema[] | undefined;
  not?: Schema | undefined;
  'x-kubernetes-validations'?: ValidationRule[] | undefined;
  'x-kubernetes-list-type'?: string | undefined;
  'x-kubernetes-list-map-keys'?: string[] | undefined;
  'x-kubernetes-map-type'?: string | undefined;
  'x-kubernetes-int-or-string'?: boolean | undefined;
  'x-kubernetes-embedded-resource'?: boolean | undefined;
  'x-kubernetes-preserve-unknown-fields'?: boolean | undefined;
  [keyword: string]: unknown;
}

const ruleSchema = z.looseObject({
  rule: z.string(),
  message: z.string().optional(),
  messageExpression: z.string().optional(),
  reason: z.string().optional(),
  fieldPath: z.string().optional(),
  optionalOldSelf: z.boolean().optional(),
});

const schemaSchema: z.ZodType<Schema> = z.looseObject({
  type: z.string().optional(),
  format: z.string().optional(),
  nullable: z.boolean().optional(),
  get properties() {
    return z.record(z.string(), schemaSchema).optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), schemaSchema]).optional();
  },
  get items() {
    return schemaSchema.optional();
  },
  required: z.array(z.string()).optional(),
  get allOf() {
    return z.array(schemaSchema).optional();
  },
  get anyOf() {
    return z.array(schemaSchema).optional();
  },
  get oneOf() {
    return z.array(schemaSchema).optional();
  },
  get not() {
    return schemaSchema.optional();
  },
  'x-kubernetes-validations': z.array(ruleSchema).optional(),
  'x-kubernetes-list-type': z.string().optional(),
  'x-kubernetes-list-map-keys': z.array(z.string()).optional(),
  'x-kubernetes-map-type': z.string().optional(),
  'x-kubernetes-int-or-string': z.boolean().optional(),
  'x-kubernetes-embedded-resource': z.boolean().optional(),
  'x-kubernetes-preserve-unknown-fields': z.boolean().optional(),
});

const crdSchema = z.looseObject({
  spec: z.looseObject({
    versions: z.array(
      z.looseObject({
        name: z.string(),
        storage: z.boolean().optional(),
        schema: z.looseObject({ openAPIV3Schema: schemaSchema.optional() }).optional(),
      }),
    ),
  }),
});

/**
 * The schema of `version` (absent: the storage version) of a CustomResourceDefinition. A version without a schema
 * accepts everything.
 * @throws when `crd` is no CustomResourceDefinition or has no such version.
 */
export function schemaOf(crd: unknown, version?: string): Schema {
  const { versions } = crdSchema.parse(crd).spec;
  const found = versions.find((it) => (version === undefined ? it.storage === true : it.name === version));
  if (found === undefined) {
    throw new Error(`no version ${version ?? 'with storage: true'} in the CustomResourceDefinition`);
  }
  return found.schema?.openAPIV3Schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
}

/** A JSON object. */
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schema of the field `name` of an object, whether declared or of a map. */
export function fieldSchema(schema: Schema, name: string): Schema | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, name)) {
    return schema.properties[name];
  }
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
