import { isJsonObject } from '../objects.ts';
import { elementStep } from './elements.ts';
import { FieldSet } from './field-set.ts';
import { type ListShape, type MapShape, resolve, type ScalarShape, type Shape } from './shape.ts';

/** In the problem of an element that is in a list twice. */
export const DUPLICATE = 'duplicate entries';

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
  if (type === 'any' || typeof value === wanted) {
    return [];
  }
  return type === 'numeric'
    ? [`${path}: expected numeric (int or float), got ${goType(value)}`]
    : [`${path}: expected ${type}, got &value.valueUnstructured{Value:${JSON.stringify(value)}}`];
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
      return [
        `${path}: element ${index}: associative list with keys has an element that omits all key fields ${JSON.stringify(shape.keys)} (and doesn't have default values for any key fields)`,
      ];
    }
    const text = FieldSet.of([step]).paths().join('');
    if (seen.has(step)) {
      return [`${path}: ${DUPLICATE} for key ${text}`];
    }
    seen.add(step);
    return shapeProblems(shape.element, element, path + text);
  });
}

function typeText(value: unknown): string {
  return `&{${goText(value)}}`;
}

/** The type of a decoded value as Go prints it with `%T`. */
function goType(value: unknown): string {
  if (Array.isArray(value)) {
    return '[]interface {}';
  }
  return isJsonObject(value)
    ? 'map[string]interface {}'
    : ({ boolean: 'bool' }[String(typeof value)] ?? typeof value);
}

/** A value as Go prints it with `%v`. */
function goText(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(goText).join(' ')}]`;
  }
  if (isJsonObject(value)) {
    const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
    return `map[${entries.map(([name, field]) => `${name}:${goText(field)}`).join(' ')}]`;
  }
  return String(value);
}
