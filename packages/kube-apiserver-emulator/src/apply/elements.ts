import { canonical } from '../crd/list-types.ts';
import { isJsonObject, type JsonObject } from '../objects.ts';
import type { ListShape } from './shape.ts';

/** The step to an element of a set, or of a list with keys; `undefined` where a key is missing that has no default. */
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

/** The elements of a list by their steps; of two with the same step the first. */
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

/** The fields of a value; none of what is no object. */
export function entriesOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** The elements of a value; none of what is no list. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** True for an object without fields, a list without elements, and what is neither. */
export function isNothing(value: unknown): boolean {
  return Object.keys(entriesOf(value)).length === 0 && itemsOf(value).length === 0;
}
