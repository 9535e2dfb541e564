import { set } from './prune.ts';
import { isObject, type JsonObject, type Schema } from './schema.ts';

/** Reserved words of CEL; a field of that name is visible as `__name__`. */
const RESERVED = new Set(
  (
    'true false null in as break const continue else for function if import let loop package ' +
    'namespace return var void while'
  ).split(' '),
);

/** The name of a field in a rule; `undefined` if no rule can refer to it. */
export function celName(field: string): string | undefined {
  if (RESERVED.has(field)) {
    return `__${field}__`;
  }
  const escaped = field
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(escaped) ? escaped : undefined;
}

/**
 * A JSON value as rules see it: integers exact, only declared fields of objects, date-time strings as timestamps.
 * A value of the wrong type is left as it is, for the rule to fail on.
 */
export function toCel(value: unknown, schema: Schema | undefined): unknown {
  if (schema === undefined || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item) => toCel(item, schema.items));
  }
  if (isObject(value)) {
    return schema.properties === undefined ? toMap(value, schema) : toDeclared(value, schema.properties);
  }
  if (typeof value === 'number') {
    const integral = schema.type === 'integer' || schema['x-kubernetes-int-or-string'] === true;
    return integral && Number.isInteger(value) ? BigInt(value) : value;
  }
  if (typeof value === 'string' && (schema.format === 'date-time' || schema.format === 'date')) {
    return new Date(value);
  }
  return value;
}

function toMap(value: JsonObject, schema: Schema): unknown {
  const element = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  return new Map(Object.entries(value).map(([name, field]) => [name, toCel(field, element)]));
}

function toDeclared(value: JsonObject, properties: Record<string, Schema>): JsonObject {
  const result: JsonObject = {};
  for (const [name, schema] of Object.entries(properties)) {
    const visible = celName(name);
    if (visible !== undefined && Object.hasOwn(value, name)) {
      set(result, visible, toCel(value[name], schema));
    }
  }
  return result;
}

/** The schema of the object with the fields that rules at the root also see: type and name. */
export function withTypeAndName(schema: Schema): Schema {
  const text: Schema = { type: 'string' };
  return {
    ...schema,
    properties: {
      ...schema.properties,
      apiVersion: text,
      kind: text,
      metadata: { type: 'object', properties: { name: text, generateName: text } },
    },
  };
}
