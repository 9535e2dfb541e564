import { fieldSchema, isObject, type JsonObject, type Schema } from './schema.ts';

const TYPE_AND_METADATA = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * What the API server keeps of an object: declared fields only, and no null in a field that may not be null (unless a
 * default takes its place later). `dropped` collects the paths of unknown fields.
 */
export function prune(value: unknown, schema: Schema, dropped: string[] = []): unknown {
  return pruneValue(value, { ...schema, 'x-kubernetes-embedded-resource': true }, '', dropped);
}

function pruneValue(value: unknown, schema: Schema | undefined, path: string, dropped: string[]): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => pruneValue(item, schema?.items, `${path}[${index}]`, dropped));
  }
  return isObject(value) ? pruneObject(value, schema, path, dropped) : value;
}

function pruneObject(
  value: JsonObject,
  schema: Schema | undefined,
  path: string,
  dropped: string[],
): JsonObject {
  const keepUnknown = schema?.['x-kubernetes-preserve-unknown-fields'] === true;
  const embedded = schema?.['x-kubernetes-embedded-resource'] === true;
  const result: JsonObject = {};
  for (const [name, field] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`;
    if (embedded && TYPE_AND_METADATA.has(name)) {
      set(result, name, field);
      continue;
    }
    const declared = schema === undefined ? undefined : fieldSchema(schema, name);
    if (declared !== undefined) {
      if (field !== null || declared.nullable === true || declared.default !== undefined) {
        set(result, name, pruneValue(field, declared, at, dropped));
      }
    } else if (keepUnknown || schema?.additionalProperties === true) {
      set(result, name, field);
    } else {
      dropped.push(at);
    }
  }
  return result;
}

/** Assigns also `__proto__` as a plain property. */
export function set(target: JsonObject, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[name] = value;
  }
}
