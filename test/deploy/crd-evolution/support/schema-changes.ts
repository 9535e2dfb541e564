import { isDeepStrictEqual } from 'node:util';
import type { SchemaNode } from './crd.ts';

/** A change that refuses what the released schema accepts, or that gives it another meaning. */
export interface IncompatibleChange {
  /** Field, such as `spec.oauth.scope` or `spec.instance.tags[*]`; empty for the root. */
  readonly path: string;
  readonly change: string;
}

const LOWER_BOUNDS = ['minimum', 'minLength', 'minItems', 'minProperties'] as const;
const UPPER_BOUNDS = ['maximum', 'maxLength', 'maxItems', 'maxProperties'] as const;
const KINDS_OF_LIST_AND_MAP = [
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
] as const;

/** The incompatible changes of a schema and of everything below it, from `before` to `after`. */
export function schemaChanges(before: SchemaNode, after: SchemaNode, path = ''): IncompatibleChange[] {
  return [
    ...nodeChanges(before, after).map((change) => ({ path, change })),
    ...ruleChanges(before, after, path),
    ...propertyChanges(before, after, path),
    ...childChanges(before.items, after.items, `${path}[*]`),
    ...childChanges(before.additionalProperties, after.additionalProperties, `${path}.*`),
  ];
}

function nodeChanges(before: SchemaNode, after: SchemaNode): string[] {
  return [
    changed(before.type, after.type) &&
      !(before.type === 'integer' && after.type === 'number') &&
      'other type',
    narrowed(before.format, after.format) && 'narrower format',
    before.nullable === true && after.nullable !== true && 'no longer nullable',
    narrowedEnum(before.enum, after.enum) && 'narrower enum',
    narrowed(before.pattern, after.pattern) && 'other pattern',
    ...LOWER_BOUNDS.map((bound) => (after[bound] ?? -Infinity) > (before[bound] ?? -Infinity) && bound),
    ...UPPER_BOUNDS.map((bound) => (after[bound] ?? Infinity) < (before[bound] ?? Infinity) && bound),
    ...KINDS_OF_LIST_AND_MAP.map((kind) => changed(before[kind], after[kind]) && kind),
    changed(before.default, after.default) && 'other default',
  ].filter((change) => change !== false);
}

function changed(before: unknown, after: unknown): boolean {
  return !isDeepStrictEqual(before, after);
}

/** A constraint that disappears only widens what is accepted. */
function narrowed(before: string | undefined, after: string | undefined): boolean {
  return after !== undefined && after !== before;
}

function narrowedEnum(
  before: readonly unknown[] | undefined,
  after: readonly unknown[] | undefined,
): boolean {
  return after !== undefined && (before === undefined || !before.every((value) => after.includes(value)));
}

/** Whether a rule implies another is not decidable here, so each rule with a new text counts. */
function ruleChanges(before: SchemaNode, after: SchemaNode, path: string): IncompatibleChange[] {
  const known = new Set((before['x-kubernetes-validations'] ?? []).map(({ rule }) => rule));
  return (after['x-kubernetes-validations'] ?? [])
    .filter(({ rule }) => !known.has(rule))
    .map(({ rule, fieldPath = '' }) => ({ path: `${path}${fieldPath}`, change: `new rule ${rule}` }));
}

function propertyChanges(before: SchemaNode, after: SchemaNode, path: string): IncompatibleChange[] {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const required = (after.required ?? []).filter((name) => !(before.required ?? []).includes(name));
  return [
    ...required.map((name) => ({ path: at(name), change: 'newly required' })),
    ...Object.entries(before.properties ?? {}).flatMap(([name, child]) =>
      childChanges(child, after.properties?.[name], at(name)),
    ),
  ];
}

function childChanges(
  before: SchemaNode | undefined,
  after: SchemaNode | undefined,
  path: string,
): IncompatibleChange[] {
  if (before === undefined) {
    return [];
  }
  return after === undefined ? [{ path, change: 'removed field' }] : schemaChanges(before, after, path);
}
