import { isJsonObject, type JsonObject, objectOf, stringOf } from '../objects.ts';
import { type Cause, forbiddenValue, requiredValue, unsupportedValue } from '../status.ts';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const junctors = ['allOf', 'anyOf', 'oneOf'] as const;
const forbiddenEverywhere = [
  '$ref',
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
 * What keeps an OpenAPI v3 schema from being structural, by the rules that the documentation of
 * CustomResourceDefinitions gives under "Specifying a structural schema".
 */
export function structuralCauses(schema: JsonObject, path: string): Cause[] {
  const causes = nodeCauses(schema, path, { root: true });
  if (schema['type'] !== undefined && schema['type'] !== 'object') {
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: "${stringOf(schema['type'])}": must be object at the root`,
      field: `${path}.type`,
    });
  }
  return causes;
}

function nodeCauses(schema: JsonObject, path: string, at: { readonly root?: boolean }): Cause[] {
  return [
    ...typeCauses(schema, path, at.root === true),
    ...keywordCauses(schema, path),
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
  if (schema['additionalProperties'] === false) {
    causes.push(
      forbiddenValue(`${path}.additionalProperties`, 'additionalProperties cannot be set to false'),
    );
  }
  if (schema['additionalProperties'] !== undefined && schema['properties'] !== undefined) {
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

/** Inside allOf, anyOf, oneOf and not: values are only judged, and only of fields that are declared outside. */
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
    const outside = declared[name];
    if (outside === undefined) {
      causes.push(
        requiredValue(
          `${path.replace(/\.(allOf|anyOf|oneOf|not).*$/, '')}.properties[${name}]`,
          `because it is defined in ${path}.properties[${name}]`,
        ),
      );
    } else {
      causes.push(...innerCauses(objectOf(outside), objectOf(property), `${path}.properties[${name}]`));
    }
  }
  return [...causes, ...junctorCauses(outer, inner, path)];
}

function metadataCauses(schema: JsonObject, path: string): Cause[] {
  const metadata = objectOf(objectOf(schema['properties'])['metadata']);
  const allowed = new Set(['name', 'generateName']);
  return Object.keys(objectOf(metadata['properties']))
    .filter((name) => !allowed.has(name))
    .map((name) =>
      forbiddenValue(
        `${path}.properties[metadata].properties[${name}]`,
        'must not specify anything other than name and generateName, but metadata is implicitly specified',
      ),
    );
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
