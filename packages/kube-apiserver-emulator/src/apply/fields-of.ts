import { isJsonObject } from '../objects.ts';
import { byStep, entriesOf, itemsOf } from './elements.ts';
import { FieldSet, fieldStep } from './field-set.ts';
import { resolve, type Shape, shapeOfField } from './shape.ts';

/** The fields that the writer of a value owns: leaves, atomic values, and items of lists and maps. */
export function fieldsOf(shape: Shape, value: unknown): FieldSet {
  const resolved = resolve(shape, value);
  const members: string[] = [];
  const children: [string, FieldSet][] = [];
  if (resolved.kind === 'map' && !resolved.atomic) {
    for (const [name, field] of Object.entries(entriesOf(value))) {
      const step = fieldStep(name);
      const inner = shapeOfField(resolved, name);
      const emptyMap = isJsonObject(field) && Object.keys(field).length === 0;
      if (isLeaf(inner, field) || emptyMap || resolved.field(name) === undefined) {
        members.push(step);
      }
      children.push([step, fieldsOf(inner, field)]);
    }
  }
  if (resolved.kind === 'list' && resolved.type !== 'atomic') {
    for (const [step, element] of byStep(resolved, itemsOf(value))) {
      members.push(step);
      children.push([step, fieldsOf(resolved.element, element)]);
    }
  }
  return FieldSet.of(members, children);
}

/** The set with every declared parent field of its members. */
export function withNamedFields(shape: Shape, set: FieldSet): FieldSet {
  const children = [...set.children].map(
    ([step, child]) => [step, withNamedFields(shapeAt(shape, step), child)] as const,
  );
  const named = [...set.children.keys()].filter(
    (step) => step.startsWith('f:') && shape.kind === 'map' && shape.field(step.slice(2)) !== undefined,
  );
  return FieldSet.of([...set.members, ...named], children);
}

function isLeaf(shape: Shape, value: unknown): boolean {
  const resolved = resolve(shape, value);
  switch (resolved.kind) {
    case 'scalar':
      return true;
    case 'map':
      return resolved.atomic || value === null;
    case 'list':
      return resolved.type === 'atomic' || value === null;
  }
}

function shapeAt(shape: Shape, step: string): Shape {
  if (shape.kind === 'map' && step.startsWith('f:')) {
    return shapeOfField(shape, step.slice(2));
  }
  return shape.kind === 'list' ? shape.element : { kind: 'any' };
}
