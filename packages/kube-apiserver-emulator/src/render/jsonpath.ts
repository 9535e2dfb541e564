import { isJsonObject } from '../objects.ts';

type Step = (values: readonly unknown[]) => unknown[];

/** Reads the values at a path; empty if none exists. */
export type JsonPath = (object: unknown) => unknown[];

const stepPattern =
  /\.\.|\.?\[\?\(@((?:\.[\w-]+|\['[^']+'\])+)\s*(==|!=|<=|>=|<|>)\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^)\s]+)\s*\)\]|\.?\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\*)|(-?\d+))\]|\.((?:[^.[\]\\*]|\\.)+)|\.(\*)/gy;

/**
 * Compiles a path as printer columns use it: `.a.b`, `['a']`, `\.` inside a name, `[0]`, `[*]` and filters such as
 * `[?(@.type=="Ready")]`. Fails on anything else.
 */
export function compileJsonPath(path: string): JsonPath {
  const source = path.replace(/^\{(.*)\}$/s, '$1').replace(/^\$/, '');
  const steps: Step[] = [];
  let end = 0;
  for (const match of source.matchAll(stepPattern)) {
    steps.push(stepOf(match));
    end = match.index + match[0].length;
  }
  if (end !== source.length || source === '') {
    throw new Error(`JSON path ${JSON.stringify(path)} is not supported`);
  }
  return (object) => steps.reduce<unknown[]>((values, step) => step(values), [object]);
}

function stepOf(match: RegExpExecArray): Step {
  const [whole, filterPath, operator = '', operand = '', single, double, star, index, name, dotStar] = match;
  if (whole === '..') {
    throw new Error('recursive descent is not supported');
  }
  if (filterPath !== undefined) {
    const read = compileJsonPath(filterPath);
    const wanted = literal(operand);
    return (values) =>
      values.flatMap(children).filter((child) => {
        const found = read(child);
        return found.length > 0 && compare(found[0], operator, wanted);
      });
  }
  if (star !== undefined || dotStar !== undefined) {
    return (values) => values.flatMap(children);
  }
  if (index !== undefined) {
    return (values) =>
      values.flatMap((value) => {
        const item: unknown = Array.isArray(value) ? value.at(Number(index)) : undefined;
        return item === undefined ? [] : [item];
      });
  }
  const key = (single ?? double ?? name ?? '').replaceAll(/\\(.)/g, '$1');
  return (values) =>
    values.flatMap((value) => (isJsonObject(value) && Object.hasOwn(value, key) ? [value[key]] : []));
}

function children(value: unknown): unknown[] {
  return Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
}

function literal(text: string): unknown {
  if (/^["']/.test(text)) {
    return text.slice(1, -1).replaceAll(/\\(.)/g, '$1');
  }
  return text === 'true' ? true : text === 'false' ? false : Number(text);
}

function compare(value: unknown, operator: string, wanted: unknown): boolean {
  switch (operator) {
    case '==':
      return value === wanted;
    case '!=':
      return value !== wanted;
    default:
      return compareOrder(Number(value), operator, Number(wanted));
  }
}

function compareOrder(a: number, operator: string, b: number): boolean {
  const order: Record<string, boolean> = { '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b };
  return order[operator] ?? false;
}
