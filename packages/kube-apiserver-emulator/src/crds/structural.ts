import { OpenApiValidator } from '../crd/openapi.ts';
import { re2Problem } from '../crd/re2.ts';
import type { Schema } from '../crd/schema.ts';
import { isJsonObject, type JsonObject, objectOf, stringOf } from '../objects.ts';
import { type Cause, forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../status.ts';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const junctors = ['allOf', 'anyOf', 'oneOf'] as const;
const forbiddenEverywhere = [
  '$ref',
  'additionalItems',
  'definitions',
  'dependencies',
  'deprecated',
  'discriminator',
  'id',
  'patternProperties',
  'readOnly',
  'writeOnly',
  'xml',
];
const forbiddenInJunctors = ['additionalProperties', 'default', 'description', 'nullable', 'title', 'type'];

/**
 * What a server refuses about an OpenAPI v3 schema, most of it for not being structural (documentation of
 * CustomResourceDefinitions, "Specifying a structural schema"). Servers are more lenient than that text: a field that
 * is named inside a junctor only is taken, and so is `additionalProperties: false` without properties.
 */
export function structuralCauses(schema: JsonObject, path: string): Cause[] {
  const causes = nodeCauses(schema, path, { root: true });
  if (schema['type'] !== undefined && schema['type'] !== 'object') {
    causes.push(invalidValue(`${path}.type`, stringOf(schema['type']), 'must be object at the root'));
  }
  return causes;
}

function nodeCauses(schema: JsonObject, path: string, at: { readonly root?: boolean }): Cause[] {
  return [
    ...typeCauses(schema, path, at.root === true),
    ...keywordCauses(schema, path),
    ...patternCauses(schema, path),
    ...defaultCauses(schema, path),
    ...junctorCauses(schema, schema, path),
    ...(at.root === true ? metadataCauses(schema, path) : []),
    ...childCauses(schema, path),
  ];
}

function typeCauses(schema: JsonObject, path: string, root: boolean): Cause[] {
  const type = stringOf(schema['type']);
  const free =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (type === '') {
    return free
      ? []
      : [
          requiredValue(
            `${path}.type`,
            root ? 'must not be empty at the root' : 'must not be empty for specified object fields',
          ),
        ];
  }
  return types.includes(type) ? [] : [unsupportedValue(`${path}.type`, type, types)];
}

function keywordCauses(schema: JsonObject, path: string): Cause[] {
  const causes = forbiddenEverywhere
    .filter((keyword) => schema[keyword] !== undefined)
    .map((keyword) => forbiddenValue(`${path}.${keyword}`, `${keyword} is not supported`));
  if (schema['uniqueItems'] === true) {
    causes.push(
      forbiddenValue(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  }
  const additional = schema['additionalProperties'];
  if (additional !== undefined && additional !== true && schema['properties'] !== undefined) {
    causes.push(
      forbiddenValue(
        `${path}.additionalProperties`,
        'additionalProperties and properties are mutual exclusive',
      ),
    );
  }
  if (schema['type'] === 'array' && schema['items'] === undefined) {
    causes.push(requiredValue(`${path}.items`, 'must be specified'));
  }
  if (Array.isArray(schema['items'])) {
    causes.push(forbiddenValue(`${path}.items`, 'items must be a schema object and not an array'));
  }
  return causes;
}

function patternCauses(schema: JsonObject, path: string): Cause[] {
  const pattern = schema['pattern'];
  const problem = typeof pattern === 'string' ? re2Problem(pattern) : undefined;
  return problem === undefined
    ? []
    : [invalidValue(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${problem}`)];
}

function defaultCauses(schema: JsonObject, path: string): Cause[] {
  if (schema['default'] === undefined) {
    return [];
  }
  return new OpenApiValidator(schema as Schema)
    .errors(schema['default'])
    .map(({ reason, message, path: at }) => ({
      reason,
      message,
      field: [`${path}.default`, at].filter((part) => part !== '').join('.'),
    }));
}

/** Schemas inside allOf, anyOf, oneOf and not only validate: they have no description, default or type. */
function junctorCauses(outer: JsonObject, schema: JsonObject, path: string): Cause[] {
  const nested = [
    ...junctors.flatMap((junctor) =>
      (Array.isArray(schema[junctor]) ? schema[junctor] : []).map(
        (inner: unknown, index: number) => [objectOf(inner), `${path}.${junctor}[${index}]`] as const,
      ),
    ),
    ...(isJsonObject(schema['not']) ? [[schema['not'], `${path}.not`] as const] : []),
  ];
  return nested.flatMap(([inner, at]) => innerCauses(outer, inner, at));
}

function innerCauses(outer: JsonObject, inner: JsonObject, path: string): Cause[] {
  const intOrString = outer['x-kubernetes-int-or-string'] === true;
  const causes = Object.keys(inner)
    .filter((keyword) => forbiddenInJunctors.includes(keyword) || keyword.startsWith('x-kubernetes-'))
    .filter((keyword) => !(keyword === 'type' && intOrString) && keyword !== 'x-kubernetes-validations')
    .map((keyword) => forbiddenValue(`${path}.${keyword}`, 'must be empty to be structural'));
  const declared = objectOf(outer['properties']);
  for (const [name, property] of Object.entries(objectOf(inner['properties']))) {
    causes.push(...innerCauses(objectOf(declared[name]), objectOf(property), `${path}.properties[${name}]`));
  }
  return [...causes, ...junctorCauses(outer, inner, path)];
}

function metadataCauses(schema: JsonObject, path: string): Cause[] {
  const metadata = objectOf(objectOf(schema['properties'])['metadata']);
  const allowed = new Set(['name', 'generateName']);
  return Object.keys(objectOf(metadata['properties'])).every((name) => allowed.has(name))
    ? []
    : [
        forbiddenValue(
          `${path}.properties[metadata]`,
          'must not specify anything other than name and generateName, but metadata is implicitly specified',
        ),
      ];
}

function childCauses(schema: JsonObject, path: string): Cause[] {
  const causes = Object.entries(objectOf(schema['properties'])).flatMap(([name, property]) =>
    nodeCauses(objectOf(property), `${path}.properties[${name}]`, {}),
  );
  if (isJsonObject(schema['items'])) {
    causes.push(...nodeCauses(schema['items'], `${path}.items`, {}));
  }
  if (isJsonObject(schema['additionalProperties'])) {
    causes.push(...nodeCauses(schema['additionalProperties'], `${path}.additionalProperties`, {}));
  }
  return causes;
}
