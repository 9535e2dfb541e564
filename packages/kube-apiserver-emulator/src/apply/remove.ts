import type { JsonObject } from '../objects.ts';
import { elementStep, entriesOf, itemsOf } from './elements.ts';
import { type FieldSet, fieldStep } from './field-set.ts';
import { resolve, type Shape, shapeOfField } from './shape.ts';

/** The value without these fields and items; `undefined` if nothing remains. */
export function removeFields(shape: Shape, value: unknown, fields: FieldSet): unknown {
  const resolved = resolve(shape, value);
  if (fields.isEmpty) {
    return value;
  }
  if (resolved.kind === 'map' && !resolved.atomic) {
    const kept: JsonObject = {};
    for (const [name, field] of Object.entries(entriesOf(value))) {
      const step = fieldStep(name);
      if (!fields.members.has(step)) {
        kept[name] = removeFields(shapeOfField(resolved, name), field, fields.below(step));
      }
    }
    const left = Object.entries(kept).filter(([, field]) => field !== undefined);
    return left.length === 0 ? undefined : Object.fromEntries(left);
  }
  if (resolved.kind === 'list' && resolved.type !== 'atomic') {
    const left = itemsOf(value).flatMap((element) => {
      const step = elementStep(resolved, element) ?? '';
      return fields.members.has(step)
        ? []
        : [removeFields(resolved.element, element, fields.below(step))].filter((one) => one !== undefined);
    });
    return left.length === 0 ? undefined : left;
  }
  return value;
}
