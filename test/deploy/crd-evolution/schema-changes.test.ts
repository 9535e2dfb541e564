import { describe, expect, it } from 'vitest';
import type { SchemaNode } from './support/crd.ts';
import { schemaChanges } from './support/schema-changes.ts';

const string: SchemaNode = { type: 'string' };
const object = (properties: Record<string, SchemaNode>, required: string[] = []): SchemaNode => ({
  type: 'object',
  properties,
  required,
});
const rules = (...texts: readonly string[]): SchemaNode => ({
  ...string,
  'x-kubernetes-validations': texts.map((rule) => ({ rule })),
});

/** The changes of the field `spec.a` from one schema to another. */
const changesOf = (before: SchemaNode, after: SchemaNode): readonly string[] =>
  schemaChanges(object({ spec: object({ a: before }) }), object({ spec: object({ a: after }) })).map(
    ({ path, change }) => `${path}: ${change}`,
  );

describe('the comparison of schemas', () => {
  it.each<readonly [string, SchemaNode, SchemaNode, string]>([
    ['another type', string, { type: 'integer' }, 'spec.a: other type'],
    ['a number that becomes an integer', { type: 'number' }, { type: 'integer' }, 'spec.a: other type'],
    ['a new format', string, { ...string, format: 'date-time' }, 'spec.a: narrower format'],
    ['no null', { ...string, nullable: true }, string, 'spec.a: no longer nullable'],
    ['a new enum', string, { ...string, enum: ['x'] }, 'spec.a: narrower enum'],
    ['a value less', { ...string, enum: ['x', 'y'] }, { ...string, enum: ['x'] }, 'spec.a: narrower enum'],
    ['a new pattern', string, { ...string, pattern: '^a' }, 'spec.a: other pattern'],
    ['another pattern', { ...string, pattern: '^a' }, { ...string, pattern: '^b' }, 'spec.a: other pattern'],
    ['a raised minimum', { type: 'integer', minimum: 1 }, { type: 'integer', minimum: 2 }, 'spec.a: minimum'],
    ['a new minLength', string, { ...string, minLength: 1 }, 'spec.a: minLength'],
    ['a new minItems', { type: 'array' }, { type: 'array', minItems: 1 }, 'spec.a: minItems'],
    ['a new minProperties', object({}), { ...object({}), minProperties: 1 }, 'spec.a: minProperties'],
    ['a new maximum', { type: 'integer' }, { type: 'integer', maximum: 9 }, 'spec.a: maximum'],
    ['a lowered maxLength', { ...string, maxLength: 9 }, { ...string, maxLength: 8 }, 'spec.a: maxLength'],
    ['a new maxItems', { type: 'array' }, { type: 'array', maxItems: 1 }, 'spec.a: maxItems'],
    ['a new maxProperties', object({}), { ...object({}), maxProperties: 1 }, 'spec.a: maxProperties'],
    [
      'another type of list',
      { type: 'array', 'x-kubernetes-list-type': 'atomic' },
      { type: 'array', 'x-kubernetes-list-type': 'set' },
      'spec.a: x-kubernetes-list-type',
    ],
    [
      'other keys of a list',
      { type: 'array', 'x-kubernetes-list-map-keys': ['type'] },
      { type: 'array', 'x-kubernetes-list-map-keys': ['name'] },
      'spec.a: x-kubernetes-list-map-keys',
    ],
    [
      'another type of map',
      object({}),
      { ...object({}), 'x-kubernetes-map-type': 'atomic' },
      'spec.a: x-kubernetes-map-type',
    ],
    ['a changed default', { ...string, default: 'x' }, { ...string, default: 'y' }, 'spec.a: other default'],
    ['a new default', string, { ...string, default: 'x' }, 'spec.a: other default'],
    ['a removed default', { ...string, default: 'x' }, string, 'spec.a: other default'],
    ['a new rule', rules('a'), rules('a', 'b'), 'spec.a: new rule b'],
    ['another rule', rules('a'), rules('b'), 'spec.a: new rule b'],
    ['a removed field', object({ b: string }), object({}), 'spec.a.b: removed field'],
    ['a new required field', object({}), object({ b: string }, ['b']), 'spec.a.b: newly required'],
    [
      'an optional field that becomes required',
      object({ b: string }),
      object({ b: string }, ['b']),
      'spec.a.b: newly required',
    ],
    [
      'a change in an item of a list',
      { type: 'array', items: string },
      { type: 'array', items: { ...string, maxLength: 8 } },
      'spec.a[*]: maxLength',
    ],
    [
      'a change in a value of a map',
      { type: 'object', additionalProperties: string },
      { type: 'object', additionalProperties: { ...string, maxLength: 8 } },
      'spec.a.*: maxLength',
    ],
    [
      'a map without values',
      { type: 'object', additionalProperties: string },
      { type: 'object' },
      'spec.a.*: removed field',
    ],
  ])('reports %s', (_name, before, after, change) => {
    expect(changesOf(before, after)).toEqual([change]);
  });

  it('reports a rule at the field that its message names', () => {
    const after = {
      ...object({}),
      'x-kubernetes-validations': [{ rule: 'has(self.b)', fieldPath: '.b' }],
    };
    expect(changesOf(object({}), after)).toEqual(['spec.a.b: new rule has(self.b)']);
  });

  it.each<readonly [string, SchemaNode, SchemaNode]>([
    ['a new optional field', object({}), object({ b: string })],
    ['a required field of a new field', object({}), object({ b: object({ c: string }, ['c']) })],
    ['a field that is no longer required', object({ b: string }, ['b']), object({ b: string })],
    ['an integer that becomes a number', { type: 'integer' }, { type: 'number' }],
    ['a value more', { ...string, enum: ['x'] }, { ...string, enum: ['x', 'y'] }],
    ['no pattern', { ...string, pattern: '^a' }, string],
    ['no enum', { ...string, enum: ['x'] }, string],
    ['a lowered minimum', { type: 'integer', minimum: 2 }, { type: 'integer', minimum: 1 }],
    ['a raised maxLength', { ...string, maxLength: 8 }, { ...string, maxLength: 9 }],
    ['a removed rule', rules('a', 'b'), rules('a')],
  ])('accepts %s', (_name, before, after) => {
    expect(changesOf(before, after)).toEqual([]);
  });
});
