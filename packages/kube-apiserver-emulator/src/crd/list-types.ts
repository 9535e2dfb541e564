import { duplicate, type FieldError } from './field-error.ts';
import { fieldSchema, isObject, type Schema } from './schema.ts';

/** Checks sets and list maps (`x-kubernetes-list-type`) for duplicates. */
export function listTypeErrors(value: unknown, schema: Schema | undefined, path = ''): FieldError[] {
  if (schema === undefined) {
    return [];
  }
  if (Array.isArray(value)) {
    return [
      ...duplicates(value, schema, path),
      ...value.flatMap((item, index) => listTypeErrors(item, schema.items, `${path}[${index}]`)),
    ];
  }
  if (!isObject(value)) {
    return [];
  }
  return Object.entries(value).flatMap(([name, field]) => {
    const declared = schema.properties !== undefined && Object.hasOwn(schema.properties, name);
    const at = declared ? (path === '' ? name : `${path}.${name}`) : `${path}[${name}]`;
    return listTypeErrors(field, fieldSchema(schema, name), at);
  });
}

function duplicates(items: readonly unknown[], schema: Schema, path: string): FieldError[] {
  const kind = schema['x-kubernetes-list-type'];
  if (kind !== 'set' && kind !== 'map') {
    return [];
  }
  const seen = new Map<string, number>();
  const errors: FieldError[] = [];
  for (const [index, item] of items.entries()) {
    const key = kind === 'set' ? item : listMapKey(item, schema);
    const text = canonical(key);
    const times = seen.get(text) ?? 0;
    seen.set(text, times + 1);
    if (times === 1) {
      errors.push(duplicate(`${path}[${index}]`, key));
    }
  }
  return errors;
}

/** The key fields of an element of a list map; absent ones are left out. */
export function listMapKey(item: unknown, schema: Schema): Record<string, unknown> {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return Object.fromEntries(
    keys.flatMap((key) => (isObject(item) && Object.hasOwn(item, key) ? [[key, item[key]]] : [])),
  );
}

/** JSON with sorted keys: equal values have equal texts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) =>
    isObject(field) ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1))) : field,
  );
}
