import type { Spec } from './kind.ts';

/** The value of `spec.a.b` in `spec`; `undefined` if absent. */
export function valueAt(spec: Spec, path: string): unknown {
  return namesOf(path).reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), spec);
}

/** A copy of `spec` with another value at `path`; `undefined` removes the field. */
export function withValue(spec: Spec, path: string, value: unknown): Spec {
  return replaced(spec, namesOf(path), value);
}

/** Whether `value` is an object and no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function replaced(object: Spec, [name, ...rest]: readonly string[], value: unknown): Spec {
  if (name === undefined) {
    throw new Error('the path has no field');
  }
  if (rest.length > 0) {
    const inner = object[name];
    return { ...object, [name]: replaced(isObject(inner) ? inner : {}, rest, value) };
  }
  const { [name]: _removed, ...others } = object;
  return value === undefined ? others : { ...object, [name]: value };
}

function namesOf(path: string): readonly string[] {
  const [, ...names] = path.split('.');
  return names;
}
