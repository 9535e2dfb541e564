import { sameJson } from '../objects.ts';
import { byStep, entriesOf, isNothing, itemsOf } from './elements.ts';
import { FieldSet, fieldStep } from './field-set.ts';
import { resolve, type Shape, shapeOfField } from './shape.ts';

/** The difference of two values, as fields. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** The comparison of equal values. */
export const noDifference: Comparison = {
  added: FieldSet.empty,
  modified: FieldSet.empty,
  removed: FieldSet.empty,
};

/** True if the values are equal. */
export function isSame({ added, modified, removed }: Comparison): boolean {
  return added.isEmpty && modified.isEmpty && removed.isEmpty;
}

/** The comparison without these fields and all below them. */
export function ignoring({ added, modified, removed }: Comparison, fields: FieldSet): Comparison {
  return {
    added: added.without(fields),
    modified: modified.without(fields),
    removed: removed.without(fields),
  };
}

type Verdict = 'added' | 'modified' | 'removed' | undefined;

/** Compares two values of a place, field by field and element by element. `undefined` is absence. */
export function compare(shape: Shape, before: unknown, after: unknown): Comparison {
  if (before === after) {
    return noDifference;
  }
  const resolved = resolve(shape, after ?? before);
  if (resolved.kind === 'map' && !resolved.atomic) {
    const [left, right] = [entriesOf(before), entriesOf(after)];
    const names = new Set([...Object.keys(left), ...Object.keys(right)]);
    return combine(
      [...names].map((name) => [
        fieldStep(name),
        shapeOfField(resolved, name),
        ownField(left, name),
        ownField(right, name),
      ]),
    );
  }
  if (resolved.kind === 'list' && resolved.type !== 'atomic') {
    const [left, right] = [byStep(resolved, itemsOf(before)), byStep(resolved, itemsOf(after))];
    const steps = new Set([...left.keys(), ...right.keys()]);
    return combine([...steps].map((step) => [step, resolved.element, left.get(step), right.get(step)]));
  }
  return noDifference;
}

type Pair = readonly [step: string, shape: Shape, before: unknown, after: unknown];

/** The result of each pair as members, the fields below as children. */
function combine(pairs: readonly Pair[]): Comparison {
  const members = { added: [] as string[], modified: [] as string[], removed: [] as string[] };
  const inner: (readonly [string, Comparison])[] = [];
  for (const [step, shape, before, after] of pairs) {
    const own = result(shape, before, after);
    if (own !== undefined) {
      members[own].push(step);
    }
    if (!isLeafPair(shape, before, after)) {
      inner.push([step, compare(shape, before, after)]);
    }
  }
  const part = (which: keyof Comparison): FieldSet =>
    FieldSet.of(
      members[which],
      inner.map(([step, comparison]) => [step, comparison[which]]),
    );
  return { added: part('added'), modified: part('modified'), removed: part('removed') };
}

function result(shape: Shape, before: unknown, after: unknown): Verdict {
  if (before === undefined) {
    return after === undefined ? undefined : 'added';
  }
  if (after === undefined) {
    return 'removed';
  }
  return isLeafPair(shape, before, after) && !sameJson(before, after) ? 'modified' : undefined;
}

/** Compared as a whole: scalars, atomic values and empty values, so that empty and null differ. */
function isLeafPair(shape: Shape, before: unknown, after: unknown): boolean {
  const resolved = resolve(shape, after ?? before);
  switch (resolved.kind) {
    case 'scalar':
      return true;
    case 'map':
      return resolved.atomic || (isNothing(before) && isNothing(after));
    case 'list':
      return resolved.type === 'atomic' || (isNothing(before) && isNothing(after));
  }
}

function ownField(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
