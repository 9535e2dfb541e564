const ITEMS = '[*]';

/** The values at `at` with their paths: one, or with `[*]` at the end one for each element. */
export function valuesAt(at: string, object: object): readonly (readonly [path: string, value: unknown])[] {
  const path = at.endsWith(ITEMS) ? at.slice(0, -ITEMS.length) : at;
  const value = valueAt(path, object);
  if (value === undefined) {
    return [];
  }
  return path === at || !Array.isArray(value)
    ? [[path, value]]
    : value.map((item: unknown, index) => [`${path}[${index}]`, item]);
}

/** Each reconcile reads dozens of values, so the path is not split into a list first. */
function valueAt(path: string, object: object): unknown {
  let value: unknown = object;
  for (let start = 0; start <= path.length && value !== undefined; ) {
    const dot = path.indexOf('.', start);
    const end = dot === -1 ? path.length : dot;
    value = (value as Record<string, unknown>)[path.slice(start, end)];
    start = end + 1;
  }
  return value;
}
