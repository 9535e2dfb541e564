import { z } from 'zod';
import type { AnyRule } from '../../src/api/validation/rules.ts';

/** A node of a structural schema, as far as the generator knows it. */
export interface Node {
  description?: string;
  type?: string;
  format?: string;
  enum?: readonly unknown[];
  default?: unknown;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  required?: string[];
  properties?: Record<string, Node>;
  additionalProperties?: Node;
  items?: Node;
  'x-kubernetes-validations'?: object[];
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
}

const text = z.string().optional();
const count = z.number().optional();

const nodeSchema: z.ZodType<Node> = z.strictObject({
  description: text,
  type: z.string(),
  format: text,
  enum: z.array(z.unknown()).optional(),
  default: z.unknown().optional(),
  pattern: text,
  minimum: count,
  maximum: count,
  minLength: count,
  maxLength: count,
  minItems: count,
  maxItems: count,
  maxProperties: count,
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), nodeSchema).optional();
  },
  get additionalProperties() {
    return z.preprocess((value) => (value === false ? undefined : value), nodeSchema.optional()).optional();
  },
  get items() {
    return nodeSchema.optional();
  },
  'x-kubernetes-list-type': text,
  'x-kubernetes-list-map-keys': z.array(z.string()).optional(),
  'x-kubernetes-map-type': text,
}) as z.ZodType<Node>;

/**
 * A zod schema as a structural schema of Kubernetes, with `rules` at their places.
 * @throws when the zod schema uses what a structural schema cannot say (such as unions), or a rule has no place.
 */
export function toStructural(schema: z.ZodType, rules: readonly AnyRule[]): Node {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' });
  const root = tidy(nodeSchema.parse(json));
  for (const rule of rules) {
    const node = nodeAt(root, rule.at);
    node['x-kubernetes-validations'] = [...(node['x-kubernetes-validations'] ?? []), celRule(rule)];
  }
  return root;
}

/** In the order in which people read them; every nested node too. */
function tidy(node: Node): Node {
  const {
    description,
    type,
    format,
    minimum,
    maximum,
    required,
    properties,
    additionalProperties,
    items,
    ...rest
  } = node;
  const integer = type === 'integer';
  return {
    ...(description && { description }),
    ...(type && { type }),
    ...(integer ? { format: 'int64' } : format && { format }),
    // zod gives every integer the bounds of a safe one; Kubernetes has int64 for that, and only an upper bound that
    // somebody chose is worth reading.
    ...(minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...rest,
    ...(required && required.length > 0 && { required }),
    ...(properties && { properties: mapValues(properties, tidy) }),
    ...(additionalProperties && { additionalProperties: tidy(additionalProperties) }),
    ...(items && { items: tidy(items) }),
  };
}

function mapValues<T>(record: Record<string, T>, map: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

function nodeAt(root: Node, at: string): Node {
  const node = at.split('.').reduce<Node | undefined>((parent, step) => {
    const child = parent?.properties?.[step.replace('[*]', '')];
    return step.endsWith('[*]') ? child?.items : child;
  }, root);
  if (node === undefined) {
    throw new Error(`a rule stands at ${at}, where there is no field`);
  }
  return node;
}

function celRule({ rule, message, fieldPath, reason }: AnyRule): object {
  return { rule, message, ...(fieldPath && { fieldPath }), ...(reason && { reason }) };
}
