import { set } from './prune.ts';
import { fieldSchema, isObject, type JsonObject, type Schema } from './schema.ts';

/** The object with the defaults of its schema in place of what is absent, or null where null is not allowed. */
export function applyDefaults(value: unknown, schema: Schema | undefined): unknown {
  if (schema === undefined) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item) => applyDefaults(orDefault(item, schema.items), schema.items));
  }
  return isObject(value) ? defaultObject(value, schema) : value;
}

function defaultObject(value: JsonObject, schema: Schema): JsonObject {
  const result: JsonObject = {};
  for (const [name, field] of Object.entries(value)) {
    const declared = fieldSchema(schema, name);
    set(result, name, applyDefaults(orDefault(field, declared), declared));
  }
  for (const [name, declared] of Object.entries(schema.properties ?? {})) {
    if (declared.default !== undefined && !Object.hasOwn(result, name)) {
      set(result, name, applyDefaults(copyOf(declared.default), declared));
    }
  }
  return result;
}

/** Defaults are cloned, because objects must not share them; scalars need no clone. */
function copyOf(value: unknown): unknown {
  return typeof value === 'object' ? structuredClone(value) : value;
}

function orDefault(value: unknown, schema: Schema | undefined): unknown {
  return value === null && schema?.default !== undefined && schema.nullable !== true
    ? copyOf(schema.default)
    : value;
}
