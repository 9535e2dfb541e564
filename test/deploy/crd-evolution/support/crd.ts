import { z } from 'zod';

/** A node of a structural schema, as far as its compatibility depends on it. */
export interface SchemaNode {
  readonly type?: string | undefined;
  readonly format?: string | undefined;
  readonly nullable?: boolean | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly default?: unknown;
  readonly pattern?: string | undefined;
  readonly minimum?: number | undefined;
  readonly minLength?: number | undefined;
  readonly minItems?: number | undefined;
  readonly minProperties?: number | undefined;
  readonly maximum?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly maxProperties?: number | undefined;
  readonly required?: readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, SchemaNode>> | undefined;
  readonly additionalProperties?: SchemaNode | undefined;
  readonly items?: SchemaNode | undefined;
  readonly 'x-kubernetes-validations'?:
    | readonly { readonly rule: string; readonly fieldPath?: string | undefined }[]
    | undefined;
  readonly 'x-kubernetes-list-type'?: string | undefined;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[] | undefined;
  readonly 'x-kubernetes-map-type'?: string | undefined;
}

const text = z.string().optional();
const count = z.number().optional();

/** Strict: a keyword that no rule compares must not be overlooked. */
const nodeSchema: z.ZodType<SchemaNode> = z.lazy(() =>
  z.strictObject({
    description: text,
    type: text,
    format: text,
    nullable: z.boolean().optional(),
    enum: z.array(z.unknown()).optional(),
    default: z.unknown().optional(),
    pattern: text,
    minimum: count,
    minLength: count,
    minItems: count,
    minProperties: count,
    maximum: count,
    maxLength: count,
    maxItems: count,
    maxProperties: count,
    required: z.array(z.string()).optional(),
    properties: z.record(z.string(), nodeSchema).optional(),
    additionalProperties: nodeSchema.optional(),
    items: nodeSchema.optional(),
    'x-kubernetes-validations': z
      .array(z.looseObject({ rule: z.string(), fieldPath: z.string().optional() }))
      .optional(),
    'x-kubernetes-list-type': text,
    'x-kubernetes-list-map-keys': z.array(z.string()).optional(),
    'x-kubernetes-map-type': text,
  }),
);

const versionSchema = z.object({
  name: z.string(),
  served: z.boolean(),
  subresources: z.record(z.string(), z.unknown()).default({}),
  selectableFields: z.array(z.object({ jsonPath: z.string() })).default([]),
  schema: z.object({ openAPIV3Schema: nodeSchema }),
});

/** A CustomResourceDefinition, as far as its clients depend on it. */
export const crdSchema = z.object({
  spec: z.object({
    group: z.string(),
    scope: z.string(),
    names: z.object({
      kind: z.string(),
      plural: z.string(),
      singular: z.string(),
      shortNames: z.array(z.string()).default([]),
    }),
    versions: z.array(versionSchema),
  }),
});

/** A CustomResourceDefinition, as far as its clients depend on it. */
export type ComparedCrd = z.infer<typeof crdSchema>;
