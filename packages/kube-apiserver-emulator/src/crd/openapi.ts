import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import * as ajvFormats from 'ajv-formats';
import * as fe from './field-error.ts';
import { compileRe2 } from './re2.ts';
import { isObject, type Schema } from './schema.ts';

const addFormats = ajvFormats.default.default;

/** The string formats that the API server checks and this emulation knows; all others are ignored, as it does. */
const FORMATS = [
  'date',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uri',
  'uuid',
  'byte',
] as const;

/** Checks values against the OpenAPI part of a schema, with the errors of the API server. */
export class OpenApiValidator {
  readonly #validate: ValidateFunction;

  constructor(schema: Schema) {
    const ajv = new Ajv({
      allErrors: true,
      verbose: true,
      ownProperties: true,
      strict: false,
      code: { regExp: Object.assign(compileRe2, { code: 'compileRe2' }) },
    });
    addFormats(ajv, [...FORMATS]);
    this.#validate = ajv.compile(toJsonSchema(schema));
  }

  errors(value: unknown): fe.FieldError[] {
    if (this.#validate(value)) {
      return [];
    }
    return (this.#validate.errors ?? []).filter(isSummary).map(toFieldError);
  }
}

/** OpenAPI 3.0 as Kubernetes extends it, in terms of JSON Schema. */
function toJsonSchema(schema: Schema): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (
      !keyword.startsWith('x-') &&
      !['nullable', 'default', 'example', 'description', 'title'].includes(keyword)
    ) {
      result[keyword] = translate(value, keyword);
    }
  }
  for (const [limit, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    if (result[exclusive] === true) {
      result[exclusive] = result[limit];
      delete result[limit];
    } else {
      delete result[exclusive];
    }
  }
  if (result['additionalProperties'] === false) {
    delete result['additionalProperties'];
  }
  if (typeof result['format'] === 'string' && !FORMATS.some((it) => it === result['format'])) {
    delete result['format'];
  }
  if (schema['x-kubernetes-int-or-string'] === true) {
    // Both branches are part of the schema of such a field.
    delete result['anyOf'];
  }
  const types = schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : asList(schema.type);
  if (types.length > 0) {
    result['type'] = schema.nullable === true ? [...types, 'null'] : types;
  }
  if (schema.nullable === true && Array.isArray(schema['enum'])) {
    result['enum'] = [...schema['enum'], null];
  }
  return result;
}

function translate(value: unknown, keyword: string): unknown {
  if (keyword === 'properties' && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, toJsonSchema(it as Schema)]));
  }
  if (['allOf', 'anyOf', 'oneOf'].includes(keyword) && Array.isArray(value)) {
    return value.map((it: Schema) => toJsonSchema(it));
  }
  if (['items', 'not', 'additionalProperties'].includes(keyword) && isObject(value)) {
    return toJsonSchema(value);
  }
  return value;
}

function asList(type: string | undefined): string[] {
  return type === undefined ? [] : [type];
}

/** A junctor reports the errors inside of it. */
function isSummary(error: ErrorObject): boolean {
  const inside = error.schemaPath.split('/').slice(0, -1);
  return !inside.some((part) => part === 'anyOf' || part === 'oneOf' || part === 'not');
}

function toFieldError(error: ErrorObject): fe.FieldError {
  const path = pathOf(error.instancePath);
  const { data, schema, params } = error;
  const says = (text: string): fe.FieldError => fe.invalid(path, data, `${path} in body ${text}`);
  switch (error.keyword) {
    case 'required':
      return fe.required(join(path, String(params['missingProperty'])));
    case 'enum':
      return fe.notSupported(path, data, Array.isArray(schema) ? schema : []);
    case 'type': {
      const [wanted] = Array.isArray(schema) ? schema : [schema];
      const actual = typeName(data);
      return fe.typeInvalid(path, actual, `${path} in body must be of type ${wanted}: "${actual}"`);
    }
    case 'maxLength':
      return fe.tooLong(path, Number(schema));
    case 'maxItems':
      return fe.tooMany(path, Array.isArray(data) ? data.length : 0, Number(schema));
    case 'maxProperties':
      return fe.tooMany(path, isObject(data) ? Object.keys(data).length : 0, Number(schema));
    case 'minLength':
      return says(`should be at least ${schema} chars long`);
    case 'minItems':
      return says(`should have at least ${schema} items`);
    case 'minProperties':
      return says(`should have at least ${schema} properties`);
    case 'pattern':
      return says(`should match '${schema}'`);
    case 'minimum':
      return says(`should be greater than or equal to ${schema}`);
    case 'maximum':
      return says(`should be less than or equal to ${schema}`);
    case 'exclusiveMinimum':
      return says(`should be greater than ${schema}`);
    case 'exclusiveMaximum':
      return says(`should be less than ${schema}`);
    case 'multipleOf':
      return says(`should be a multiple of ${schema}`);
    case 'format':
      return fe.invalid(path, data, `${path} in body must be of type ${schema}: ${JSON.stringify(data)}`);
    case 'uniqueItems':
      return says("shouldn't contain duplicates");
    case 'anyOf':
      return fe.invalid(path, '', `"${path}" must validate at least one schema (anyOf)`);
    case 'oneOf':
      return fe.invalid(path, '', `"${path}" must validate one and only one schema (oneOf)`);
    case 'not':
      return fe.invalid(path, '', `"${path}" must not validate the schema (not)`);
    default:
      return says(error.message ?? `breaks ${error.keyword}`);
  }
}

/** A JSON pointer as the API server writes paths: `spec.tags[0]`. */
function pathOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : join(path, part)), '');
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function typeName(value: unknown): string {
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return 'array';
  }
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;
}
