import { isJsonObject, type JsonObject } from '../objects.ts';
import { byStep, entriesOf, isNothing, itemsOf } from './elements.ts';
import { type ListShape, resolve, type Shape, shapeOfField } from './shape.ts';

/** Merges the applied value into the live one. `undefined` means absent. */
export function mergeApplied(shape: Shape, live: unknown, applied: unknown): unknown {
  if (applied === undefined) {
    return live;
  }
  if (live === undefined || (isNothing(live) && isNothing(applied))) {
    return applied;
  }
  const resolved = resolve(shape, applied);
  if (resolved.kind === 'map' && !resolved.atomic && (isJsonObject(applied) || applied === null)) {
    const result: JsonObject = { ...entriesOf(live) };
    for (const [name, field] of Object.entries(entriesOf(applied))) {
      result[name] = mergeApplied(shapeOfField(resolved, name), result[name], field);
    }
    return result;
  }
  if (resolved.kind === 'list' && resolved.type !== 'atomic') {
    return mergeElements(resolved, itemsOf(live), itemsOf(applied));
  }
  return applied;
}

/**
 * Items in the applied order. Items of the live list only keep their place before their successor, as far as both orders
 * allow it.
 */
function mergeElements(shape: ListShape, live: readonly unknown[], applied: readonly unknown[]): unknown[] {
  const before = byStep(shape, live);
  const after = byStep(shape, applied);
  const waiting = [...before.keys()];
  const result: unknown[] = [];
  let shared = [...after.keys()].filter((step) => before.has(step));
  const takeLiveOnes = (until: string | undefined): void => {
    while (waiting.length > 0 && waiting[0] !== until) {
      const step = waiting.shift() ?? '';
      if (!after.has(step)) {
        result.push(before.get(step));
      }
    }
  };
  for (const [step, element] of after) {
    takeLiveOnes(shared[0]);
    result.push(mergeApplied(shape.element, before.get(step), element));
    if (step === shared[0]) {
      shared = shared.slice(1);
      waiting.shift();
    }
  }
  takeLiveOnes(undefined);
  return result;
}
