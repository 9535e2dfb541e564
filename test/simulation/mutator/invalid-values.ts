import type { Schema } from 'kube-apiserver-emulator/crd/schema.ts';

/** Texts of which at least one breaks each pattern. */
const TEXTS = ['ä ö', ' ', '-', 'https://user@host/', 'K8S x'];

/** Values that break one keyword of the schema each, so that the API server refuses them. */
export function invalidValues(schema: Schema): readonly unknown[] {
  return [
    schema.type === 'string' ? 1 : 'a text',
    ...(schema['enum'] === undefined ? [] : ['Nonsense']),
    ...invalidTexts(schema),
    ...invalidNumbers(schema),
    ...invalidLists(schema),
    ...invalidMaps(schema),
  ];
}

function invalidTexts({ pattern, minLength, maxLength }: Schema): readonly unknown[] {
  const broken = typeof pattern === 'string' ? TEXTS.filter((text) => !new RegExp(pattern).test(text)) : [];
  return [
    ...broken,
    ...(typeof minLength === 'number' ? ['x'.repeat(minLength - 1)] : []),
    ...(typeof maxLength === 'number' ? ['x'.repeat(maxLength + 1)] : []),
  ];
}

function invalidNumbers({ minimum, maximum, type }: Schema): readonly unknown[] {
  return [
    ...(typeof minimum === 'number' ? [minimum - 1] : []),
    ...(typeof maximum === 'number' ? [maximum + 1] : []),
    ...(type === 'integer' ? [1.5] : []),
  ];
}

function invalidLists(schema: Schema): readonly unknown[] {
  const { items, minItems, maxItems } = schema;
  if (items === undefined) {
    return [];
  }
  const [first = 'x'] = itemValues(items);
  const many = typeof maxItems === 'number' ? [numbered(maxItems + 1).map((number) => `x${number}`)] : [];
  return [
    ...(typeof minItems === 'number' ? [numbered(minItems - 1)] : []),
    ...many,
    ...(schema['x-kubernetes-list-type'] === 'set' ? [[first, first]] : []),
    ...invalidValues(items).map((value) => [value]),
  ];
}

function invalidMaps({ additionalProperties: values, maxProperties }: Schema): readonly unknown[] {
  if (typeof values !== 'object') {
    return [];
  }
  const [first = 'x'] = itemValues(values);
  const many = typeof maxProperties === 'number' ? numbered(maxProperties + 1) : [];
  return [
    ...(many.length === 0 ? [] : [Object.fromEntries(many.map((number) => [`x${number}`, first]))]),
    ...invalidValues(values).map((value) => ({ x: value })),
  ];
}

function itemValues(schema: Schema): readonly unknown[] {
  return Array.isArray(schema['enum']) ? schema['enum'] : [];
}

function numbered(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
