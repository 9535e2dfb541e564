import { isJsonObject } from '../objects.ts';
import { elementStep } from './elements.ts';
import { FieldSet } from './field-set.ts';
import { type ListShape, type MapShape, resolve, type ScalarShape, type Shape } from './shape.ts';

/** Why a value cannot be applied: undeclared fields, wrong types, duplicate items. */
export function shapeProblems(shape: Shape, value: unknown, path = ''): string[] {
  if (value === null || value === undefined) {
    return [];
  }
  const resolved = resolve(shape, value);
  switch (resolved.kind) {
    case 'scalar':
      return scalarProblems(resolved, value, path);
    case 'map':
      return isJsonObject(value)
        ? mapProblems(resolved, value, path)
        : [`${path}: expected map, got ${typeText(value)}`];
    case 'list':
      return Array.isArray(value)
        ? listProblems(resolved, value, path)
        : [`${path}: expected list, got ${typeText(value)}`];
  }
}

function scalarProblems({ type }: ScalarShape, value: unknown, path: string): string[] {
  const wanted = type === 'numeric' ? 'number' : type;
  const words = type === 'numeric' ? 'numeric (int or float)' : type;
  return type === 'any' || typeof value === wanted
    ? []
    : [`${path}: expected ${words}, got &value.valueUnstructured{Value:${JSON.stringify(value)}}`];
}

function mapProblems(shape: MapShape, value: Readonly<Record<string, unknown>>, path: string): string[] {
  return Object.entries(value).flatMap(([name, field]) => {
    const inner = shape.field(name) ?? shape.element;
    const at = `${path}.${name}`;
    return inner === undefined ? [`${at}: field not declared in schema`] : shapeProblems(inner, field, at);
  });
}

function listProblems(shape: ListShape, list: readonly unknown[], path: string): string[] {
  const seen = new Set<string>();
  return list.flatMap((element, index) => {
    if (shape.type === 'atomic') {
      return shapeProblems(shape.element, element, `${path}[${index}]`);
    }
    const step = elementStep(shape, element);
    if (step === undefined) {
      const missing = shape.keys.find((key) => !isJsonObject(element) || element[key] === undefined) ?? '';
      return [
        `${path}: element ${index}: associative list with keys has an element that omits key field "${missing}" (and doesn't have default value)`,
      ];
    }
    const text = FieldSet.of([step]).paths().join('');
    if (seen.has(step)) {
      return [`${path}: duplicate entries for key ${text}`];
    }
    seen.add(step);
    return shapeProblems(shape.element, element, path + text);
  });
}

function typeText(value: unknown): string {
  return `&value.valueUnstructured{Value:${JSON.stringify(value)}}`;
}
