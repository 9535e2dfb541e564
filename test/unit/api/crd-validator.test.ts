import type { Schema, ValidationRule } from 'kube-apiserver-emulator/crd/schema.ts';
import { aggregate, type CrdValidator, createCrdValidator } from 'kube-apiserver-emulator/crd/validator.ts';
import { describe, expect, test } from 'vitest';

function validator(properties: Record<string, Schema>, spec: Partial<Schema> = {}, cel = true): CrdValidator {
  const schema: Schema = {
    type: 'object',
    properties: {
      spec: { type: 'object', ...spec, properties },
      status: { type: 'object', default: { seen: -1 }, properties: { seen: { type: 'integer' } } },
    },
  };
  return createCrdValidator(
    { spec: { versions: [{ name: 'v1', storage: true, schema: { openAPIV3Schema: schema } }] } },
    { cel },
  );
}

function says(schema: Schema, value: unknown): string {
  return aggregate(validator({ x: schema }, WITH_RULE).validate({ spec: { x: value } }).errors);
}

/** A server names the rules that it does not check only where there are some. */
const WITH_RULE = { 'x-kubernetes-validations': [{ rule: 'true' }] };

const BLOCKED =
  '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

describe('pruning', () => {
  const crd = validator({
    a: { type: 'string' },
    n: { type: 'string', nullable: true },
    d: { type: 'string', default: 'x' },
    free: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { a: { type: 'string' } },
    },
    map: { type: 'object', additionalProperties: { type: 'object', properties: { a: { type: 'string' } } } },
    list: { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } },
  });

  test('drops unknown fields at every depth, and reports them', () => {
    const object = {
      apiVersion: 'v',
      kind: 'k',
      metadata: { name: 'x', labels: {} },
      foo: 1,
      spec: { a: 'x', b: 'y', map: { k: { a: 'x', b: 1 } }, list: [{ b: 1 }], free: { z: { y: 1 } } },
    };

    expect(crd.prune(object)).toEqual({
      apiVersion: 'v',
      kind: 'k',
      metadata: { name: 'x', labels: {} },
      spec: { a: 'x', map: { k: { a: 'x' } }, list: [{}], free: { z: { y: 1 } } },
    });
    expect(crd.unknownFields(object)).toEqual(['foo', 'spec.b', 'spec.map.k.b', 'spec.list[0].b']);
  });

  test('drops null where it is not allowed and no default takes its place', () => {
    const pruned = crd.prune({ spec: { a: null, n: null, d: null } });

    expect(pruned).toEqual({ spec: { n: null, d: null } });
    expect(crd.applyDefaults(pruned)).toEqual({ spec: { n: null, d: 'x' }, status: { seen: -1 } });
  });

  test('leaves its argument as it was', () => {
    const object = { spec: { b: 1 } };
    crd.prune(object);
    crd.applyDefaults(object);

    expect(object).toEqual({ spec: { b: 1 } });
  });
});

describe('defaults', () => {
  test('reach into what is there, and not into what is absent', () => {
    const crd = validator({
      list: { type: 'array', items: { type: 'object', properties: { a: { type: 'integer', default: 1 } } } },
      absent: { type: 'object', properties: { a: { type: 'integer', default: 1 } } },
    });

    expect(crd.applyDefaults({ spec: { list: [{}, { a: 2 }] }, status: {} })).toEqual({
      spec: { list: [{ a: 1 }, { a: 2 }] },
      status: {},
    });
  });
});

describe('the errors of a schema, in the words of the API server', () => {
  test.each<[Schema, unknown, string]>([
    [
      { type: 'string', enum: ['a', 'b'] },
      'c',
      `[spec.x: Unsupported value: "c": supported values: "a", "b", ${BLOCKED}]`,
    ],
    [
      { type: 'boolean' },
      'x',
      `[spec.x: Invalid value: "string": spec.x in body must be of type boolean: "string", ${BLOCKED}]`,
    ],
    [
      { type: 'integer' },
      1.5,
      `[spec.x: Invalid value: "number": spec.x in body must be of type integer: "number", ${BLOCKED}]`,
    ],
    [
      { type: 'string', maxLength: 3 },
      'abcd',
      `[spec.x: Too long: may not be more than 3 bytes, ${BLOCKED}]`,
    ],
    [{ type: 'array', maxItems: 1 }, [1, 2], `[spec.x: Too many: 2: must have at most 1 items, ${BLOCKED}]`],
    [
      { type: 'string', minLength: 1 },
      '',
      'spec.x: Invalid value: "": spec.x in body should be at least 1 chars long',
    ],
    [
      { type: 'string', pattern: '^a$' },
      'b',
      `spec.x: Invalid value: "b": spec.x in body should match '^a$'`,
    ],
    [{ type: 'string', pattern: '(?i)^a$' }, 'A', '[]'],
    [
      { type: 'integer', minimum: 1 },
      0,
      'spec.x: Invalid value: 0: spec.x in body should be greater than or equal to 1',
    ],
    [
      { type: 'integer', minimum: 1, exclusiveMinimum: true },
      1,
      'spec.x: Invalid value: 1: spec.x in body should be greater than 1',
    ],
    [{ type: 'integer', minimum: 1, exclusiveMinimum: false }, 1, '[]'],
    [
      { type: 'string', format: 'date-time' },
      'nope',
      'spec.x: Invalid value: "nope": spec.x in body must be of type date-time: "nope"',
    ],
    [{ type: 'string', format: 'made-up' }, 'x', '[]'],
    [{ type: 'string', nullable: true }, null, '[]'],
    [{ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] }, '10%', '[]'],
    [
      { type: 'object', properties: { a: {}, b: {} }, oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      {},
      'spec.x: Invalid value: "": "spec.x" must validate one and only one schema (oneOf)',
    ],
    [{ type: 'string', maxLength: 2 }, '😀😀', '[]'],
    [
      { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
      ['a', 'b', 'a', 'a'],
      'spec.x[2]: Duplicate value: "a"',
    ],
    [
      {
        type: 'array',
        items: { type: 'object', properties: { type: { type: 'string' } } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
      },
      [{ type: 'Ready' }, { type: 'Ready' }],
      'spec.x[1]: Duplicate value: {"type":"Ready"}',
    ],
  ])('%j with %j', (schema, value, expected) => {
    expect(says(schema, value)).toBe(expected);
  });

  test('a missing field is named with its path', () => {
    const properties: Record<string, Schema> = {
      a: { type: 'object', required: ['b'], properties: { b: { type: 'string' } } },
    };
    const missing = { path: 'spec.a.b', message: 'Required value', reason: 'FieldValueRequired' };

    expect(validator(properties, WITH_RULE).validate({ spec: { a: {} } }).errors).toEqual([
      missing,
      expect.objectContaining({ path: '' }),
    ]);
    expect(validator(properties).validate({ spec: { a: {} } }).errors).toEqual([missing]);
  });
});

describe('rules', () => {
  function check(
    rule: ValidationRule,
    properties: Record<string, Schema>,
    spec: unknown,
    old?: unknown,
  ): string {
    const crd = validator(properties, { 'x-kubernetes-validations': [rule] });
    return aggregate(crd.validate({ spec }, old === undefined ? undefined : { spec: old }).errors);
  }
  const a: Record<string, Schema> = { a: { type: 'string' } };
  const n: Record<string, Schema> = { n: { type: 'integer' } };

  test('the message, the field path and the reason are those of the rule', () => {
    const rule = {
      rule: 'self.n < 5',
      message: 'must be small',
      fieldPath: '.n',
      reason: 'FieldValueForbidden',
    };

    expect(check(rule, n, { n: 4 })).toBe('[]');
    expect(check(rule, n, { n: 5 })).toBe('spec.n: Forbidden: must be small');
    expect(check({ rule: 'self.n < 5' }, n, { n: 5 })).toBe(
      'spec: Invalid value: "object": failed rule: self.n < 5',
    );
    expect(check({ rule: 'self.n < 5', messageExpression: "'not ' + string(self.n)" }, n, { n: 5 })).toBe(
      'spec: Invalid value: "object": not 5',
    );
  });

  test('integers are exact', () => {
    expect(check({ rule: 'self.n + 1 > self.n' }, n, { n: Number.MAX_SAFE_INTEGER })).toBe('[]');
  });

  test('what every JavaScript object has is no field', () => {
    const properties: Record<string, Schema> = { constructor: { type: 'string' } };

    expect(check({ rule: '!has(self.constructor)' }, properties, {})).toBe('[]');
  });

  test('a rule that fails to evaluate is an error', () => {
    expect(check({ rule: "self.a == 'x'", message: 'must be x' }, a, {})).toBe(
      'spec: Invalid value: "object": No such key: a evaluating rule: must be x',
    );
  });

  test('a transition rule waits for an old value', () => {
    const rule = { rule: 'self.a == oldSelf.a', message: 'is immutable' };

    expect(check(rule, a, { a: 'x' })).toBe('[]');
    expect(check(rule, a, { a: 'x' }, { a: 'x' })).toBe('[]');
    expect(check(rule, a, { a: 'y' }, { a: 'x' })).toBe('spec: Invalid value: "object": is immutable');
  });

  test('an optional old value is asked on create too', () => {
    const rule = { rule: 'oldSelf.hasValue() || !has(self.a)', message: 'only later', optionalOldSelf: true };

    expect(check(rule, a, { a: 'x' })).toBe('spec: Invalid value: "object": only later');
    expect(check(rule, a, { a: 'x' }, {})).toBe('[]');
    expect(check({ rule: "oldSelf.value().a == 'x'", optionalOldSelf: true }, a, {}, { a: 'x' })).toBe('[]');
  });

  test('elements of list maps are compared with their old selves, of other lists with none', () => {
    const items: Schema = {
      type: 'object',
      properties: { k: { type: 'string' }, v: { type: 'string' } },
      'x-kubernetes-validations': [{ rule: 'self.v == oldSelf.v', message: 'is immutable' }],
    };
    const map = validator({
      l: { type: 'array', items, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] },
      atomic: { type: 'array', items },
    });
    const before = [
      { k: '1', v: 'a' },
      { k: '2', v: 'b' },
    ];
    const after = [
      { k: '2', v: 'x' },
      { k: '3', v: 'c' },
    ];

    expect(aggregate(map.validate({ spec: { l: after } }, { spec: { l: before } }).errors)).toBe(
      'spec.l[0]: Invalid value: "object": is immutable',
    );
    expect(map.validate({ spec: { atomic: after } }, { spec: { atomic: before } }).errors).toEqual([]);
  });

  test('rules on scalars, map values and list elements name their place', () => {
    const even = (type: string): Schema => ({
      type,
      'x-kubernetes-validations': [{ rule: "self != 'odd'", message: 'must be even' }],
    });
    const crd = validator({
      m: { type: 'object', additionalProperties: even('string') },
      l: { type: 'array', items: even('string') },
    });

    expect(aggregate(crd.validate({ spec: { m: { k: 'odd' }, l: ['x', 'odd'] } }).errors)).toBe(
      '[spec.m[k]: Invalid value: "string": must be even, spec.l[1]: Invalid value: "string": must be even]',
    );
  });

  test.each([
    [
      "isURL(self.a) && url(self.a).getScheme() == 'https' && url(self.a).getHost() == 'b.c:8443'",
      'https://b.c:8443/d',
    ],
    ['!isURL(self.a)', 'b c'],
    ["self.?a.orValue('') == 'x' && !self.?b.hasValue()", 'x'],
    ["self.a.find('[0-9]+') == '12' && self.a.findAll('[0-9]') == ['1', '2']", 'a12'],
    ["self.a.lowerAscii().replace('b', 'c').split('')[0] == 'a'", 'ABC'],
    ["duration(self.a) == duration('90s')", '1m30s'],
    ['[3, 1, 2].max() == 3 && [1, 2].sum() == 3 && [1, 2].isSorted()', 'x'],
    ["self.__namespace__ == 'ns' && self.x__dash__y == 'z'", 'x'],
  ])('functions of Kubernetes: %s', (rule, value) => {
    const properties = { ...a, b: a['a'] ?? {}, namespace: { type: 'string' }, 'x-y': { type: 'string' } };

    expect(check({ rule }, properties, { a: value, namespace: 'ns', 'x-y': 'z' })).toBe('[]');
  });

  test('the root sees type and name, and no other metadata', () => {
    const schema: Schema = {
      type: 'object',
      'x-kubernetes-validations': [
        { rule: "self.metadata.name == 'x' && !has(self.metadata.labels) && self.kind == 'K'" },
      ],
    };
    const crd = createCrdValidator({
      spec: { versions: [{ name: 'v1', storage: true, schema: { openAPIV3Schema: schema } }] },
    });

    expect(crd.validate({ kind: 'K', metadata: { name: 'x', labels: {} } }).errors).toEqual([]);
    expect(crd.validate({ kind: 'K', metadata: { name: 'y' } }).errors).toHaveLength(1);
  });

  test('are ignored by servers without support for them', () => {
    const crd = validator(a, { 'x-kubernetes-validations': [{ rule: 'false' }] }, false);

    expect(crd.validate({ spec: { a: 'x' } }).errors).toEqual([]);
  });

  test('one that does not parse is refused with the CRD', () => {
    expect(() => validator(a, { 'x-kubernetes-validations': [{ rule: 'self.a ==' }] })).toThrow();
  });
});

test('a version without a schema accepts everything, an unknown version is an error', () => {
  const crd = { spec: { versions: [{ name: 'v1', storage: true }] } };

  expect(createCrdValidator(crd).prune({ a: { b: 1 } })).toEqual({ a: { b: 1 } });
  expect(() => createCrdValidator(crd, { version: 'v2' })).toThrow('no version v2');
});
