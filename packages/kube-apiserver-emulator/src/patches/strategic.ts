import { isJsonObject, type JsonObject, sameJson } from '../objects.ts';
import type { FieldSchema } from '../schema.ts';

/** The patch does not fit the object or the type. */
export class StrategicPatchError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StrategicPatchError';
  }
}

const directive = '$patch';
const retain = '$retainKeys';
const deleteFromList = '$deleteFromPrimitiveList/';
const setOrder = '$setElementOrder/';

/**
 * Applies a strategic merge patch as "Update API Objects in Place Using kubectl patch" documents it: maps merge, lists
 * with a merge key merge by it, other lists are replaced; `$patch`, `$retainKeys`, `$deleteFromPrimitiveList` and
 * `$setElementOrder` steer. Fails with `StrategicPatchError`.
 */
export function applyStrategicPatch(
  schema: FieldSchema | undefined,
  target: unknown,
  patch: JsonObject,
): unknown {
  switch (patch[directive]) {
    case undefined:
    case 'merge':
      return mergeMap(schema, isJsonObject(target) ? target : {}, patch);
    case 'replace':
      return without(patch, directive);
    case 'delete':
      return {};
    default:
      throw new StrategicPatchError(`Unknown patch type found: ${String(patch[directive])}`);
  }
}

function mergeMap(schema: FieldSchema | undefined, target: JsonObject, patch: JsonObject): JsonObject {
  const result = retained(target, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key === directive || key === retain || key.startsWith(setOrder)) {
      continue;
    }
    if (key.startsWith(deleteFromList)) {
      const field = key.slice(deleteFromList.length);
      const gone = list(value, key);
      result[field] = list(result[field] ?? [], field).filter((item) => !gone.includes(item));
    } else if (value === null) {
      delete result[key];
    } else {
      result[key] = mergeField(fieldOf(schema, key), result[key], value, key);
    }
  }
  // Orders come last: they speak of the merged lists.
  for (const [key, order] of Object.entries(patch)) {
    if (key.startsWith(setOrder)) {
      const field = key.slice(setOrder.length);
      const mergeKey = fieldOf(schema, field)?.mergeKey;
      const current = result[field];
      if (Array.isArray(current) && mergeKey !== undefined) {
        const before = target[field];
        result[field] = ordered(current, list(order, key), Array.isArray(before) ? before : [], mergeKey);
      }
    }
  }
  return result;
}

function mergeField(schema: FieldSchema | undefined, target: unknown, value: unknown, key: string): unknown {
  if (isJsonObject(value)) {
    return applyStrategicPatch(schema, target, value);
  }
  if (!Array.isArray(value)) {
    return value;
  }
  const mergeKey = schema?.mergeKey;
  if (mergeKey === undefined) {
    return value.filter((item) => !isReplaceDirective(item));
  }
  const current = Array.isArray(target) ? target : [];
  const merged =
    mergeKey === '' ? mergeScalars(current, value) : mergeByKey(schema, current, value, mergeKey, key);
  const elements = value.filter((item) => !isDirective(item));
  return value.some(isReplaceDirective) ? merged : ordered(merged, elements, current, mergeKey);
}

function mergeScalars(current: readonly unknown[], added: readonly unknown[]): unknown[] {
  return [...current, ...added.filter((item) => !current.includes(item))];
}

function mergeByKey(
  schema: FieldSchema | undefined,
  current: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string,
  path: string,
): unknown[] {
  if (patch.some(isReplaceDirective)) {
    return patch.filter((item) => !isReplaceDirective(item));
  }
  let result = [...current];
  for (const item of patch) {
    if (!isJsonObject(item) || item[mergeKey] === undefined) {
      throw new StrategicPatchError(`map: ${path} does not contain declared merge key: ${mergeKey}`);
    }
    const same = (other: unknown): boolean =>
      isJsonObject(other) && sameJson(other[mergeKey], item[mergeKey]);
    const index = result.findIndex(same);
    if (item[directive] === 'delete') {
      result = result.filter((other) => !same(other));
    } else if (index < 0) {
      result.push(applyStrategicPatch(schema?.items, {}, item));
    } else {
      result[index] = applyStrategicPatch(schema?.items, result[index], item);
    }
  }
  return result;
}

/**
 * The order that servers give a merged list: elements of the patch in the order of the patch, others in the order that
 * they had, and of the two first in line the other one only when the object had it before the patched one.
 */
function ordered(
  merged: readonly unknown[],
  patchOrder: readonly unknown[],
  serverOrder: readonly unknown[],
  mergeKey: string,
): unknown[] {
  const keyOf = (item: unknown): unknown =>
    mergeKey === '' ? item : isJsonObject(item) ? item[mergeKey] : undefined;
  const indexIn = (order: readonly unknown[], item: unknown): number =>
    order.findIndex((other) => sameJson(keyOf(other), keyOf(item)));
  const sorted = (items: readonly unknown[], order: readonly unknown[]): unknown[] =>
    items.toSorted((a, b) => indexIn(order, a) - indexIn(order, b));
  const isPatched = (item: unknown): boolean => indexIn(patchOrder, item) >= 0;
  const patched = sorted(merged.filter(isPatched), patchOrder);
  const others = sorted(
    merged.filter((item) => !isPatched(item)),
    serverOrder,
  );
  const result: unknown[] = [];
  while (patched.length > 0 && others.length > 0) {
    const before = indexIn(serverOrder, others[0]);
    const known = indexIn(serverOrder, patched[0]);
    result.push(before >= 0 && known >= 0 && before < known ? others.shift() : patched.shift());
  }
  return [...result, ...others, ...patched];
}

function retained(target: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch[retain];
  if (!Array.isArray(keys)) {
    return { ...target };
  }
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)));
}

function isDirective(item: unknown): boolean {
  return isJsonObject(item) && item[directive] !== undefined;
}

function isReplaceDirective(item: unknown): boolean {
  return isJsonObject(item) && item[directive] === 'replace';
}

function fieldOf(schema: FieldSchema | undefined, key: string): FieldSchema | undefined {
  const { properties, values } = schema ?? {};
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : values;
}

function list(value: unknown, key: string): unknown[] {
  if (!Array.isArray(value)) {
    throw new StrategicPatchError(`${key} must be a list`);
  }
  return value;
}

function without(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}
