import { re2Problem } from 'kube-apiserver-emulator/crd/re2.ts';
import { type Schema, schemaOf } from 'kube-apiserver-emulator/crd/schema.ts';
import { lintStructural } from 'kube-apiserver-emulator/crd/structural-lint.ts';
import { describe, expect, test } from 'vitest';
import { accountCrd, connectorCrd } from '../../../scripts/generate/crds.ts';

const text: Schema = { type: 'string', maxLength: 9 };

/** A good schema with one field `x` in its spec. */
function withField(x: Schema): Schema {
  return { type: 'object', properties: { spec: { type: 'object', properties: { x } } } };
}

function messages(schema: Schema): string[] {
  return lintStructural(schema).map(({ message }) => message);
}

describe('the CRDs', () => {
  test.each([
    ['InfusionsoftConnector', connectorCrd()],
    ['OpenConnectorsAccount', accountCrd()],
  ])('%s is structural, bounded, and its rules compile', (_kind, crd) => {
    expect(lintStructural(schemaOf(crd))).toEqual([]);
  });
});

describe('the linter', () => {
  test('finds nothing in a good schema', () => {
    expect(messages(withField(text))).toEqual([]);
  });

  test.each<[string, Schema]>([
    ['type must not be empty', {}],
    ['type null is unknown', { type: 'null' }],
    ['must be bounded (maxLength, maxItems or maxProperties)', { type: 'string' }],
    ['must be bounded (maxLength, maxItems or maxProperties)', { type: 'array', items: text }],
    [
      'must be bounded (maxLength, maxItems or maxProperties)',
      { type: 'object', additionalProperties: text },
    ],
    ['items must be specified', { type: 'array', maxItems: 1 }],
    ['$ref is forbidden', { ...text, $ref: '#/definitions/x' }],
    ['const is forbidden', { ...text, const: 'a' }],
    ['examples is forbidden', { ...text, examples: ['a'] }],
    ['patternProperties is forbidden', { type: 'object', patternProperties: {} }],
    ['propertyNames is forbidden', { type: 'object', propertyNames: {} }],
    ['readOnly is forbidden', { ...text, readOnly: true }],
    ['uniqueItems: true is forbidden', { type: 'array', maxItems: 1, items: text, uniqueItems: true }],
    ['exclusiveMinimum must be a boolean', { type: 'integer', exclusiveMinimum: 1 }],
    [
      'additionalProperties: false is forbidden',
      { type: 'object', maxProperties: 1, additionalProperties: false },
    ],
    [
      'additionalProperties excludes properties',
      { type: 'object', maxProperties: 1, additionalProperties: text, properties: { y: text } },
    ],
    ['pattern: look-around is unknown to RE2', { ...text, pattern: '^(?!k8s-)' }],
    ['pattern: a back-reference is unknown to RE2', { ...text, pattern: String.raw`(a)\1` }],
    [
      'the list map key y must be required or have a default',
      {
        type: 'array',
        maxItems: 1,
        items: { type: 'object', properties: { y: text } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['y'],
      },
    ],
    [
      'a list map needs its keys, and only it has them',
      { type: 'array', maxItems: 1, items: text, 'x-kubernetes-list-type': 'map' },
    ],
    [
      'no defaults below a reference',
      {
        type: 'object',
        'x-kubernetes-map-type': 'atomic',
        properties: { y: { ...text, default: 'a' } },
      },
    ],
    ['type is forbidden inside of a junctor', { ...text, anyOf: [{ type: 'string' }] }],
    ['description is forbidden inside of a junctor', { ...text, not: { description: 'a' } }],
    [
      'must also be declared outside of the junctor',
      { type: 'object', properties: {}, oneOf: [{ properties: { y: { maxLength: 1 } } }] },
    ],
    [
      'rule "self.y == \'\'": self.y is no declared field',
      { type: 'object', properties: {}, 'x-kubernetes-validations': [{ rule: "self.y == ''" }] },
    ],
    [
      'rule "true": fieldPath .y is no declared field',
      { type: 'object', properties: {}, 'x-kubernetes-validations': [{ rule: 'true', fieldPath: '.y' }] },
    ],
    ['rule "1 + 1": is of type int, not bool', { ...text, 'x-kubernetes-validations': [{ rule: '1 + 1' }] }],
    ['rule "1 +": Unexpected token: EOF', { ...text, 'x-kubernetes-validations': [{ rule: '1 +' }] }],
    [
      'rule "self.matches(\'a(?=b)\')": look-around is unknown to RE2',
      { ...text, 'x-kubernetes-validations': [{ rule: "self.matches('a(?=b)')" }] },
    ],
    [
      'rule "true\n": a rule with a line break needs a message',
      { ...text, 'x-kubernetes-validations': [{ rule: 'true\n' }] },
    ],
    [
      'rule "true": a message must not have a line break',
      { ...text, 'x-kubernetes-validations': [{ rule: 'true', message: 'a\nb' }] },
    ],
  ])('finds: %s', (message, x) => {
    expect(messages(withField(x))).toContain(message);
  });

  test.each<[string, Schema]>([
    ['the root must be of type object', { type: 'array' }],
    ['must not be used at the root', { type: 'object', maxProperties: 1, additionalProperties: text }],
    [
      'type and metadata must not have defaults',
      { type: 'object', properties: { kind: { type: 'string', default: 'a' } } },
    ],
    [
      'may restrict name and generateName only',
      { type: 'object', properties: { metadata: { type: 'object', properties: { labels: text } } } },
    ],
  ])('finds at the root: %s', (message, schema) => {
    expect(messages(schema)).toContain(message);
  });

  test('lets an int-or-string be written as it has to be', () => {
    const field: Schema = {
      'x-kubernetes-int-or-string': true,
      anyOf: [{ type: 'integer' }, { type: 'string' }],
    };

    expect(messages(withField(field))).toEqual([]);
  });
});

describe('re2Problem', () => {
  test.each([
    ['^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', undefined],
    ['(?i)^k8s-', undefined],
    [String.raw`[(?=]\\1`, undefined],
    ['(?<=a)b', 'look-around is unknown to RE2'],
    ['(?<a>b)\\k<a>', 'a named back-reference is unknown to RE2'],
    ['a{1001}', 'more than 1000 repetitions are too many for RE2'],
    ['a++', 'a possessive quantifier is unknown to RE2'],
    ['(', expect.stringContaining('Invalid regular expression')],
  ])('%s: %s', (pattern, problem) => {
    expect(re2Problem(pattern)).toEqual(problem);
  });
});
