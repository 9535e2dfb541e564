import { canonical } from '../crd/list-types.ts';
import { isJsonObject, type JsonObject } from '../objects.ts';
import type { ListShape } from './shape.ts';

/** The path element of an item of a set or a keyed list; `undefined` if a key without a default is missing. */
export function elementStep(shape: ListShape, element: unknown): string | undefined {
  if (shape.type === 'set') {
    return `v:${canonical(element)}`;
  }
  const keys: JsonObject = {};
  for (const key of shape.keys) {
    const value = (isJsonObject(element) ? element[key] : undefined) ?? shape.keyDefaults[key];
    if (value === undefined) {
      return undefined;
    }
    keys[key] = value;
  }
  return `k:${canonical(keys)}`;
}

/** The items of a list by their path elements; the first one of duplicates. */
export function byStep(shape: ListShape, list: readonly unknown[]): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const element of list) {
    const step = elementStep(shape, element);
    if (step !== undefined && !found.has(step)) {
      found.set(step, element);
    }
  }
  return found;
}

/** The fields of an object; none for other values. */
export function entriesOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** The items of a list; none for other values. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** True for an empty object, an empty list, and other values. */
export function isNothing(value: unknown): boolean {
  return Object.keys(entriesOf(value)).length === 0 && itemsOf(value).length === 0;
}
